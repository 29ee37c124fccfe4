package dev.naru.cli.tour;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** The process on the far side: takes the file, proves what it got, and answers each ping. */
final class Receiver {
    static final int MESSAGE_BYTES = 32;
    static final byte PING = 1;
    static final byte LAST = 0;

    /** How long the clock runs at most; the rest of a large file comes afterwards, untimed. */
    private static final long BUDGET_NANOS = 1_200_000_000;

    private static final int PIECE = 64 * 1024;
    private static final long BETWEEN_REPORTS_NANOS = 50_000_000;

    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private final LongConsumer progress;
    private final MessageDigest digest = TourFile.newDigest();
    private long arrived;

    /**
     * What was got.
     *
     * @param bytes all of them
     * @param timedBytes those that came while the clock ran
     * @param nanos how long it ran
     * @param sha256 of all
     */
    record Arrival(long bytes, long timedBytes, long nanos, String sha256) {
        double megabytesPerSecond() {
            return nanos <= 0 ? 0 : timedBytes * 1e3 / nanos;
        }
    }

    Receiver(ReadableByteChannel in, WritableByteChannel out, LongConsumer progress) {
        this.in = in;
        this.out = out;
        this.progress = progress;
    }

    /** Where the timed bytes go; touched beforehand, so that the clock sees no page faults. */
    static ByteBuffer store(long length) {
        ByteBuffer store = ByteBuffer.allocateDirect((int) Math.min(length, Sender.WINDOW));
        while (store.hasRemaining()) {
            store.put((byte) 0);
        }
        return store.clear();
    }

    /**
     * The clock runs from the first piece to the last that the budget allows. Only then the bytes are hashed: hashing is
     * slower than a pipe.
     */
    Arrival receive(ByteBuffer store, long length) throws IOException {
        read(store);
        long first = store.position();
        long start = System.nanoTime();
        long now = start;
        long nextReport = start;
        while (store.hasRemaining() && now - start < BUDGET_NANOS) {
            read(store);
            now = System.nanoTime();
            if (now >= nextReport) {
                progress.accept(store.position());
                nextReport = now + BETWEEN_REPORTS_NANOS;
            }
        }
        arrived = store.position();
        digest.update(store.flip());
        long timed = arrived - first;
        long nanos = now - start;
        receiveRest(length);
        return new Arrival(arrived, timed, nanos, HexFormat.of().formatHex(digest.digest()));
    }

    private void receiveRest(long length) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        long nextReport = System.nanoTime();
        while (arrived < length) {
            piece.clear().limit((int) Math.min(PIECE, length - arrived));
            read(piece);
            arrived += piece.position();
            digest.update(piece.flip());
            if (System.nanoTime() >= nextReport) {
                progress.accept(arrived);
                nextReport = System.nanoTime() + BETWEEN_REPORTS_NANOS;
            }
        }
    }

    private void read(ByteBuffer store) throws IOException {
        int end = store.limit();
        store.limit(Math.min(end, store.position() + PIECE));
        if (store.hasRemaining() && in.read(store) < 0) {
            throw new EOFException("the sender closed before all had come");
        }
        store.limit(end);
    }

    /** Answers pings until the last. */
    void pingPong() throws IOException {
        ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES);
        while (readMessage(in, message) != LAST) {
            writeMessage(out, message, PING);
        }
    }

    static void writeMessage(WritableByteChannel out, ByteBuffer message, byte kind) throws IOException {
        message.clear();
        message.put(0, kind);
        int _ = out.write(message);
    }

    static byte readMessage(ReadableByteChannel in, ByteBuffer message) throws IOException {
        message.clear();
        while (message.hasRemaining()) {
            if (in.read(message) < 0) {
                throw new EOFException("the other side closed in the middle of the game");
            }
        }
        return message.get(0);
    }
}
