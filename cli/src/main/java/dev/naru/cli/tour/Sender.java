package dev.naru.cli.tour;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/** The process that sends the file and begins each rally of the ping-pong. */
final class Sender {
    /** The file is mapped in windows of this size; the first holds all that is timed. */
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

    /** The first window, read into memory, so that the disk has no part in the figures. */
    static MappedByteBuffer firstWindow(TourFile file) throws IOException {
        try (FileChannel channel = FileChannel.open(file.path())) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(WINDOW, file.length()))
                    .load();
        }
    }

    void send(TourFile file, MappedByteBuffer first) throws IOException {
        write(first);
        try (FileChannel channel = FileChannel.open(file.path())) {
            for (long done = first.capacity(); done < file.length(); ) {
                long length = Math.min(WINDOW, file.length() - done);
                write(channel.map(FileChannel.MapMode.READ_ONLY, done, length));
                done += length;
            }
        }
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
