package dev.naru.cli.tour;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Bytes that come in pieces, each of which may be larger than the buffer at hand. */
abstract class PieceReader implements ReadableByteChannel {
    /** What did not fit into the last buffer. */
    private ByteBuffer left = ByteBuffer.allocate(0);

    /** Gives the next piece to {@link #take}, and waits until there is one. */
    abstract void next(ByteBuffer into) throws IOException, InterruptedException;

    @Override
    public final int read(ByteBuffer into) throws IOException {
        int before = into.position();
        try {
            while (!left.hasRemaining() && into.position() == before) {
                next(into);
            }
        } catch (InterruptedException _) {
            throw interrupted();
        }
        if (left.hasRemaining() && into.position() == before) {
            int count = Math.min(left.remaining(), into.remaining());
            into.put(left.slice().limit(count));
            left.position(left.position() + count);
        }
        return into.position() - before;
    }

    /** As much of a piece as has room, and the rest for the next time. */
    final void take(ByteBuffer into, MemorySegment piece) {
        int count = (int) Math.min(piece.byteSize(), into.remaining());
        MemorySegment.ofBuffer(into).asSlice(0, count).copyFrom(piece.asSlice(0, count));
        into.position(into.position() + count);
        if (count < piece.byteSize()) {
            MemorySegment rest = piece.asSlice(count);
            left = ByteBuffer.allocate((int) rest.byteSize());
            MemorySegment.ofBuffer(left).copyFrom(rest);
        }
    }

    /** What a stream throws in a thread that was interrupted. */
    static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException();
    }
}
