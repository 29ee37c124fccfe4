package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens an end by its {@link Address}: what this process was started with ({@code -}, {@code fd:3}), or a FIFO.
 *
 * <p><b>Inherited descriptors</b> share their flags with the parent or the terminal, so they are left as they are. A pipe
 * or terminal is opened anew, which gives it flags of its own, and its number is closed unless it is a standard stream:
 * closing the channel is then seen on the far side, and the number cannot be opened again. A socket is told with each call
 * not to wait. What cannot be opened anew is waited for before each call, and written to in pieces of
 * {@link dev.naru.linux.Pipes#ATOMIC_BYTES}. The number of those stays open, since the JVM may be using it.
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
            default -> throw noStream(address);
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
            default -> throw noStream(address);
        };
    }

    /** The end that reads, of what another process has passed, such as a pipe's end. The descriptor is taken over. */
    public static InputChannel reader(Descriptor received) throws ErrnoException {
        Inherited inherited = Inherited.received(received, false);
        return new PipeReader(inherited.descriptor, inherited.mode, received.toString());
    }

    /** The end that writes, of what another process has passed. The descriptor is taken over. */
    public static OutputChannel writer(Descriptor received) throws ErrnoException {
        Inherited inherited = Inherited.received(received, true);
        return new PipeWriter(inherited.descriptor, inherited.mode, received.toString());
    }

    /** Why no bytes go through it. */
    private static AddressException noStream(Address address) {
        String why = switch (address) {
            case Address.Pipe _ -> "an anonymous pipe cannot be opened";
            case Address.Memory _ -> "shared memory is no stream: map it, or use 'naru shm'";
            case Address.Ring _ -> "a ring has messages, not bytes: use 'naru ring'";
            case Address.Queue _ -> "a message queue has messages, not bytes: use 'naru mq'";
            case Address.Lock _, Address.ReadWriteLock _ -> "nothing passes through a lock";
            case Address.Semaphore _ -> "nothing passes through a semaphore";
            case Address.Event _ -> "nothing passes through an event";
            case Address.Barrier _ -> "no bytes pass through a barrier";
            case Address.Rpc _ -> "a server of calls is no stream: use 'naru rpc'";
            case Address.Socket _ -> "a socket has to be connected first";
            case Address.Topic _ -> "a topic has records, not bytes: use 'naru topic'";
            case Address.Standard _, Address.Fd _, Address.FifoPath _ -> throw new AssertionError(address);
        };
        return new AddressException(address.toString(), why);
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
        /** Numbers that were closed here: whatever has one of them by now was never given to us by that number. */
        private static final Set<Integer> TAKEN = new HashSet<>();

        static Inherited of(int number, boolean forWriting, String name) throws ErrnoException {
            synchronized (TAKEN) {
                String call = forWriting ? "write" : "read";
                if (TAKEN.contains(number)) {
                    throw ErrnoException.of(Errno.EBADF.number(), call, name);
                }
                Descriptor borrowed = Descriptor.borrow(number);
                if (!(forWriting ? borrowed.isWritable() : borrowed.isReadable())) {
                    throw ErrnoException.of(Problem.WRONG_DIRECTION, Errno.EBADF.number(), call, name);
                }
                if (borrowed.type() == FileStatus.Type.SOCKET) {
                    return new Inherited(borrowed, DescriptorChannel.Mode.SOCKET);
                }
                Descriptor reopened = reopen(borrowed, forWriting);
                if (reopened == null) {
                    return new Inherited(borrowed, DescriptorChannel.Mode.SHARED);
                }
                if (number > STANDARD_ERROR) {
                    TAKEN.add(number);
                    Descriptor.adopt(number).close(); // else the far side would never see us gone
                }
                return new Inherited(reopened, DescriptorChannel.Mode.OWN);
            }
        }

        /** Nobody else has its number. */
        static Inherited received(Descriptor received, boolean forWriting) throws ErrnoException {
            if (!(forWriting ? received.isWritable() : received.isReadable())) {
                String call = forWriting ? "write" : "read";
                throw ErrnoException.of(Problem.WRONG_DIRECTION, Errno.EBADF.number(), call, received.toString());
            }
            if (received.type() == FileStatus.Type.SOCKET) {
                return new Inherited(received, DescriptorChannel.Mode.SOCKET);
            }
            Descriptor reopened = reopen(received, forWriting);
            if (reopened == null) {
                return new Inherited(received, DescriptorChannel.Mode.SHARED);
            }
            received.close();
            return new Inherited(reopened, DescriptorChannel.Mode.OWN);
        }

        /** What has no waiting, such as a file, and what may not be opened anew gives null. */
        private static @Nullable Descriptor reopen(Descriptor borrowed, boolean forWriting) throws ErrnoException {
            boolean terminal = borrowed.isTerminal();
            if (!terminal && borrowed.type() != FileStatus.Type.FIFO) {
                return null;
            }
            try {
                Descriptor reopened = borrowed.reopen(forWriting);
                if (terminal && reopened.terminalDevice() != borrowed.terminalDevice()) {
                    reopened.close(); // the master of a pty: its name makes another
                    return null;
                }
                return reopened;
            } catch (ErrnoException refused) {
                return switch (refused.errno()) {
                    // another user's, or no /proc, or nobody on the far side, or a terminal that has gone or is kept
                    case EACCES, ENOENT, ENXIO, EIO, EBUSY -> null;
                    default -> throw refused;
                };
            }
        }
    }
}
