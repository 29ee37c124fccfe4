package dev.naru.cli.tour;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/** The process that sends the file and begins each rally of the ping-pong. */
final class Sender {
    /** So much of the file is in memory before the clock runs: all that is timed. */
    static final long WINDOW = 256L << 20;

    private static final int PIECE = 64 * 1024;
    private static final int MOST_RALLIES = 1 << 20;

    /** Until the compilers are done and the caches warm; not counted. */
    private static final long WARM_UP_NANOS = 250_000_000;

    private static final long COUNTED_NANOS = 350_000_000;

    private final WritableByteChannel out;
    private final ReadableByteChannel in;

    Sender(WritableByteChannel out, ReadableByteChannel in) {
        this.out = out;
        this.in = in;
    }

    /** Direct memory is bounded as the heap is: a small machine gets a small window, and still sends all. */
    private static long windowOf(TourFile file) {
        return Math.min(Math.min(WINDOW, Runtime.getRuntime().maxMemory() / 2), file.length());
    }

    /** The first window, so that the disk has no part in the figures. It is not mapped: what is cut off a file then cannot be read. */
    static ByteBuffer firstWindow(TourFile file) throws IOException {
        ByteBuffer window = ByteBuffer.allocateDirect((int) windowOf(file));
        try (FileChannel channel = FileChannel.open(file.path())) {
            fill(window, channel, 0);
        }
        return window;
    }

    void send(TourFile file, ByteBuffer first) throws IOException {
        write(first);
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        try (FileChannel channel = FileChannel.open(file.path())) {
            for (long done = first.capacity(); done < file.length(); done += piece.limit()) {
                fill(piece.clear().limit((int) Math.min(PIECE, file.length() - done)), channel, done);
                write(piece);
            }
        }
    }

    /** With the bytes of the file from there on. Zeros stand for what was cut off meanwhile: the far side will find them. */
    private static void fill(ByteBuffer window, FileChannel channel, long from) throws IOException {
        while (window.hasRemaining()) {
            if (channel.read(window, from + window.position()) < 0) {
                window.put(new byte[Math.min(window.remaining(), PIECE)]);
            }
        }
        window.flip();
    }

    private void write(ByteBuffer window) throws IOException {
        int end = window.limit();
        while (window.position() < end) {
            window.limit(Math.min(end, window.position() + PIECE));
            int _ = out.write(window);
        }
    }

    /** Round trips, sorted, in nanoseconds. */
    long[] pingPong() throws IOException {
        ByteBuffer message = ByteBuffer.allocateDirect(Receiver.MESSAGE_BYTES);
        long[] rallies = new long[MOST_RALLIES];
        int counted = 0;
        long start = System.nanoTime();
        long countFrom = start + WARM_UP_NANOS;
        long end = countFrom + COUNTED_NANOS;
        for (long before = start; (before < end || counted == 0) && counted < MOST_RALLIES; ) {
            Receiver.writeMessage(out, message, Receiver.PING);
            Receiver.readMessage(in, message);
            long after = System.nanoTime();
            if (before >= countFrom) {
                rallies[counted++] = after - before;
            }
            before = after;
        }
        Receiver.writeMessage(out, message, Receiver.LAST);
        long[] result = Arrays.copyOf(rallies, counted);
        Arrays.sort(result);
        return result;
    }
}
