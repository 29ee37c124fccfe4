package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Pipes;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/**
 * The end of a pipe or FIFO that writes, and only writes.
 *
 * <p>Thread-safe as {@link OutputChannel} says. If this process dies, the kernel closes the end: what was written stays for
 * the readers, who see the end of file after it once no other writer is left.
 *
 * <p>After pipe(7) and fifo(7): once it is open, Linux makes no difference between the two.
 */
public final class PipeWriter extends PipeEnd implements OutputChannel {
    PipeWriter(Descriptor descriptor, Mode mode, String address) {
        super(descriptor, mode, address);
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        return write(src, Poller.NEVER);
    }

    @Override
    public int write(ByteBuffer src, Duration timeout) throws IOException {
        return write(src, Poller.deadlineIn(timeout));
    }

    @Override
    public int tryWrite(ByteBuffer src) throws IOException {
        return write(src, AT_ONCE);
    }

    private int write(ByteBuffer src, long deadline) throws IOException {
        if (!enter(deadline)) {
            return 0;
        }
        try {
            return writeEntered(src, deadline);
        } finally {
            exit();
        }
    }

    private int writeEntered(ByteBuffer src, long deadline) throws IOException {
        int start = src.position();
        while (src.hasRemaining() && mayProceed(Interest.WRITABLE, deadline)) {
            int written = drain(src);
            if (written < 0 && !goesOn(-written, Interest.WRITABLE, deadline, "write")) {
                break;
            }
        }
        return src.position() - start;
    }

    /** One write(2): the count, or a negated errno. */
    private int drain(ByteBuffer src) {
        int most = mode() == Mode.SHARED ? Math.min(src.remaining(), Pipes.ATOMIC_BYTES) : src.remaining();
        int written;
        if (src.isDirect()) {
            written = writeOnce(memoryOf(src), src.position(), most);
        } else {
            Staging staging = staging();
            most = Math.min(most, staging.capacity());
            staging.buffer.put(0, src, src.position(), most);
            written = writeOnce(staging.memory, 0, most);
        }
        if (written > 0) {
            src.position(src.position() + written);
        }
        return written;
    }

    @Override
    public long write(ByteBuffer[] srcs) throws IOException {
        return write(srcs, 0, srcs.length);
    }

    /**
     * {@inheritDoc} Waits until all is written, as one stream: together at most {@code ATOMIC_BYTES} are atomic. No buffer
     * may be there twice.
     */
    @Override
    public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, srcs.length);
        requireDistinct(srcs, offset, length);
        boolean _ = enter(Poller.NEVER);
        try {
            long total = remaining(srcs, offset, length);
            ByteBuffer all = staging().buffer;
            for (long left = total; left > 0; ) {
                try {
                    gather(srcs, offset, length, all);
                    left -= write(all.flip(), Poller.NEVER);
                } finally {
                    consume(srcs, offset, all.position());
                    all.clear();
                }
            }
            return total;
        } finally {
            exit();
        }
    }

    /** Copies what fits; the sources keep their positions, for the write may fail. */
    private static void gather(ByteBuffer[] srcs, int offset, int length, ByteBuffer all) {
        for (int i = offset; i < offset + length && all.hasRemaining(); i++) {
            int part = Math.min(srcs[i].remaining(), all.remaining());
            all.put(all.position(), srcs[i], srcs[i].position(), part);
            all.position(all.position() + part);
        }
    }

    private static void consume(ByteBuffer[] srcs, int offset, int written) {
        int left = written;
        for (int i = offset; left > 0; i++) {
            int part = Math.min(srcs[i].remaining(), left);
            srcs[i].position(srcs[i].position() + part);
            left -= part;
        }
    }

    /**
     * Moves bytes from a file or another pipe into this one inside the kernel (splice(2)): the pages of the page cache
     * themselves go through. Waits until some can move.
     *
     * @param source a pipe or a regular file, read from where it stands; others are refused (EINVAL)
     * @param most how many bytes at most
     * @return how many moved, or -1 at the source's end
     */
    public long moveFrom(Descriptor source, long most) throws IOException {
        return transfer(from(source), most, Poller.NEVER);
    }

    /** The same if some can move in time; 0 otherwise. A time of zero or less does not wait. */
    public long moveFrom(Descriptor source, long most, Duration timeout) throws IOException {
        return transfer(from(source), most, Poller.deadlineIn(timeout));
    }

    private Transfer from(Descriptor source) {
        return new Transfer(Mover.SPLICE, source, descriptor(), null, toString());
    }

    /** A second end that writes into the same pipe: readers see the end only when both are closed. */
    public PipeWriter duplicate() throws IOException {
        return new PipeWriter(using(descriptor -> descriptor.reopen(true)), Mode.OWN, toString());
    }
}
