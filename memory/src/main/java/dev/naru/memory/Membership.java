package dev.naru.memory;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.OpenFileLock;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.memory.internal.HeaderLayout;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.SharedFile;
import dev.naru.memory.internal.SharedFile.Content;
import dev.naru.memory.internal.SharedFile.Place;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * This process as one of those who share a store: an id that is given out once and never again, and a sign of life that the
 * kernel takes away when the process dies, however it dies. It works across pid namespaces. {@link SharedLock#in Locks} in
 * other files stand on it.
 *
 * <p>A child that is forked without exec, or gets the descriptor passed, keeps the sign of life.
 *
 * <p>Thread-safe, but {@link #close} only when nobody uses it any more and none of its locks is held.
 *
 * <p>The file is described in {@code docs/layouts/lock.md}, the protocol in {@code docs/protocol/README.md}, 1.
 */
public final class Membership implements Closeable {
    private static final long OWN_SIZE = 896;

    private final Member member;

    private Membership(Member member) {
        this.member = member;
    }

    /** What whoever makes the file puts into it, all zeros, at the start of {@link #own}. */
    @FunctionalInterface
    public interface Filling {
        /** Fills it. */
        void fill(MemorySegment own);
    }

    /**
     * Opens the file, or makes it.
     *
     * @param mode permission bits of a new one
     * @param target what errors call it
     * @param missing what it is to them when it is not there
     */
    public static Membership openOrCreate(Path file, int mode, String target, Problem missing, Filling filling)
            throws IOException {
        Place place = new Place(file.toAbsolutePath(), target, missing);
        return new Membership(SharedFile.openOrCreate(place, mode, Kind.STORE, HeaderLayout.SIZE, content(filling)));
    }

    /** Makes the file, which must not exist yet. */
    public static Membership create(Path file, int mode, String target, Problem missing, Filling filling)
            throws IOException {
        Place place = new Place(file.toAbsolutePath(), target, missing);
        return new Membership(SharedFile.create(place, mode, Kind.STORE, HeaderLayout.SIZE, content(filling)));
    }

    /** Opens the file, which must exist. */
    public static Membership open(Path file, String target, Problem missing) throws IOException {
        Place place = new Place(file.toAbsolutePath(), target, missing);
        return new Membership(SharedFile.open(place, Kind.STORE, content(_ -> {})));
    }

    /** What stands there is true after a boot, too. */
    private static Content content(Filling filling) {
        return new Content() {
            @Override
            public void fill(MemorySegment memory) {
                filling.fill(own(memory));
            }

            @Override
            public void recover(MemorySegment memory) {}
        };
    }

    private static MemorySegment own(MemorySegment memory) {
        return memory.asSlice(HeaderLayout.OWN_AT, OWN_SIZE);
    }

    /** The bytes of the file that are its user's, 896 of them; mapped as long as this is open. */
    public MemorySegment own() {
        return own(member.memory());
    }

    /** The id of this process; another opening of the file has another. */
    public long id() {
        return member.id();
    }

    /** Who that is. */
    public Identity identity(long id) {
        return member.identity(id);
    }

    /** Whether that member lives. One system call, unless it is this one. */
    public boolean isAlive(long id) throws ErrnoException {
        return member.isAlive(id);
    }

    /**
     * Whether any member of a shared file lives: a ring, a lock, what is made from one, or a store. The kernel tells, by the locks
     * that members hold, so it sees those of other pid namespaces, too.
     *
     * @param target what errors call the file
     */
    public static boolean isAnybodyAlive(Path file, String target) throws ErrnoException {
        try (Descriptor opened = SharedFiles.open(file, false, target)) {
            return OpenFileLock.of(opened, target).isAnyLockedFrom(Member.LOCK_BASE);
        }
    }

    /** The boot of this machine that goes on now, as a number. */
    public static long boot() throws IOException {
        return SharedFile.boot();
    }

    Member member() {
        return member;
    }

    /** Ends the membership: from now on this id is dead. */
    @Override
    public void close() throws IOException {
        member.close();
    }
}
