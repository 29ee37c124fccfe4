package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Poller;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The end of a pipe or FIFO that writes, and only writes.
 *
 * <p>Thread-safe as {@link OutputChannel} says. If this process dies, the kernel closes the end: what was written stays for
 * the readers, who see the end of file after it once no other writer is left.
 *
 * <p>After pipe(7) and fifo(7): once it is open, Linux makes no difference between the two.
 */
public final class PipeWriter extends PipeEnd implements OutputChannel {
    private final Writing writing = new Writing(this);

    PipeWriter(Descriptor descriptor, Mode mode, String address) {
        super(descriptor, mode, address);
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        return writing.write(src, Poller.NEVER);
    }

    @Override
    public int write(ByteBuffer src, Duration timeout) throws IOException {
        return writing.write(src, Poller.deadlineIn(timeout));
    }

    @Override
    public int tryWrite(ByteBuffer src) throws IOException {
        return writing.write(src, AT_ONCE);
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
        return writing.write(srcs, offset, length);
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
