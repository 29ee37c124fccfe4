package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.NativeText;
import dev.naru.linux.internal.Waiter;
import dev.naru.linux.internal.WaiterList;
import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file descriptor that this object owns: closed exactly once, and never while a call is using it.
 *
 * <p>The kernel gives a closed number out again at once, so a call that runs while another thread closes could hit a
 * stranger's file. Therefore every use stands between {@link #enter} and {@link #leave}, and {@link #close} only marks the
 * descriptor, wakes whoever waits for it in the {@link Poller}, and leaves the closing to the last one out:
 *
 * <pre>{@code
 * if (!descriptor.enter()) throw new ClosedChannelException();
 * try {
 *     long n = descriptor.read(buffer, buffer.byteSize());
 *     …
 * } finally {
 *     descriptor.leave();
 * }
 * }</pre>
 *
 * <p>The I/O methods answer as the kernel does, a count or a <b>negated errno</b>; they are the garbage-free floor that
 * channels stand on. Every descriptor made here has O_CLOEXEC: no child gets it unless {@link Spawn} is told so. One that is
 * dropped without {@code close} stays open until the process ends.
 *
 * <p>Safe for use by many threads; of two that read at once the kernel decides who gets which bytes.
 */
public final class Descriptor implements Closeable {
    private static final int CLOSED = 1 << 31;

    /** Before the umask, as every program has it. */
    private static final int NEW_FILE_MODE = 0666;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Descriptor.class, "state", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final int number;
    private final boolean owned;

    /** The uses that are under way, and {@link #CLOSED}. */
    @SuppressWarnings("unused") // by STATE
    private volatile int state;

    /** Who sleeps until this is ready; guarded by this object's monitor. */
    private final WaiterList waiters = new WaiterList();

    /** What it is, once somebody has asked: that never changes. */
    private FileStatus.@Nullable Type type;

    private Descriptor(int number, boolean owned) {
        this.number = number;
        this.owned = owned;
    }

    /** Takes a number over: from now on only the result may close it. */
    public static Descriptor adopt(int number) {
        return new Descriptor(number, true);
    }

    /**
     * A number that belongs to somebody else, such as standard input: {@link #close} ends its use here and leaves the
     * number open.
     */
    public static Descriptor borrow(int number) {
        return new Descriptor(number, false);
    }

    /**
     * open(2) on a path that does not make the caller wait (a FIFO may: see {@link FifoNode}).
     *
     * @throws ErrnoException when the kernel refuses
     */
    public static Descriptor open(Path path, Access access) throws ErrnoException {
        int number = open(path, access.flags | Constants.O_CLOEXEC);
        if (number < 0) {
            throw ErrnoException.of(-number, "open", path.toString());
        }
        return adopt(number);
    }

