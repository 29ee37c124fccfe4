package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.KernelWait;
import dev.naru.linux.internal.NativeText;
import dev.naru.linux.internal.QueueCalls;
import dev.naru.linux.internal.SharedFileCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.AsynchronousCloseException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * POSIX message queues (mq_overview(7)). An open queue is a {@link Descriptor}: {@link Poller} waits for a message, which makes
 * it readable, and for room, which makes it writable.
 *
 * <p>Thread-safe. The calls that move messages answer a negated errno, or what {@link KernelCalls} names, and make no garbage
 * on a platform thread. The descriptor stays in its blocking mode, so a call that does not wait has a time that is over.
 */
public final class PosixQueues {
    /** Priorities go from 0 to one below this (sysconf(3), _SC_MQ_PRIO_MAX). */
    public static final int PRIORITIES = 32_768;

    private static final Path MOUNTS = Path.of("/proc/self/mounts");
    private static final int MOST_NAME_BYTES = 255;

    private static final long MOST_MESSAGES = 8;
    private static final long LONGEST = 16;
    private static final long MESSAGES = 24;

    /** A time that is over, so that no call waits: the beginning of 1970. */
    private static final MemorySegment OVER = Arena.global().allocate(2 * Long.BYTES, Long.BYTES);

    private PosixQueues() {}

    /**
     * What a queue holds.
     *
     * @param mostMessages how many may wait in it
     * @param longest the longest message, in bytes
     * @param messages how many wait in it now
     */
    public record Attributes(long mostMessages, long longest, long messages) {}

    /**
     * A queue as its file shows it.
     *
     * @param name as mq_open(3) takes it, {@code /jobs}
     * @param file with its owner and mode, and by which a descriptor of it is known
     * @param bytes that wait in it; 0 too when the caller may not read it
     * @param attributes empty when the caller may not read it
     */
    public record Status(String name, FileStatus file, long bytes, Optional<Attributes> attributes) {}

    /** How a queue is opened. */
    public enum Access {
        /** To receive. */
        READ(Constants.O_RDONLY),
        /** To send. */
        WRITE(Constants.O_WRONLY),
        /** Both. */
        READ_WRITE(Constants.O_RDWR);

        private final int flags;

        Access(int flags) {
            this.flags = flags;
        }
    }

