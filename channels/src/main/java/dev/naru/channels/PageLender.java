package dev.naru.channels;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Pages;
import dev.naru.linux.Pipes;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Objects;

/**
 * Writes large pieces into a pipe without copying them: the pipe borrows our pages until the reader has read them
 * (vmsplice(2)). For pieces of 1 MiB several times as fast as a write.
 *
 * {@snippet :
 * try (PageLender lender = PageLender.over(pipe.writer(), 1 << 20)) {
 *     while (source.hasMore()) {
 *         int length = source.fill(lender.buffer());
 *         lender.send(length);
 *     }
 * }
 * }
 *
 * <p><b>Safe reuse.</b> A buffer comes back from {@link #buffer} only when what was sent from it has left the pipe, which
 * is told by how much still waits there (FIONREAD). Short pieces are copied, since lending costs more there than it saves.
 *
 * <p><b>What the reader must do</b>: read. One that passes the pages on (splice(2), tee(2)) would see them change when the
 * buffer is used again; for such a reader use {@link PipeWriter#write}. Best in pieces of about a quarter of the pipe's
 * capacity: the kernel wakes the writer at the end of each read, and a read as large as the pipe empties it first.
 *
 * <p>For one thread. Closing it unmaps the buffers and leaves the writer open; bytes that still wait in the pipe stay as
 * they were.
 */
public final class PageLender implements Closeable {
    /** Below this a write is as fast. Also bounds how many buffers can be under way at once. */
    private static final int WORTH_LENDING = 64 * 1024;

    private final PipeWriter writer;
    private final int pieceBytes;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment vector = arena.allocate(16, 8); // struct iovec {void *base; size_t length;}
    private final ArrayDeque<Lent> lent = new ArrayDeque<>();
    private MemorySegment current;
    private long sent;

    /** A buffer in the pipe, and the count of bytes sent up to its end. */
    private record Lent(MemorySegment buffer, long end) {}

    private PageLender(PipeWriter writer, int pieceBytes) throws ErrnoException {
        this.writer = writer;
        this.pieceBytes = pieceBytes;
        boolean mapped = false;
        try {
            this.current = Pages.map(arena, pieceBytes);
            mapped = true;
        } finally {
            if (!mapped) {
                arena.close();
            }
        }
    }

    /**
     * Lends to that pipe. It should hold at least a piece ({@link PipeWriter#capacity(int)}).
     *
     * @param pieceBytes the size of a buffer, 1 or more
     */
    public static PageLender over(PipeWriter writer, int pieceBytes) throws ErrnoException {
        if (pieceBytes < 1) {
            throw new IllegalArgumentException("bytes of a piece: " + pieceBytes);
        }
        return new PageLender(writer, pieceBytes);
    }

    /** The buffer to fill next, page-aligned; the same one until {@link #send}. */
    public MemorySegment buffer() {
        return current;
    }

    /**
     * Sends the first bytes of {@link #buffer}, waiting until all are in the pipe. That buffer must not be touched any more;
     * {@link #buffer} gives another. When this throws, some of the bytes may be in the pipe; that buffer is not given out
     * again before they are read.
     *
     * @throws ErrnoException when every reader has gone
     */
    public void send(int bytes) throws IOException {
        Objects.checkFromIndexSize(0, bytes, pieceBytes);
        if (bytes < WORTH_LENDING) {
            boolean _ = writer.write(current.asSlice(0, bytes).asByteBuffer()) == bytes;
            sent += bytes;
            return; // copied: the buffer is free again
        }
        MemorySegment next = takeFree(); // first: from the moment that pages are lent, their buffer is out of use
        MemorySegment filled = current;
        current = next;
        try {
            lend(filled.asSlice(0, bytes));
        } finally {
            lent.addLast(new Lent(filled, sent));
        }
    }

    private MemorySegment takeFree() throws IOException {
        Lent oldest = lent.peekFirst();
        if (oldest != null && oldest.end() <= sent - writer.queued()) {
            lent.removeFirst();
            return oldest.buffer();
        }
        return Pages.map(arena, pieceBytes);
    }

    private void lend(MemorySegment piece) throws IOException {
        boolean _ = writer.enter(Poller.NEVER);
        try {
            for (long done = 0; done < piece.byteSize(); ) {
                vector.set(ValueLayout.ADDRESS, 0, piece.asSlice(done));
                vector.set(ValueLayout.JAVA_LONG, 8, piece.byteSize() - done);
                long moved = Pipes.lend(writer.descriptor(), vector);
                if (moved > 0) {
                    done += moved;
                    sent += moved;
                } else {
                    boolean _ = writer.goesOn((int) -moved, Interest.WRITABLE, Poller.NEVER, "vmsplice");
                }
            }
        } finally {
            writer.exit();
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
