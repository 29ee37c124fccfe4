package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Poller;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The end of a pipe or FIFO that reads, and only reads.
 *
 * <p>Thread-safe as {@link InputChannel} says. If this process dies, the kernel closes the end: writers get
 * {@link dev.naru.linux.Problem#READER_GONE}, and what waits in the pipe stays for other readers or is lost with the last.
 *
 * <p>After pipe(7) and fifo(7): once it is open, Linux makes no difference between the two.
 */
public final class PipeReader extends PipeEnd implements InputChannel {
    private final Reading reading = new Reading(this);

    PipeReader(Descriptor descriptor, Mode mode, String address) {
        super(descriptor, mode, address);
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        return reading.read(dst, Poller.NEVER);
    }

    @Override
    public int read(ByteBuffer dst, Duration timeout) throws IOException {
        return reading.read(dst, Poller.deadlineIn(timeout));
    }

    @Override
    public int tryRead(ByteBuffer dst) throws IOException {
        return reading.read(dst, AT_ONCE);
    }

    @Override
    public long read(ByteBuffer[] dsts) throws IOException {
        return read(dsts, 0, dsts.length);
    }

    /** {@inheritDoc} One read(2) of at most 64 KiB, through native memory. No buffer may be there twice. */
    @Override
    public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
        return reading.read(dsts, offset, length);
    }

    /**
     * Moves bytes into a file or another pipe inside the kernel, as pages and not as copies (splice(2)). Waits until some
     * can move.
     *
     * @param target a pipe, or a regular file that is not open for appending; others are refused (EINVAL)
     * @param most how many bytes at most
     * @return how many moved, or -1 at the end
     */
    public long moveTo(Descriptor target, long most) throws IOException {
        return transfer(into(target), most, Poller.NEVER);
    }

    /** The same if some can move in time; 0 otherwise. A time of zero or less does not wait. */
    public long moveTo(Descriptor target, long most, Duration timeout) throws IOException {
        return transfer(into(target), most, Poller.deadlineIn(timeout));
    }

    /**
     * The same into another pipe. Both ends are in use until it returns: another thread that writes into the target waits for
     * its turn, and its try form answers 0.
     */
    public long moveTo(PipeWriter target, long most) throws IOException {
        return transfer(into(Mover.SPLICE, target), most, Poller.NEVER);
    }

    /** The same into another pipe if some can move in time; 0 otherwise. */
    public long moveTo(PipeWriter target, long most, Duration timeout) throws IOException {
        return transfer(into(Mover.SPLICE, target), most, Poller.deadlineIn(timeout));
    }

    /**
     * Copies bytes into another pipe inside the kernel and leaves them here too (tee(2)). Waits until some can be copied.
     * A second call gives the same bytes again, until they are read here.
     *
     * @param most how many bytes at most
     * @return how many were copied, or -1 at the end
     */
    public long copyTo(PipeWriter target, long most) throws IOException {
        return transfer(into(Mover.TEE, target), most, Poller.NEVER);
    }

    /** The same if some can be copied in time; 0 otherwise. A time of zero or less does not wait. */
    public long copyTo(PipeWriter target, long most, Duration timeout) throws IOException {
        return transfer(into(Mover.TEE, target), most, Poller.deadlineIn(timeout));
    }

    private Transfer into(Descriptor target) {
        return new Transfer(Mover.SPLICE, descriptor(), target, null, target.toString());
    }

    private Transfer into(Mover mover, PipeWriter target) {
        return new Transfer(mover, descriptor(), target.descriptor(), target, target.toString());
    }

    /** A second end that reads the same pipe: writers see the reader gone only when both are closed. */
    public PipeReader duplicate() throws IOException {
        return new PipeReader(using(descriptor -> descriptor.reopen(false)), Mode.OWN, toString());
    }
}
