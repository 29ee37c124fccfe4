package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.SystemVCalls;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * System V shared memory (shmget(2), shmat(2)), which {@code ipcs -m} shows. A segment is found by a key that its users
 * agree on, and lives until it is removed, whether anybody is attached or not.
 *
 * <p>This object is one attachment. Threads may use its memory side by side. When a process dies it is detached, and what
 * it stored stays.
 */
public final class SystemVMemory implements Closeable {
    private final int id;
    private final Arena arena;
    private final MemorySegment segment;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SystemVMemory(int id, Arena arena, MemorySegment segment) {
        this.id = id;
        this.arena = arena;
        this.segment = segment;
    }

    /**
     * What the kernel tells of a segment.
     *
     * @param key what it is found by; 0 for one that is private, and for one that was removed while somebody is attached
     * @param id the kernel's number for it
     * @param mode permission bits, 0777
     * @param size in bytes, as it was asked for
     * @param creator the pid that made it, in the caller's namespace; 0 when it is in none that the caller sees
     * @param lastUser the pid that attached or detached last
     * @param attached how many attachments there are
     * @param owner the owner's uid
     */
    public record Status(int key, int id, int mode, long size, int creator, int lastUser, long attached, int owner) {}

    /** The address form of a key, as errors show it: {@code shm:0x6a01}. */
    public static String address(int key) {
        return "shm:0x" + Integer.toHexString(key);
    }

    /**
     * A new segment of zeroes: its id. Empty when one has the key already.
     *
     * @param key not 0; 0, IPC_PRIVATE, makes one that only its id finds
     * @param size in bytes, at least 1
     * @param mode permission bits; the umask does not thin them
     * @throws ErrnoException beyond kernel.shmmax, shmall or shmmni, or without memory
     */
    public static Optional<Integer> create(int key, long size, int mode, boolean hugePages) throws ErrnoException {
        int flags = Constants.IPC_CREAT
                | Constants.IPC_EXCL
                | (hugePages ? Constants.SHM_HUGETLB : 0)
                | (mode & SystemVObjects.PERMISSIONS);
        int answer = SystemVCalls.shmget(key, size, flags);
        String bytes = size + " B";
        return switch (-answer) {
            case Constants.EEXIST -> Optional.empty();
            case Constants.EINVAL ->
                throw ErrnoException.of(
                        Problem.SEGMENT_SIZE, -answer, "shmget", address(key), Limits.kernel("kernel/shmmax"), bytes);
            case Constants.ENOSPC ->
                throw ErrnoException.of(
                        Problem.SEGMENTS_FULL,
                        -answer,
                        "shmget",
                        address(key),
                        Limits.kernel("kernel/shmall") + " pages, " + Limits.kernel("kernel/shmmni"),
                        bytes);
            default -> {
                if (answer == -Constants.ENOMEM && hugePages) {
                    throw FileSpace.noHugePages(-answer, "shmget", address(key), bytes);
                }
                if (answer < 0) {
                    throw ErrnoException.of(-answer, "shmget", address(key));
                }
                yield Optional.of(answer);
            }
        };
    }

    /**
     * The id of the segment that has the key; empty when none has.
     *
     * @throws ErrnoException when the caller may neither read nor write it
     */
    public static Optional<Integer> find(int key) throws ErrnoException {
        if (key == Constants.IPC_PRIVATE) {
            return Optional.empty(); // shmget would make one
        }
        int answer = SystemVCalls.shmget(key, 0, 0);
        if (answer == -Constants.ENOENT) {
            return Optional.empty();
        }
        if (answer < 0) {
            throw ErrnoException.of(-answer, "shmget", address(key));
        }
        return Optional.of(answer);
    }

    /**
     * Attaches the segment.
     *
     * @param prefault every page present from the start: no page fault later
     * @param target what errors call it
     * @return empty when it has been removed
     */
    @SuppressWarnings({"restricted", "MustBeClosedChecker"
    }) // gives the memory its length and its end, which is close()
    public static Optional<SystemVMemory> attach(int id, boolean writable, boolean prefault, String target)
            throws ErrnoException {
        long address = SystemVCalls.shmat(id, writable ? 0 : Constants.SHM_RDONLY);
        if (address == -Constants.EINVAL || address == -Constants.EIDRM) {
            return Optional.empty();
        }
        if (address < 0) {
            throw ErrnoException.of((int) -address, "shmat", target);
        }
        Arena arena = Arena.ofShared();
        long size = status(id).map(Status::size).orElse(0L); // attached, it stays as long as we do
        if (prefault) {
            SharedMapping.populate(address, size, writable);
        }
        MemorySegment segment = MemorySegment.ofAddress(address).reinterpret(size, arena, memory -> {
            int _ = SystemVCalls.shmdt(memory.address());
        });
        return Optional.of(new SystemVMemory(id, arena, writable ? segment : segment.asReadOnly()));
    }

    /** What the kernel tells of it; empty when it has been removed or the caller may not read it. */
    public static Optional<Status> status(int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(SystemVCalls.SIZEOF_SHMID_DS, Long.BYTES);
            if (SystemVCalls.shmctl(id, Constants.IPC_STAT, status) < 0) {
                return Optional.empty();
            }
            return Optional.of(new Status(
                    status.get(ValueLayout.JAVA_INT, SystemVCalls.PERM_KEY),
                    id,
                    status.get(ValueLayout.JAVA_INT, SystemVCalls.PERM_MODE) & SystemVObjects.PERMISSIONS,
                    status.get(ValueLayout.JAVA_LONG, SystemVCalls.SHM_SIZE),
                    status.get(ValueLayout.JAVA_INT, SystemVCalls.SHM_CREATOR),
                    status.get(ValueLayout.JAVA_INT, SystemVCalls.SHM_LAST),
                    status.get(ValueLayout.JAVA_LONG, SystemVCalls.SHM_ATTACHED),
                    status.get(ValueLayout.JAVA_INT, SystemVCalls.PERM_UID)));
        }
    }

    /**
     * Removes it (IPC_RMID): its key is free at once, its memory when the last has detached.
     *
     * @param target what errors call it
     * @return false when it was removed already
     */
    public static boolean remove(int id, String target) throws ErrnoException {
        int answer = SystemVCalls.shmctl(id, Constants.IPC_RMID, MemorySegment.NULL);
        return SystemVObjects.removed(answer, "shmctl(IPC_RMID)", target);
    }

    /** All segments of this IPC namespace, as {@code ipcs -m} lists them, also those that the caller may not read. */
    public static List<Status> list() throws IOException {
        return SystemVObjects.list("shm", SystemVMemory::parse);
    }

    /** proc(5): key shmid perms size cpid lpid nattch uid … */
    private static Status parse(String[] fields) {
        return new Status(
                Integer.parseInt(fields[0]),
                Integer.parseInt(fields[1]),
                Integer.parseInt(fields[2], 8) & SystemVObjects.PERMISSIONS,
                Long.parseLong(fields[3]),
                Integer.parseInt(fields[4]),
                Integer.parseInt(fields[5]),
                Long.parseLong(fields[6]),
                Integer.parseUnsignedInt(fields[7]));
    }

    /** The kernel's number for it. */
    public int id() {
        return id;
    }

    /** The memory, for as long as this is open. */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Detaches; the segment and what was stored stay. Idempotent; any thread may call it.
     *
     * @throws IllegalStateException when a system call is using the memory just now; it is attached then as before
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                arena.close();
            } catch (IllegalStateException inUse) {
                closed.set(false);
                throw inUse;
            }
        }
    }
}
