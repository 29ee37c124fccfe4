package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.KernelWait;
import dev.naru.linux.internal.QueueCalls;
import dev.naru.linux.internal.SystemVCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.AsynchronousCloseException;
import java.util.List;
import java.util.Optional;

/**
 * System V message queues (msgget(2), msgsnd(2), msgrcv(2)), which {@code ipcs -q} shows. A queue is found by a key that its
 * users agree on, known to the kernel by its msqid, and lives until it is removed.
 *
 * <p>Thread-safe; nothing is open between calls. The calls that move messages answer a negated errno, or what
 * {@link KernelCalls} names, and make no garbage on a platform thread.
 */
public final class SystemVQueues {
    /** The bytes of a message's type, which stand in front of its text. */
    public static final int TYPE_SIZE = Long.BYTES;

    private SystemVQueues() {}

    /**
     * What the kernel tells of a queue.
     *
     * @param key what it is found by; 0 for one that is private
     * @param id the msqid
     * @param mode permission bits, 0777
     * @param owner the owner's uid
     * @param group the owner's gid
     * @param creator the uid that made it
     * @param messages how many wait in it
     * @param bytes how many bytes of text they have
     * @param mostBytes how many they may have; the limit is {@code kernel.msgmnb} unless root widens it
     * @param lastSender the pid that sent last, in the caller's namespace; 0 for none
     * @param lastReceiver the pid that received last, likewise
     * @param sent when that was, in seconds since 1970; 0 for never
     * @param received when that was, likewise
     * @param changed when it was made or its settings changed, likewise
     */
    public record Status(
            int key,
            int id,
            int mode,
            int owner,
            int group,
            int creator,
            long messages,
            long bytes,
            long mostBytes,
            int lastSender,
            int lastReceiver,
            long sent,
            long received,
            long changed) {}

    /**
     * A new queue: its msqid. Empty when one has the key already.
     *
     * @param key 0, IPC_PRIVATE, makes one that only its msqid finds
     * @param mode permission bits; the umask does not thin them
     * @throws ErrnoException when the machine has all the queues it may
     */
    public static Optional<Integer> create(int key, int mode) throws ErrnoException {
        int answer =
                QueueCalls.msgget(key, Constants.IPC_CREAT | Constants.IPC_EXCL | (mode & SystemVObjects.PERMISSIONS));
        if (answer == -Constants.EEXIST) {
            return Optional.empty();
        }
        if (answer == -Constants.ENOSPC) {
            throw ErrnoException.of(
                    Problem.QUEUES_FULL, -answer, "msgget", address(key), Limits.kernel("kernel/msgmni"), "");
        }
        return Optional.of(SystemVObjects.check(answer, "msgget", address(key)));
    }

    /** The msqid of the queue that has the key; empty when none has. */
    public static Optional<Integer> find(int key) throws ErrnoException {
        int answer = key == Constants.IPC_PRIVATE ? -Constants.ENOENT : QueueCalls.msgget(key, 0);
        return answer == -Constants.ENOENT
                ? Optional.empty()
                : Optional.of(SystemVObjects.check(answer, "msgget", address(key)));
    }

    /** The address form of a key, as errors show it: {@code sysv:0x6a01}. */
    public static String address(int key) {
        return "sysv:0x" + Integer.toHexString(key);
    }

