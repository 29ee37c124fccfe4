package dev.naru.cli.tour;

import dev.naru.channels.AnonymousPipe;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Moves bytes through a pipe of its own until the compilers are done: else the clock would time them and not the kernel. */
final class WarmUp {
    private static final long NANOS = 200_000_000;
    private static final int PIECE = 64 * 1024;

    private WarmUp() {}

    static void run() throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        try (AnonymousPipe pipe = AnonymousPipe.create()) {
            for (long start = System.nanoTime(); System.nanoTime() - start < NANOS; ) {
                int written = pipe.writer().write(piece.clear().limit(PIECE / 2));
                int read = pipe.reader().read(piece.clear());
                if (read != written) {
                    throw new IOException("a pipe gave " + read + " of " + written + " bytes");
                }
            }
        }
    }
}
