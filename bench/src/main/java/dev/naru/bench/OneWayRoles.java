package dev.naru.bench;

import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import dev.naru.channels.PageLender;
import dev.naru.channels.PipeWriter;
import dev.naru.linux.ErrnoException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Our two sides of a stream that goes one way; the same loops as in {@code stream.c}. */
final class OneWayRoles {
    private static final int PAGE = 4096;

    private OneWayRoles() {}

    /** Writes pieces. */
    static final class Send implements Side.Role {
        private final OutputChannel out;
        private final ByteBuffer piece;

        Send(OutputChannel out, int pieceBytes) {
            this.out = out;
            this.piece = pages(pieceBytes);
        }

        @Override
        public long run(long warmup, long count) throws IOException {
            for (long sent = 0; sent < warmup + count; sent += piece.capacity()) {
                int _ = out.write(piece.clear());
            }
            return 0;
        }
    }

    /** Lends pieces. */
    static final class Lend implements Side.Role {
        private final PageLender lender;
        private final int pieceBytes;

        Lend(PipeWriter out, int pieceBytes) throws ErrnoException {
            this.lender = PageLender.over(out, pieceBytes);
            this.pieceBytes = pieceBytes;
        }

        @Override
        public long run(long warmup, long count) throws IOException {
            for (long sent = 0; sent < warmup + count; sent += pieceBytes) {
                lender.send(pieceBytes);
            }
            return 0;
        }
    }

    /** Reads. The ns from when the warm-up was read until all was. */
    static final class Receive implements Side.Role {
        private final InputChannel in;
        private final ByteBuffer buffer;

        Receive(InputChannel in, int readBytes) {
            this.in = in;
            this.buffer = pages(readBytes);
        }

        @Override
        public long run(long warmup, long count) throws IOException {
            long early = receive(warmup) - warmup;
            long start = System.nanoTime();
            long rest = receive(count - early);
            long nanos = System.nanoTime() - start;
            return (long) ((double) nanos * count / rest);
        }

        private long receive(long wanted) throws IOException {
            long got = 0;
            while (got < wanted) {
                int read = in.read(buffer.clear());
                if (read < 0) {
                    throw new EOFException("the other side has gone");
                }
                got += read;
            }
            return got;
        }
    }

    /** Whole pages, each touched. */
    static ByteBuffer pages(int bytes) {
        int whole = (bytes + PAGE - 1) / PAGE * PAGE; // alignedSlice leaves out a broken page at the end, too
        ByteBuffer pages = ByteBuffer.allocateDirect(whole + PAGE)
                .alignedSlice(PAGE)
                .limit(bytes)
                .slice();
        for (int i = 0; i < bytes; i += PAGE) {
            pages.put(i, (byte) 1);
        }
        return pages;
    }
}