    static int open(Path path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return FileCalls.open(NativeText.of(path, arena), flags, NEW_FILE_MODE);
        }
    }

    /** How a file is opened. */
    public enum Access {
        /** For reading; it must exist. */
        READ(Constants.O_RDONLY),
        /** For writing from the start; made when absent, emptied when present. */
        WRITE(Constants.O_WRONLY | Constants.O_CREAT | Constants.O_TRUNC),
        /** For reading and writing; it must exist. */
        READ_WRITE(Constants.O_RDWR);

        private final int flags;

        Access(int flags) {
            this.flags = flags;
        }
    }

    /** The number. It says nothing once this is closed. */
    public int number() {
        return number;
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return (int) STATE.getAcquire(this) >= 0;
    }

    /** Begins a use: until {@link #leave} the number stays this file's. False when closed already. */
    public boolean enter() {
        int seen;
        do {
            seen = (int) STATE.getAcquire(this);
            if (seen < 0) {
                return false;
            }
        } while (!STATE.compareAndSet(this, seen, seen + 1));
        return true;
    }

    /** Ends a use; the last one out of a closed descriptor closes the number. */
    public void leave() {
        assert ((int) STATE.getAcquire(this) & ~CLOSED) > 0 : this + ": leave without enter";
        int before = (int) STATE.getAndAdd(this, -1);
        if (before == (CLOSED | 1)) {
            closeNumber();
        }
    }

    /** Ends the life of this descriptor. Idempotent; any thread may call it; whoever waits for it wakes at once. */
    @Override
    public void close() {
        int before = (int) STATE.getAndBitwiseOr(this, CLOSED);
        if (before < 0) {
            return;
        }
        if (before == 0) {
            closeNumber();
        } else {
            wakeWaiters();
        }
    }

    private void closeNumber() {
        if (owned) {
            // Errors of close(2) tell of lost writes to files over a network; pipes and processes have none.
            int _ = FileCalls.close(number);
        }
    }

    private synchronized void wakeWaiters() {
        waiters.wakeAll();
    }

    /** False when closed already: nobody would wake the waiter. */
    synchronized boolean addWaiter(Waiter waiter) {
        if (!isOpen()) {
            return false;
        }
        waiters.add(waiter);
        return true;
    }

    synchronized void removeWaiter(Waiter waiter) {
        waiters.remove(waiter);
    }

    /** read(2) to the start of native memory: the bytes read, 0 at the end, or a negated errno. */
    public long read(MemorySegment buffer, long count) {
        return read(buffer, 0, count);
    }

    /** read(2) into native memory: the bytes read, 0 at the end, or a negated errno. */
    public long read(MemorySegment buffer, long offset, long count) {
        checkRoom(buffer, offset, count);
        return FileCalls.read(number, buffer, offset, count);
    }

    /** The call gets an address alone, so nobody else looks whether it may write there. */
    private static void checkRoom(MemorySegment buffer, long offset, long count) {
        long _ = Objects.checkFromIndexSize(offset, count, buffer.byteSize());
        if (buffer.isReadOnly()) {
            throw new IllegalArgumentException("read-only memory");
        }
    }

    /** write(2) from the start of native memory: the bytes written, or a negated errno. */
    public long write(MemorySegment buffer, long count) {
        return write(buffer, 0, count);
    }

    /** write(2) from native memory: the bytes written, or a negated errno. */
    public long write(MemorySegment buffer, long offset, long count) {
        long _ = Objects.checkFromIndexSize(offset, count, buffer.byteSize());
        return FileCalls.write(number, buffer, offset, count);
    }

    /**
     * recv(2) from a socket without waiting, whatever the flags of its description: the bytes received, 0 at the end, or a
     * negated errno.
     */
    public long receiveNow(MemorySegment buffer, long offset, long count) {
        checkRoom(buffer, offset, count);
        return FileCalls.recv(number, buffer, offset, count, Constants.MSG_DONTWAIT);
    }

    /** send(2) into a socket in the same way: the bytes sent, or a negated errno. */
    public long sendNow(MemorySegment buffer, long offset, long count) {
        long _ = Objects.checkFromIndexSize(offset, count, buffer.byteSize());
        return FileCalls.send(number, buffer, offset, count, Constants.MSG_DONTWAIT | Constants.MSG_NOSIGNAL);
    }

    /**
     * Sets or clears O_NONBLOCK. The flag belongs to the open file description: whoever shares that, a parent or the
     * terminal, is changed with us. So only on descriptors whose description is ours alone.
     *
     * @throws ErrnoException when the descriptor is not open
     */
    public void setNonBlocking(boolean nonBlocking) throws ErrnoException {
        int flags = statusFlags();
        int wanted = nonBlocking ? flags | Constants.O_NONBLOCK : flags & ~Constants.O_NONBLOCK;
        if (wanted != flags) {
            check(FileCalls.fcntl(number, Constants.F_SETFL, wanted), "fcntl(F_SETFL)");
        }
    }

    /** Whether the open file description has O_NONBLOCK. */
    public boolean isNonBlocking() throws ErrnoException {
        return (statusFlags() & Constants.O_NONBLOCK) != 0;
    }

    /** Whether it was opened for reading. */
    public boolean isReadable() throws ErrnoException {
        return (statusFlags() & Constants.O_ACCMODE) != Constants.O_WRONLY;
    }

    /** Whether it was opened for writing. */
    public boolean isWritable() throws ErrnoException {
        return (statusFlags() & Constants.O_ACCMODE) != Constants.O_RDONLY;
    }

    private int statusFlags() throws ErrnoException {
        return check(FileCalls.fcntl(number, Constants.F_GETFL, 0), "fcntl(F_GETFL)");
    }

    /** What stands behind the number. */
    public FileStatus status() throws ErrnoException {
        return FileStatus.of(this);
    }

    /** What kind of file stands behind the number; the kernel is asked once. */
    public FileStatus.Type type() throws ErrnoException {
        FileStatus.Type known = type;
        if (known == null) {
            known = status().type();
            type = known;
        }
        return known;
    }

    /**
     * Another open file description of the same pipe, FIFO or terminal, non-blocking, with flags of its own: what dup(2)
     * cannot give. It goes through {@code /proc/self/fd}.
     *
     * @throws ErrnoException when {@code /proc} is not mounted, the pipe is another user's, it is neither, or it is for
     *     writing and every reader of the FIFO has gone
     */
    public Descriptor reopen(boolean forWriting) throws ErrnoException {
        String path = "/proc/self/fd/" + number;
        int access = forWriting ? Constants.O_WRONLY : Constants.O_RDONLY;
        int again = open(Path.of(path), access | Constants.O_NONBLOCK | Constants.O_NOCTTY | Constants.O_CLOEXEC);
        if (again == -Constants.ENXIO) {
            throw ErrnoException.of(Problem.READER_GONE, Constants.ENXIO, "open", path);
        }
        if (again < 0) {
            throw ErrnoException.of(-again, "open", path);
        }
        return adopt(again);
    }

    /** Another number for the same open file description, with O_CLOEXEC (F_DUPFD_CLOEXEC of fcntl(2)). */
    public Descriptor duplicate() throws ErrnoException {
        return adopt(check(FileCalls.fcntl(number, Constants.F_DUPFD_CLOEXEC, 0), "fcntl(F_DUPFD_CLOEXEC)"));
    }

    /** Whether a terminal stands behind it (isatty(3)). */
    public boolean isTerminal() {
        try (Arena arena = Arena.ofConfined()) {
            return FileCalls.ioctl(number, Constants.TCGETS, arena.allocate(Constants.SIZEOF_TERMIOS)) >= 0;
        }
    }

    /**
     * The device number of the terminal behind it (TIOCGDEV), or a negated errno. A name that means another terminal for
     * each who opens it, such as {@code /dev/ptmx} or {@code /dev/tty}, has the number of the terminal that it meant.
     */
    public int terminalDevice() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment device = arena.allocate(ValueLayout.JAVA_INT);
            int answer = FileCalls.ioctl(number, Constants.TIOCGDEV, device);
            return answer < 0 ? answer : device.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /** The bytes that wait to be read (FIONREAD), or a negated errno. */
    public int queued() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
            int answer = FileCalls.ioctl(number, Constants.FIONREAD, count);
            return answer < 0 ? answer : count.get(ValueLayout.JAVA_INT, 0);
        }
    }

    int check(int answer, String call) throws ErrnoException {
        if (answer < 0) {
            throw ErrnoException.of(-answer, call, toString());
        }
        return answer;
    }

    /** The address form, as errors show it: {@code fd:3}. */
    @Override
    public String toString() {
        return "fd:" + number;
    }
}
