package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import java.io.IOException;

/**
 * Opens an end by its {@link Address}: what this process was started with ({@code -}, {@code fd:3}), or a FIFO.
 *
 * <p><b>Inherited descriptors</b> share their flags with the parent or the terminal, so they are left as they are. A pipe
 * is opened anew, which gives it flags of its own, and its number is closed unless it is a standard stream: closing the
 * channel is then seen on the far side. What cannot be opened anew is waited for before each call, and written to in
 * pieces of {@link dev.naru.linux.Pipes#ATOMIC_BYTES}; its number stays open, since the JVM may be using it.
 */
public final class Endpoints {
    private static final int STANDARD_INPUT = 0;
    private static final int STANDARD_OUTPUT = 1;
    private static final int STANDARD_ERROR = 2;

    private Endpoints() {}

    /**
     * The end that reads. A FIFO is waited for until somebody writes.
     *
     * @throws ErrnoException when it is not open, or not for reading
     */
    public static InputChannel openReader(Address address) throws IOException, InterruptedException {
        return switch (address) {
            case Address.Standard _ -> reader(STANDARD_INPUT, "standard input");
            case Address.Fd fd -> reader(fd.number(), fd.toString());
            case Address.FifoPath fifo -> Fifo.open(fifo.path()).openReader();
            case Address.Pipe pipe -> throw new AddressException(pipe.toString(), "an anonymous pipe cannot be opened");
            case Address.Memory memory -> throw noStream(memory);
            case Address.Ring ring ->
                throw new AddressException(ring.toString(), "a ring has messages, not bytes: use 'naru ring'");
            case Address.Lock lock -> throw new AddressException(lock.toString(), "nothing passes through a lock");
        };
    }

    /**
     * The end that writes. A FIFO is waited for until somebody reads.
     *
     * @throws ErrnoException when it is not open, or not for writing
     */
    public static OutputChannel openWriter(Address address) throws IOException, InterruptedException {
        return switch (address) {
            case Address.Standard _ -> writer(STANDARD_OUTPUT, "standard output");
            case Address.Fd fd -> writer(fd.number(), fd.toString());
            case Address.FifoPath fifo -> Fifo.open(fifo.path()).openWriter();
            case Address.Pipe pipe -> throw new AddressException(pipe.toString(), "an anonymous pipe cannot be opened");
            case Address.Memory memory -> throw noStream(memory);
            case Address.Ring ring ->
                throw new AddressException(ring.toString(), "a ring has messages, not bytes: use 'naru ring'");
            case Address.Lock lock -> throw new AddressException(lock.toString(), "nothing passes through a lock");
        };
    }

    private static AddressException noStream(Address.Memory memory) {
        return new AddressException(memory.toString(), "shared memory is no stream: map it, or use 'naru shm'");
    }

    private static PipeReader reader(int number, String name) throws ErrnoException {
        Inherited inherited = Inherited.of(number, false, name);
        return new PipeReader(inherited.descriptor, inherited.mode, name);
    }

    private static PipeWriter writer(int number, String name) throws ErrnoException {
        Inherited inherited = Inherited.of(number, true, name);
        return new PipeWriter(inherited.descriptor, inherited.mode, name);
    }

    /** A descriptor that we were started with, and what may be done to it. */
    private record Inherited(Descriptor descriptor, DescriptorChannel.Mode mode) {
        static Inherited of(int number, boolean forWriting, String name) throws ErrnoException {
            Descriptor borrowed = Descriptor.borrow(number);
            if (!(forWriting ? borrowed.isWritable() : borrowed.isReadable())) {
                throw ErrnoException.of(
                        Problem.WRONG_DIRECTION, Errno.EBADF.number(), forWriting ? "write" : "read", name);
            }
            if (borrowed.status().type() == FileStatus.Type.FIFO) {
                try {
                    Descriptor reopened = borrowed.reopen(forWriting);
                    if (number > STANDARD_ERROR) {
                        Descriptor.adopt(number).close(); // else the far side would never see us gone
                    }
                    return new Inherited(reopened, DescriptorChannel.Mode.OWN);
                } catch (ErrnoException refused) {
                    // another user's pipe, or no /proc: the slower way works too
                }
            }
            return new Inherited(borrowed, DescriptorChannel.Mode.SHARED);
        }
    }
}
