package dev.naru.cli.tour;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Moves bytes through a way of its own until the compilers are done: else the clock would time them and not the machine. */
final class WarmUp {
    private static final long NANOS = 200_000_000;
    private static final int PIECE = 64 * 1024;

    private WarmUp() {}

    static void run(WritableByteChannel out, ReadableByteChannel in) throws IOException {
        run(out, in, PIECE);
    }

    /** Of what takes less at a time, before somebody reads: half of so many bytes. */
    static void run(WritableByteChannel out, ReadableByteChannel in, int room) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(room);
        for (long start = System.nanoTime(); System.nanoTime() - start < NANOS; ) {
            int written = out.write(piece.clear().limit(room / 2));
            int read = in.read(piece.clear());
            if (read != written) {
                throw new IOException("of " + written + " bytes came " + read);
            }
        }
    }
}
