package dev.naru.memory.internal;

import dev.naru.channels.Command;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.OpenFileLock;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SharedMapping;
import dev.naru.memory.Identity;
import java.io.Closeable;
import java.lang.foreign.MemorySegment;

/**
 * This process as one of those who share a file: its id, and its sign of life. {@code docs/protocol/README.md}, 1.
 *
 * <p>The id comes from a counter in the file, is given out once and never again, and stands in shared words. Its owner
 * lives as long as the byte {@code LOCK_BASE + id} of the file is locked, which the kernel sees to.
 *
 * <p>Thread-safe, but {@link #close} only when nobody uses it any more, and no section is under way.
 */
public final class Member implements Closeable {
    /** Where the bytes of the ids lie, far beyond any file. The byte of id 0 guards recovery. */
    public static final long LOCK_BASE = 1L << 62;

    private final Descriptor file;
    private final SharedMapping mapping;
    private final OpenFileLock locks;
    private final String target;
    private final long id;

    private Member(Descriptor file, SharedMapping mapping, OpenFileLock locks, String target, long id) {
        this.file = file;
        this.mapping = mapping;
        this.locks = locks;
        this.target = target;
        this.id = id;
    }

    /** Takes an id in that file, whose header is sound; the descriptor and the mapping become the member's. */
    static Member join(Descriptor file, SharedMapping mapping, OpenFileLock locks, String target)
            throws ErrnoException {
        MemorySegment memory = mapping.segment();
        while (true) {
            long id = Words.getAndAdd(memory, HeaderLayout.IDS_AT, 1) + 1;
            if (!canBe(id)) {
                throw ErrnoException.of(
                        Problem.WRONG_KIND,
                        Errno.EINVAL.number(),
                        "open",
                        target,
                        "a sound file",
                        "damaged, next id " + id);
            }
            mapping.sync(0, HeaderLayout.SIZE); // no id comes twice, not even after a power cut
            if (locks.tryLock(LOCK_BASE + id)) {
                Member member = new Member(file, mapping, locks, target, id);
                int pid = (int) ProcessHandle.current().pid();
                HeaderLayout.register(memory, id, pid, Identity.nameOfThisProcess(), member::isDead);
                return member;
            }
        }
    }

    /** That child will have the file too, and with it the sign of life. */
    public void giveTo(Command child, int number) {
        var _ = child.descriptor(number, file);
    }

    /** Its id. */
    public long id() {
        return id;
    }

    /** The whole file. */
    public MemorySegment memory() {
        return mapping.segment();
    }

    /** What errors call the file. */
    public String target() {
        return target;
    }

    /** Another mapping of the whole file, to be closed on its own. */
    public SharedMapping mapAgain() throws ErrnoException {
        return SharedMapping.map(file, mapping.segment().byteSize(), SharedMapping.Options.WRITABLE, target);
    }

    /** The file for another process, with no lock of ours. */
    public Descriptor reopen() throws ErrnoException {
        return SharedFiles.reopen(file, true, target);
    }

    /**
     * Another mapping of the whole file, which lasts as long as anybody can reach it. The file is opened anew for it: a mapping
     * keeps what it was opened by alive, and this member's sign of life with it.
     */
    public MemorySegment mapForGood() throws ErrnoException {
        try (Descriptor apart = SharedFiles.reopen(file, true, target)) {
            return SharedMapping.mapForGood(
                    apart, mapping.segment().byteSize(), SharedMapping.Options.WRITABLE, target);
        }
    }

    /** Whether that member lives. It looks at no shared word. One system call, unless it is this one. */
    public boolean isAlive(long other) throws ErrnoException {
        return other == id || (canBe(other) && locks.isLocked(LOCK_BASE + other));
    }

    /** Whether an id can be somebody's; what a damaged file says may be anything. */
    static boolean canBe(long id) {
        return id > 0 && id < LOCK_BASE;
    }

    private boolean isDead(long other) {
        try {
            return !isAlive(other);
        } catch (ErrnoException unknown) {
            return false;
        }
    }

    /** Who that is. */
    public Identity identity(long other) {
        return identity(memory(), other, !isDead(other));
    }

    static Identity identity(MemorySegment memory, long id, boolean alive) {
        return id == 0
                ? Identity.NOBODY
                : new Identity(id, HeaderLayout.pid(memory, id), HeaderLayout.name(memory, id), alive);
    }

    /**
     * Takes a role, a word that is 0 or the id of who has it: from nobody, or from a dead one.
     *
     * @return 0 when it was free, the dead id that had it, or the negated id of the living one who has it
     */
    public long take(long offset) throws ErrnoException {
        MemorySegment memory = memory();
        while (true) {
            long owner = Words.getAcquire(memory, offset);
            if (owner != 0 && isAlive(owner)) {
                return -owner;
            }
            // From the very value that was tested: another may have been faster.
            if (Words.compareAndSet(memory, offset, owner, id)) {
                return canBe(owner) ? owner : 0;
            }
        }
    }

    /** Gives a role back. */
    public void release(long offset) {
        // The load first: where somebody has cut the file, a fault in it is an error, and one in the exchange ends the
        // JVM.
        if (Words.getOpaque(memory(), offset) == id) {
            boolean _ = Words.compareAndSet(memory(), offset, id, 0);
        }
    }

    /** Ends the membership: from now on this id is dead. */
    @Override
    public void close() {
        if (mapping.isOpen()) {
            try {
                HeaderLayout.deregister(memory(), id);
            } finally { // also when somebody has cut the file
                file.close(); // the sign of life goes with it
                mapping.close();
            }
        }
    }
}
