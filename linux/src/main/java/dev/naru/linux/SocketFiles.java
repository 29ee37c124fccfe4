package dev.naru.linux;

import dev.naru.linux.internal.NativeText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kernel's list of sockets in {@code /proc/net}, for where sock_diag is refused: proc(5). */
final class SocketFiles {
    private static final Path DIRECTORY = Path.of("/proc/net");
    private static final int HEX = 16;

    /** Num RefCount Protocol Flags Type St Inode Path, of {@code /proc/net/unix}. */
    private static final class Unix {
        static final int FLAGS = 3;
        static final int TYPE = 4;
        static final int STATE = 5;
        static final int INODE = 6;
        static final int PATH = 7;

        /** Of the flags: it listens (__SO_ACCEPTCON). */
        static final int LISTENS = 1 << 16;

        /** Of the state: SS_CONNECTED. */
        static final int CONNECTED = 3;
    }

    /** sl local remote st tx:rx tr:when retransmitted uid timeout inode, of {@code /proc/net/tcp}. */
    private static final class Tcp {
        static final int NAME = 1;
        static final int PEER = 2;
        static final int STATE = 3;
        static final int QUEUES = 4;
        static final int UID = 7;
        static final int INODE = 9;
    }

    private SocketFiles() {}

    static void unix(List<SocketTable.Entry> sockets) throws IOException {
        for (String line : lines("unix")) {
            SocketTable.Entry socket = unix(line);
            if (socket != null) {
                sockets.add(socket);
            }
        }
    }

    static void tcp(List<SocketTable.Entry> sockets) throws IOException {
        for (String file : List.of("tcp", "tcp6")) {
            for (String line : lines(file)) {
                SocketTable.Entry socket = tcp(line);
                if (socket != null) {
                    sockets.add(socket);
                }
            }
        }
    }

    /** Without the headings; none where the kernel has no such sockets. A path need not be UTF-8: each byte is a character here. */
    private static List<String> lines(String file) throws IOException {
        try (var lines = Files.lines(DIRECTORY.resolve(file), StandardCharsets.ISO_8859_1)) {
            return lines.skip(1).toList();
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }

    private static SocketTable.@Nullable Entry unix(String line) {
        String[] fields = line.strip().split(" +", Unix.PATH + 1);
        if (fields.length <= Unix.INODE) {
            return null; // a line of a name that has a line feed in it
        }
        Sockets.Kind kind = Sockets.Kind.of(Integer.parseInt(fields[Unix.TYPE], HEX));
        long inode = Long.parseLong(fields[Unix.INODE]);
        if (kind == null || inode == 0) { // sock_diag leaves out those that were not accepted yet, too
            return null;
        }
        SocketTable.State state = (Integer.parseInt(fields[Unix.FLAGS], HEX) & Unix.LISTENS) != 0
                ? SocketTable.State.LISTENING
                : Integer.parseInt(fields[Unix.STATE], HEX) == Unix.CONNECTED
                        ? SocketTable.State.ESTABLISHED
                        : SocketTable.State.UNCONNECTED;
        return new SocketTable.Entry(
                kind,
                fields.length > Unix.PATH ? unixName(fields[Unix.PATH]) : new SocketName.UnixUnnamed(),
                null,
                state,
                inode,
                SocketTable.UNKNOWN,
                SocketTable.UNKNOWN,
                SocketTable.UNKNOWN,
                SocketTable.UNKNOWN);
    }

    private static SocketName unixName(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return text.startsWith("@")
                ? new SocketName.UnixAbstract(new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8))
                : new SocketName.UnixFile(NativeText.path(bytes, bytes.length));
    }

    private static SocketTable.@Nullable Entry tcp(String line) {
        String[] fields = line.strip().split(" +", -1);
        SocketTable.State state = SocketTable.State.of(Integer.parseInt(fields[Tcp.STATE], HEX));
        if (state == null) {
            return null;
        }
        String[] queues = fields[Tcp.QUEUES].split(":", -1);
        boolean listens = state == SocketTable.State.LISTENING;
        boolean connected = !listens && state != SocketTable.State.UNCONNECTED;
        return new SocketTable.Entry(
                Sockets.Kind.STREAM,
                tcpName(fields[Tcp.NAME]),
                connected ? tcpName(fields[Tcp.PEER]) : null,
                state,
                Long.parseLong(fields[Tcp.INODE]),
                SocketTable.UNKNOWN,
                Long.parseLong(fields[Tcp.UID]),
                Long.parseLong(queues[1], HEX),
                listens ? SocketTable.UNKNOWN : Long.parseLong(queues[0], HEX));
    }

    /** The bytes of the address as words of this machine, and the port. */
    private static SocketName tcpName(String text) {
        int colon = text.indexOf(':');
        int digits = 2 * Integer.BYTES;
        ByteBuffer address = ByteBuffer.allocate(colon / 2).order(ByteOrder.nativeOrder());
        for (int at = 0; at < colon; at += digits) {
            address.putInt(Integer.parseUnsignedInt(text, at, at + digits, HEX));
        }
        return SocketName.internet(address.array(), 0, Integer.parseInt(text, colon + 1, text.length(), HEX));
    }
}
