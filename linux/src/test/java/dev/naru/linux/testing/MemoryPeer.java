package dev.naru.linux.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The far side of shared memory: a python program, driven as {@link Peer} is. It has at most one file, of which it maps as
 * much as it has. Offsets are in bytes.
 *
 * <table>
 * <caption>Its commands</caption>
 * <tr><th>command</th><th>answer</th></tr>
 * <tr><td>{@code open PATH}, {@code shm-create /NAME SIZE}, {@code close}</td><td>{@code ok}, or {@code error ENOENT}</td></tr>
 * <tr><td>{@code map}, {@code map SIZE}</td><td>{@code ok}</td></tr>
 * <tr><td>{@code size}</td><td>{@code size BYTES}</td></tr>
 * <tr><td>{@code load OFFSET}, {@code load8 OFFSET}</td><td>the int, the long there</td></tr>
 * <tr><td>{@code store OFFSET VALUE}, {@code store8 …}</td><td>{@code ok}</td></tr>
 * <tr><td>{@code read OFFSET COUNT}</td><td>the bytes in hexadecimal</td></tr>
 * <tr><td>{@code write OFFSET HEX}, {@code fill OFFSET COUNT BYTE}</td><td>{@code ok}</td></tr>
 * <tr><td>{@code wait OFFSET EXPECTED}, {@code … MILLIS}</td><td>{@code woken}, {@code EAGAIN}, {@code ETIMEDOUT}</td></tr>
 * <tr><td>{@code wake OFFSET MOST}</td><td>{@code woke COUNT}</td></tr>
 * <tr><td>{@code ping MINE OTHER ROUNDS}</td><td>{@code ponged ROUNDS}</td></tr>
 * <tr><td>{@code lock OFFSET}, {@code unlock OFFSET}</td><td>{@code ok}, or {@code error EAGAIN}</td></tr>
 * <tr><td>{@code is-locked OFFSET}</td><td>{@code free}, {@code locked}</td></tr>
 * <tr><td>{@code fork}</td><td>{@code child PID}</td></tr>
 * </table>
 */
public final class MemoryPeer {
    private static final String SCRIPT = script();

    private MemoryPeer() {}

    private static String script() {
        try (InputStream script = MemoryPeer.class.getResourceAsStream("memory_peer.py")) {
            return new String(script.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException lost) {
            throw new AssertionError(lost);
        }
    }

    /** How it is started. */
    public static List<String> command() {
        return List.of("python3", "-c", SCRIPT);
    }

    /** Starts one. */
    public static Peer start() throws IOException {
        return Peer.start(command());
    }

    /** Starts one by another program, such as unshare(1) with its options. It is killed with that program. */
    public static Peer startBy(String... launcher) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher));
        command.addAll(command());
        return Peer.start(command);
    }
}