    /**
     * A new queue, open for both. Empty when one has the name already.
     *
     * @param name a slash and then at most 255 bytes without another slash
     * @param mode permission bits; the umask does not thin them
     * @param mostMessages how many may wait in it
     * @param longest the longest message, in bytes
     * @throws ErrnoException beyond a limit of fs.mqueue or RLIMIT_MSGQUEUE, each of which it names
     */
    public static Optional<Descriptor> create(String name, int mode, long mostMessages, long longest)
            throws ErrnoException {
        String target = address(requireName(name));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(QueueCalls.SIZEOF_ATTRIBUTES, Long.BYTES);
            attributes.set(ValueLayout.JAVA_LONG, MOST_MESSAGES, mostMessages);
            attributes.set(ValueLayout.JAVA_LONG, LONGEST, longest);
            int flags = Constants.O_RDWR | Constants.O_CREAT | Constants.O_EXCL | Constants.O_CLOEXEC;
            int answer = QueueCalls.open(NativeText.of(name, arena), flags, mode, attributes);
            if (answer == -Constants.EEXIST) {
                return Optional.empty();
            }
            if (answer < 0) {
                throw refusedToCreate(-answer, target, mostMessages, longest);
            }
            Descriptor created = Descriptor.adopt(answer);
            int changed = SharedFileCalls.fchmod(answer, mode);
            if (changed < 0) {
                created.close();
                throw ErrnoException.of(-changed, "fchmod", target);
            }
            return Optional.of(created);
        }
    }

    private static ErrnoException refusedToCreate(int errno, String target, long mostMessages, long longest) {
        String value = mostMessages + " messages of " + longest + " B";
        return switch (errno) {
            case Constants.EINVAL, Constants.EOVERFLOW ->
                ErrnoException.of(
                        Problem.QUEUE_CAPACITY,
                        errno,
                        "mq_open",
                        target,
                        Limits.kernel("fs/mqueue/msg_max") + ", " + Limits.kernel("fs/mqueue/msgsize_max"),
                        value);
            case Constants.ENOSPC ->
                ErrnoException.of(
                        Problem.QUEUES_FULL, errno, "mq_open", target, Limits.kernel("fs/mqueue/queues_max"), "");
            case Constants.EMFILE ->
                // Said of both: the descriptors of this process, and the memory of the user's queues.
                Limits.hasFreeDescriptor()
                        ? ErrnoException.of(
                                Problem.QUEUE_MEMORY, errno, "mq_open", target, Limits.messageQueues(), value)
                        : ErrnoException.of(errno, "mq_open", target);
            default -> ErrnoException.of(errno, "mq_open", target);
        };
    }

    /** A queue that is there; empty when none has the name. */
    public static Optional<Descriptor> open(String name, Access access) throws ErrnoException {
        String target = address(requireName(name));
        try (Arena arena = Arena.ofConfined()) {
            int flags = access.flags | Constants.O_CLOEXEC;
            int answer = QueueCalls.open(NativeText.of(name, arena), flags, 0, MemorySegment.NULL);
            return answer == -Constants.ENOENT
                    ? Optional.empty()
                    : Optional.of(Descriptor.adopt(SystemVObjects.check(answer, "mq_open", target)));
        }
    }

    /** Takes the name away; who has it open keeps it. False when none has the name. */
    public static boolean remove(String name) throws ErrnoException {
        String target = address(requireName(name));
        try (Arena arena = Arena.ofConfined()) {
            int answer = QueueCalls.unlink(NativeText.of(name, arena));
            if (answer == -Constants.ENOENT) {
                return false;
            }
            SystemVObjects.check(answer, "mq_unlink", target);
            return true;
        }
    }

    /** The address form of a name: {@code mq:/jobs}. */
    public static String address(String name) {
        return "mq:" + name;
    }

    private static String requireName(String name) throws ErrnoException {
        if (name.length() < 2 || name.charAt(0) != '/' || name.indexOf('/', 1) >= 0 || name.indexOf('\0') >= 0) {
            throw ErrnoException.of(Problem.BAD_NAME, Constants.EINVAL, "mq_open", name);
        }
        if (name.getBytes(StandardCharsets.UTF_8).length - 1 > MOST_NAME_BYTES) {
            throw ErrnoException.of(Errno.ENAMETOOLONG.number(), "mq_open", address(name));
        }
        return name;
    }

    /** What it holds. The caller has entered it. */
    public static Attributes attributes(Descriptor queue, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found = arena.allocate(QueueCalls.SIZEOF_ATTRIBUTES, Long.BYTES);
            SystemVObjects.check(QueueCalls.getattr(queue.number(), found), "mq_getattr", target);
            return new Attributes(
                    found.get(ValueLayout.JAVA_LONG, MOST_MESSAGES),
                    found.get(ValueLayout.JAVA_LONG, LONGEST),
                    found.get(ValueLayout.JAVA_LONG, MESSAGES));
        }
    }

    /**
     * Sends a message if there is room now. The caller has entered the queue.
     *
     * @return 0, or a negated errno: ETIMEDOUT without room
     */
    public static long trySend(Descriptor queue, MemorySegment message, long size, int priority) {
        return QueueCalls.send(queue.number(), message, size, priority, OVER);
    }

    /** The same, and waits for room, in the calling thread: not for a virtual one. */
    public static long send(
            Descriptor queue, MemorySegment message, long size, int priority, long deadline, Sleepers sleepers)
            throws InterruptedException, AsynchronousCloseException {
        return KernelWait.in(SEND, queue.number(), message, size, 0, priority, deadline, sleepers.waiters());
    }

    private static final KernelWait.Call SEND =
            (queue, message, size, _, priority) -> QueueCalls.send(queue, message, size, priority, MemorySegment.NULL);

    /**
     * Takes the oldest of the messages with the highest priority, if there is one now. The caller has entered the queue.
     *
     * @param message room for the longest message, and behind that, aligned, 4 bytes for its priority
     * @param size the longest message's
     * @return the message's size, or a negated errno: ETIMEDOUT without one
     */
    public static long tryReceive(Descriptor queue, MemorySegment message, long size) {
        return QueueCalls.receive(queue.number(), message, size, message.address() + priorityAt(size), OVER);
    }

    /** The same, and waits for one, in the calling thread: not for a virtual one. */
    public static long receive(Descriptor queue, MemorySegment message, long size, long deadline, Sleepers sleepers)
            throws InterruptedException, AsynchronousCloseException {
        return KernelWait.in(RECEIVE, queue.number(), message, size, 0, 0, deadline, sleepers.waiters());
    }

    private static final KernelWait.Call RECEIVE = (queue, message, size, _, _) ->
            QueueCalls.receive(queue, message, size, message.address() + priorityAt(size), MemorySegment.NULL);

    /** Where the priority of a received message stands, behind room for the longest of that size. */
    public static long priorityAt(long size) {
        return (size + Integer.BYTES - 1) & -Integer.BYTES;
    }

    /** Where the queues of this IPC namespace are shown as files; empty when no such file system is mounted. */
    public static Optional<Path> directory() throws IOException {
        try (var lines = Files.lines(MOUNTS, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.split(" ", -1))
                    .filter(fields -> fields.length > 2 && fields[2].equals("mqueue"))
                    .map(fields -> Path.of(fields[1]))
                    .findFirst();
        }
    }

    /**
     * All queues of this IPC namespace, also those that the caller may not read.
     *
     * @throws ErrnoException {@link Problem#NO_MQUEUE_MOUNT} when nothing shows them
     */
    public static List<Status> list() throws IOException {
        Path directory = directory().orElseThrow(() -> ErrnoException.of(Problem.NO_MQUEUE_MOUNT, "mq:"));
        List<Status> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                status(file).ifPresent(found::add);
            }
        }
        return found;
    }

    /** Empty when it was removed meanwhile. */
    private static Optional<Status> status(Path file) throws IOException {
        String name = "/" + file.getFileName();
        try {
            FileStatus status = FileStatus.ofLink(file);
            return Optional.of(new Status(name, status, queuedBytes(file), attributes(name)));
        } catch (ErrnoException refused) {
            if (refused.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    /** {@code QSIZE:129 NOTIFY:0 SIGNO:0 NOTIFY_PID:0}; of a queue that the caller may not read: 0. */
    private static long queuedBytes(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.US_ASCII);
            String size = text.substring("QSIZE:".length()).split("\\s", 2)[0];
            return Long.parseLong(size);
        } catch (IOException | RuntimeException unreadable) {
            return 0;
        }
    }

    private static Optional<Attributes> attributes(String name) {
        try {
            Optional<Descriptor> opened = open(name, Access.READ);
            if (opened.isEmpty()) {
                return Optional.empty();
            }
            try (Descriptor queue = opened.get()) {
                return Optional.of(attributes(queue, address(name)));
            }
        } catch (ErrnoException refused) {
            return Optional.empty();
        }
    }
}
