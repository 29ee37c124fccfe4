package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/**
 * The end of a pipe or FIFO that reads, and only reads.
 *
 * <p>Thread-safe as {@link InputChannel} says. If this process dies, the kernel closes the end: writers get
 * {@link dev.naru.linux.Problem#READER_GONE}, and what waits in the pipe stays for other readers or is lost with the last.
 *
 * <p>After pipe(7) and fifo(7): once it is open, Linux makes no difference between the two.
 */
public final class PipeReader extends PipeEnd implements InputChannel {
    PipeReader(Descriptor descriptor, Mode mode, String address) {
        super(descriptor, mode, address);
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        return read(dst, Poller.NEVER);
    }

    @Override
    public int read(ByteBuffer dst, Duration timeout) throws IOException {
        return read(dst, Poller.deadlineIn(timeout));
    }

    @Override
    public int tryRead(ByteBuffer dst) throws IOException {
        return read(dst, AT_ONCE);
    }

    private int read(ByteBuffer dst, long deadline) throws IOException {
        requireWritable(dst);
        if (!enter(deadline)) {
            return 0;
        }
        try {
            return dst.hasRemaining() ? readEntered(dst, deadline) : 0;
        } finally {
            exit();
        }
    }

    private static void requireWritable(ByteBuffer dst) {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("read-only buffer");
        }
    }

    private int readEntered(ByteBuffer dst, long deadline) throws IOException {
        while (mayProceed(Interest.READABLE, deadline)) {
            int read = fill(dst);
            if (read > 0) {
                return read;
            }
            if (read == 0) {
                return -1;
            }
            if (!goesOn(-read, Interest.READABLE, deadline, "read")) {
                break;
            }
        }
        return 0;
    }

    /** One read(2): the count, or a negated errno. */
    private int fill(ByteBuffer dst) {
        int read;
        if (dst.isDirect()) {
            read = readOnce(memoryOf(dst), dst.position(), dst.remaining());
        } else {
            Staging staging = staging();
            read = readOnce(staging.memory, 0, Math.min(dst.remaining(), staging.capacity()));
            if (read > 0) {
                dst.put(dst.position(), staging.buffer, 0, read);
            }
        }
        if (read > 0) {
            dst.position(dst.position() + read);
        }
        return read;
    }

    @Override
    public long read(ByteBuffer[] dsts) throws IOException {
        return read(dsts, 0, dsts.length);
    }

    /** {@inheritDoc} One read(2) of at most 64 KiB, through native memory. No buffer may be there twice. */
    @Override
    public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, dsts.length);
        for (int i = offset; i < offset + length; i++) {
            requireWritable(dsts[i]); // before anything is taken from the pipe
        }
        requireDistinct(dsts, offset, length);
        boolean _ = enter(Poller.NEVER);
        try {
            ByteBuffer all = staging().buffer;
            try {
                all.limit((int) Math.min(remaining(dsts, offset, length), all.capacity()));
                int read = read(all, Poller.NEVER);
                scatter(all.flip(), dsts, offset);
                return read;
            } finally {
                all.clear();
            }
        } finally {
            exit();
        }
    }

    private static void scatter(ByteBuffer all, ByteBuffer[] dsts, int offset) {
        for (int i = offset; all.hasRemaining(); i++) {
            ByteBuffer dst = dsts[i];
            int part = Math.min(dst.remaining(), all.remaining());
            dst.put(dst.position(), all, all.position(), part);
            dst.position(dst.position() + part);
            all.position(all.position() + part);
        }
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