    /** What the kernel tells of it, of one that the caller may not read too; empty when it has been removed. */
    public static Optional<Status> status(int id) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(QueueCalls.SIZEOF_MSQID_DS, Long.BYTES);
            int answer = QueueCalls.msgctl(id, Constants.IPC_STAT, status);
            if (answer == -Constants.EACCES) {
                return list().stream().filter(each -> each.id == id).findFirst();
            }
            return answer < 0 ? Optional.empty() : Optional.of(status(id, status));
        }
    }

    private static Status status(int id, MemorySegment status) {
        return new Status(
                status.get(ValueLayout.JAVA_INT, SystemVCalls.PERM_KEY),
                id,
                status.get(ValueLayout.JAVA_INT, SystemVCalls.PERM_MODE) & SystemVObjects.PERMISSIONS,
                status.get(ValueLayout.JAVA_INT, SystemVCalls.PERM_UID),
                status.get(ValueLayout.JAVA_INT, SystemVCalls.PERM_GID),
                status.get(ValueLayout.JAVA_INT, SystemVCalls.PERM_CREATOR_UID),
                status.get(ValueLayout.JAVA_LONG, QueueCalls.MESSAGES),
                status.get(ValueLayout.JAVA_LONG, QueueCalls.BYTES),
                status.get(ValueLayout.JAVA_LONG, QueueCalls.MOST_BYTES),
                status.get(ValueLayout.JAVA_INT, QueueCalls.LAST_SENDER),
                status.get(ValueLayout.JAVA_INT, QueueCalls.LAST_RECEIVER),
                status.get(ValueLayout.JAVA_LONG, QueueCalls.SENT),
                status.get(ValueLayout.JAVA_LONG, QueueCalls.RECEIVED),
                status.get(ValueLayout.JAVA_LONG, QueueCalls.CHANGED));
    }

    /** All queues of this IPC namespace, as {@code ipcs -q} lists them, also those that the caller may not read. */
    public static List<Status> list() throws IOException {
        return SystemVObjects.list("msg", SystemVQueues::parse);
    }

    /** proc(5): key msqid perms cbytes qnum lspid lrpid uid gid cuid cgid stime rtime ctime; not how much it may hold. */
    private static Status parse(String[] fields) {
        int id = Integer.parseInt(fields[1]);
        return new Status(
                Integer.parseInt(fields[0]),
                id,
                Integer.parseInt(fields[2], 8) & SystemVObjects.PERMISSIONS,
                Integer.parseUnsignedInt(fields[7]),
                Integer.parseUnsignedInt(fields[8]),
                Integer.parseUnsignedInt(fields[9]),
                Long.parseLong(fields[4]),
                Long.parseLong(fields[3]),
                mostBytes(id),
                Integer.parseInt(fields[5]),
                Integer.parseInt(fields[6]),
                Long.parseLong(fields[11]),
                Long.parseLong(fields[12]),
                Long.parseLong(fields[13]));
    }

    /** Of one that the caller may not read: 0. */
    private static long mostBytes(int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(QueueCalls.SIZEOF_MSQID_DS, Long.BYTES);
            int answer = QueueCalls.msgctl(id, Constants.IPC_STAT, status);
            return answer < 0 ? 0 : status.get(ValueLayout.JAVA_LONG, QueueCalls.MOST_BYTES);
        }
    }

    /**
     * Changes who may use it, and how much it holds (IPC_SET).
     *
     * @param mostBytes beyond {@code kernel.msgmnb} only with CAP_SYS_RESOURCE
     * @param target what errors call it
     */
    public static void change(int id, int owner, int group, int mode, long mostBytes, String target)
            throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(QueueCalls.SIZEOF_MSQID_DS, Long.BYTES);
            SystemVObjects.check(QueueCalls.msgctl(id, Constants.IPC_STAT, status), "msgctl(IPC_STAT)", target);
            boolean widened = mostBytes > status.get(ValueLayout.JAVA_LONG, QueueCalls.MOST_BYTES);
            status.set(ValueLayout.JAVA_INT, SystemVCalls.PERM_UID, owner);
            status.set(ValueLayout.JAVA_INT, SystemVCalls.PERM_GID, group);
            status.set(ValueLayout.JAVA_INT, SystemVCalls.PERM_MODE, mode & SystemVObjects.PERMISSIONS);
            status.set(ValueLayout.JAVA_LONG, QueueCalls.MOST_BYTES, mostBytes);
            int answer = QueueCalls.msgctl(id, Constants.IPC_SET, status);
            if (answer == -Constants.EPERM && widened) {
                throw ErrnoException.of(
                        Problem.QUEUE_CAPACITY,
                        -answer,
                        "msgctl(IPC_SET)",
                        target,
                        Limits.kernel("kernel/msgmnb"),
                        mostBytes + " B");
            }
            SystemVObjects.check(answer, "msgctl(IPC_SET)", target);
        }
    }

    /**
     * Removes it (IPC_RMID), with what waits in it; who waits for it is told so (EIDRM).
     *
     * @param target what errors call it
     * @return false when it was removed already
     */
    public static boolean remove(int id, String target) throws ErrnoException {
        return SystemVObjects.removed(
                QueueCalls.msgctl(id, Constants.IPC_RMID, MemorySegment.NULL), "msgctl(IPC_RMID)", target);
    }

    /**
     * Sends a message if there is room now.
     *
     * @param message its type in {@value #TYPE_SIZE} bytes, and its text
     * @param size the text's, in bytes
     * @return 0, or a negated errno: EAGAIN without room
     */
    public static long trySend(int id, MemorySegment message, long size) {
        return QueueCalls.msgsnd(id, message, size, 0, Constants.IPC_NOWAIT);
    }

    /** The same, and waits for room. */
    public static long send(int id, MemorySegment message, long size, long deadline, Sleepers sleepers)
            throws InterruptedException, AsynchronousCloseException {
        return KernelWait.in(QueueCalls::msgsnd, id, message, size, 0, 0, deadline, sleepers.waiters());
    }

    /**
     * Which message is received, and how.
     *
     * @param type as msgrcv(2) takes it: 0 for the first, above 0 for the first of that type, below 0 for the first of the
     *     lowest type up to that
     * @param exceptType the first of any other type
     * @param cut a text that is too long is cut off, and not refused
     */
    public record Selection(long type, boolean exceptType, boolean cut) {
        private static final Selection FIRST = new Selection(0, false, false);

        /** The first message, of any type. */
        public static Selection first() {
            return FIRST;
        }

        /**
         * The first message of that type.
         *
         * @param type above 0
         */
        public static Selection type(long type) {
            return new Selection(requireType(type), false, false);
        }

        /**
         * Of those that have a type up to that, the first of the lowest type.
         *
         * @param most above 0
         */
        public static Selection lowestUpTo(long most) {
            return new Selection(-requireType(most), false, false);
        }

        /**
         * The first message of another type.
         *
         * @param type above 0
         */
        public static Selection notType(long type) {
            return new Selection(requireType(type), true, false);
        }

        private static long requireType(long type) {
            if (type < 1) {
                throw new IllegalArgumentException("type " + type + ": a type is above 0");
            }
            return type;
        }

        /** The same, and a text for which there is no room is cut off, rather than refused; the rest of it is lost. */
        public Selection cutToFit() {
            return new Selection(type, exceptType, true);
        }

        /** The same, and nothing is cut off. */
        public Selection whole() {
            return cut ? new Selection(type, exceptType, false) : this;
        }

        private int flags() {
            return (exceptType ? Constants.MSG_EXCEPT : 0) | (cut ? Constants.MSG_NOERROR : 0);
        }
    }

    /**
     * Takes a message if there is one now.
     *
     * @param message room for its type and its text
     * @param size how long the text may be, in bytes
     * @return the text's size, or a negated errno: ENOMSG without one, E2BIG for one that is too long, which stays
     */
    public static long tryReceive(int id, MemorySegment message, long size, Selection selection) {
        return QueueCalls.msgrcv(id, message, size, selection.type, selection.flags() | Constants.IPC_NOWAIT);
    }

    /** The same, and waits for one. */
    public static long receive(
            int id, MemorySegment message, long size, Selection selection, long deadline, Sleepers sleepers)
            throws InterruptedException, AsynchronousCloseException {
        return KernelWait.in(
                QueueCalls::msgrcv, id, message, size, selection.type, selection.flags(), deadline, sleepers.waiters());
    }

    /**
     * Copies the message at that index, which stays (MSG_COPY).
     *
     * @param index 0 for the first
     * @return as {@link #tryReceive}; ENOSYS where the kernel was built without CONFIG_CHECKPOINT_RESTORE
     */
    public static long peek(int id, MemorySegment message, long size, long index) {
        return QueueCalls.msgrcv(id, message, size, index, Constants.MSG_COPY | Constants.IPC_NOWAIT);
    }
}
