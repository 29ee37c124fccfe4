package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Monitors;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.memory.LockOutcome;
import dev.naru.memory.Membership;
import dev.naru.memory.SharedLock;
import dev.naru.topics.TopicSpec;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done for a partition beside appending, by one at a time under a lock of its own, so that nobody who appends waits for a disk
 * unless he asked for it: flushing, moving the recovery point, and letting go of what is no longer kept.
 *
 * <p>Who dies in here leaves nothing to repair: a recovery point counts when its CRC is right, and until then the other one does. The
 * next one only sees to it that it is on the disk.
 *
 * <p>Thread-safe. {@code docs/layouts/log.md}, Keeping.
 */
final class Keeper implements Closeable {
    /** So far the recovery point stays behind what is flushed: after a power cut no more than this is checked by CRC. */
    private static final long POINT_STEP = 16 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** So long whoever compacts waits at a time, and then looks whether to go on: who has the lock may be stopped. */
    private static final Duration SLICE = Duration.ofMillis(200);

    private static final System.Logger LOGGER = System.getLogger(Keeper.class.getName());
    private static final long NONE = SegmentFiles.NONE;

    private final Path folder;
    private final ControlBlock control;
    private final MemorySegment block;
    private final Membership members;
    private final Surroundings around;
    private final SharedLock lock;
    private final Replacement replacement; // guarded by the lock

    private final Object followers = new Object();

    // Guarded by the followers' monitor: whether a thread of this process flushes for all others, and how many may be
    // at it.
    private boolean leading;
    private int inside;

    // Guarded by the lock.
    private final PublishedEnd end = new PublishedEnd();
    private long openBase = NONE;
    private @Nullable Descriptor open;

    /** @param appending the lock of those who append */
    Keeper(Path folder, ControlBlock control, Surroundings around, SharedLock appending) throws ErrnoException {
        this.folder = folder;
        this.control = control;
        this.block = control.memory();
        this.members = around.members();
        this.around = around;
        this.lock = SharedLock.in(control.file(), PartitionLayout.KEEPER_AT, members, control.target());
        this.replacement = new Replacement(folder, block, appending);
    }

    /** Before a flush may be due: {@link #close} waits until {@link #exit}. */
    void enter() {
        synchronized (followers) {
            inside++;
        }
    }

    void exit() {
        synchronized (followers) {
            inside--;
            followers.notifyAll();
        }
    }

    /**
     * Waits until all below that offset is on the disk, between {@link #enter} and {@link #exit}. Who waits meanwhile shares the next flush:
     * of this process one thread at a time goes for the lock, and when it comes back, all others whose records are on the disk are
     * done at once.
     */
    void flush(long target) throws IOException, InterruptedException {
        while (PartitionLayout.flushed(block) < target) {
            if (leadOrWait(target)) {
                try {
                    flushOnce(target);
                } finally {
                    stepDown();
                }
                requireFlushed(target);
            }
        }
    }

    /** Nobody flushes what was removed, or what another publisher appends to by now. */
    private void requireFlushed(long target) throws ErrnoException {
        if (PartitionLayout.flushed(block) < target) {
            PartitionLayout.requireThere(block, folder);
            throw PartitionLayout.appendedElsewhere(block, members, "flush", folder);
        }
    }

    private void flushOnce(long target) throws IOException, InterruptedException {
        begin();
        try {
            if (PartitionLayout.flushed(block) < target) { // or another process was faster
                flushAll(false);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether this thread is the one that flushes, at once; else it has waited for another one, and looks again. */
    private boolean leadOrWait(long target) throws InterruptedException {
        synchronized (followers) {
            if (!leading) {
                leading = true;
                return true;
            }
            while (leading && PartitionLayout.flushed(block) < target) {
                followers.wait();
            }
            return false;
        }
    }

    private void stepDown() {
        synchronized (followers) {
            leading = false;
            followers.notifyAll();
        }
    }

    /** A chore after a roll: what is sealed gets to the disk. Somebody else who is just at it will do. */
    void afterRoll() {
        chore(() -> {
            end.load(block);
            flushTo(end.segment, 0, end.segment, true);
            snapshot();
            retain();
            indexIfRoom(false);
        });
    }

    /** What is sealed gets to the disk, so that no recovery looks at what a compaction makes of it; and what a killed one left goes. */
    Replacement.Outcome beforeCompaction() throws IOException, InterruptedException {
        if (!beginSoon(SLICE)) {
            return Replacement.Outcome.BUSY;
        }
        try {
            if (!isOurs()) {
                return Replacement.Outcome.GONE;
            }
            end.load(block);
            flushTo(end.segment, 0, end.segment, true);
            if (!replacement.mend()) {
                return Replacement.Outcome.BUSY; // what is there twice would be told as damage
            }
            indexAll();
            return Replacement.Outcome.DONE;
        } finally {
            lock.unlock();
        }
    }

    /** There may be gaps below that offset from now on, also after a power cut. */
    Replacement.Outcome raiseGaps(long offset) throws IOException, InterruptedException {
        if (offset <= PartitionLayout.gaps(block)) {
            return Replacement.Outcome.DONE; // of who died before it was on the disk, the next one here has it
        }
        if (!beginSoon(SLICE)) {
            return Replacement.Outcome.BUSY;
        }
        try {
            PartitionLayout.setGaps(block, offset);
            control.sync();
            return Replacement.Outcome.DONE;
        } catch (ErrnoException refused) {
            throw notFlushed(refused);
        } finally {
            lock.unlock();
        }
    }

    /** Puts what a compaction left in the place of those segments. */
    Replacement.Outcome replace(Path cleaned, List<LogSurvey.Sealed> old) throws IOException, InterruptedException {
        if (!beginSoon(SLICE)) {
            return Replacement.Outcome.BUSY;
        }
        try {
            if (!isOurs()) {
                return Replacement.Outcome.GONE;
            }
            closeFile(); // it may be one of them
            try {
                return replacement.run(cleaned, old);
            } finally {
                indexReplaced(old.getFirst().base()); // or the old one again, when it came to nothing
            }
        } finally {
            lock.unlock();
        }
    }

    /** What was replaced is, with or without an index. */
    private void indexReplaced(long base) {
        try {
            boolean _ = extendIndex(base, false);
        } catch (IOException refused) {
            LOGGER.log(System.Logger.Level.WARNING, "keeping " + folder, refused);
        }
    }

    /** One who was killed, or ended, may have taken away that of any segment. */
    private void indexAll() {
        try {
            for (long base : SegmentFiles.list(folder)) {
                if (base < end.segment) {
                    boolean _ = extendIndex(base, false);
                }
            }
        } catch (IOException refused) {
            LOGGER.log(System.Logger.Level.WARNING, "keeping " + folder, refused);
        }
    }

    /**
     * Indexes are hints: without them it goes on, above all with what makes room, and what was appended is there all the same.
     *
     * @param active whether the segment that is appended to gets them, too
     */
    private void indexIfRoom(boolean active) {
        try {
            if (active) {
                boolean _ = extendIndex(end.segment, false);
            }
            indexSealed();
        } catch (IOException refused) {
            LOGGER.log(System.Logger.Level.WARNING, "keeping " + folder, refused);
        }
    }

    /** What producers appended before each segment is kept, so that looking for it does not take the whole log. */
    private void snapshot() throws IOException {
        if (!Files.exists(folder.resolve("../..").resolve(ProducerName.FOLDER))) {
            return; // there never was one
        }
        long[] bases = SegmentFiles.list(folder);
        ProducerStates.Known known = ProducerStates.newest(folder, bases, end.segment);
        boolean saved = false;
        for (int i = known.segment(); i + 1 < bases.length && bases[i + 1] <= end.segment; i++) {
            try (Segment segment = Segment.openToRead(folder, bases[i], 1)) {
                known.states().scan(segment.memory(), segment.size());
            }
            known.states().save(folder, bases[i + 1]);
            saved = true;
        }
        if (saved) {
            Disk.syncNames(folder); // before what they stand for goes
        }
    }

    /** By the settings as they are now: who changed them wants it so, whoever rolls. */
    private void retain() throws IOException {
        TopicSpec spec;
        try {
            spec = around.settings().read();
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.NO_TOPIC) {
                return; // it is being removed
            }
            throw refused;
        }
        if (!spec.hasRetention()) {
            return;
        }
        Retention retention = new Retention(
                folder, spec, this::highestTimestamp, around.clock().millis());
        if (retention.isLimited()) {
            long[] bases = SegmentFiles.list(folder);
            startAt(Math.max(PartitionLayout.logStart(block), retention.start(bases, end)));
        }
    }

    /** One who was killed may have left the index behind the segment. */
    private long highestTimestamp(long base) throws IOException {
        boolean _ = extendIndex(base, false);
        return SegmentIndex.load(folder, base).highestTimestamp();
    }

    /** Lets go of all below that offset. */
    void deleteBefore(long offset) throws IOException, InterruptedException {
        begin();
        try {
            end.load(block);
            PartitionLayout.requireThere(block, folder);
            if (!isOurs()) {
                throw PartitionLayout.appendedElsewhere(block, members, "delete", folder);
            }
            if (offset > end.next) {
                throw ErrnoException.of(
                        Problem.OUT_OF_RANGE,
                        Errno.ERANGE.number(),
                        "delete",
                        folder.toString(),
                        "it has " + PartitionLayout.logStart(block) + " to " + end.next,
                        "offset " + offset);
            }
            flushTo(end.segment, end.position, end.next, true); // so the recovery point lies behind all that may go
            snapshot();
            startAt(offset);
        } finally {
            lock.unlock();
        }
    }

    /** After the snapshots. First the disk, then readers, then the names: who is killed in between is made good by the next one. */
    private void startAt(long offset) throws IOException {
        if (offset > PartitionLayout.logStart(block)) {
            RecoveryPoint last = RecoveryPoint.read(block);
            try {
                last.withLogStart(offset).write(block);
                control.sync();
            } catch (ErrnoException refused) {
                throw notFlushed(refused);
            }
            PartitionLayout.setLogStart(block, offset);
        }
        long[] bases = SegmentFiles.list(folder);
        for (int i = 0;
                i + 1 < bases.length && bases[i + 1] <= Math.min(PartitionLayout.logStart(block), end.segment);
                i++) {
            SegmentFiles.remove(folder, bases[i]);
        }
    }

    /** The newest first, down to one that had its index: of a process that was killed before, more may lack it. */
    private void indexSealed() throws IOException {
        long[] bases = SegmentFiles.list(folder);
        for (int i = bases.length - 1; i >= 0; i--) {
            if (bases[i] < end.segment && !extendIndex(bases[i], false)) {
                return;
            }
        }
    }

    /** A chore: brings the indexes of a segment up to date, or makes them anew. */
    void index(long base, boolean anew) {
        chore(() -> {
            end.load(block);
            boolean _ = extendIndex(base, anew);
        });
    }

    private boolean extendIndex(long base, boolean anew) throws IOException {
        try (Segment segment = Segment.openToRead(folder, base, 1)) {
            long limit = base == end.segment ? end.position : segment.size();
            return SegmentIndex.extend(folder, segment, Math.min(limit, segment.reach()), anew);
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.NOT_FOUND) {
                throw refused;
            }
            return false; // nothing was appended yet, or it was removed
        }
    }

    /** A chore after a while: all gets to the disk. */
    void afterTime() {
        chore(() -> flushAll(false));
    }

    /** Whether its files are kept here: not when it was removed, for there may be another of its name, nor another publisher's. */
    private boolean isOurs() {
        return !PartitionLayout.isRemoved(block) && PartitionLayout.isAppendedByLock(block);
    }

    private interface Step {
        void run() throws IOException;
    }

    private void chore(Step step) {
        try {
            begin();
            try {
                if (isOurs()) {
                    step.run();
                }
            } finally {
                lock.unlock();
            }
        } catch (ClosedChannelException | InterruptedException ended) {
            // closed meanwhile: that did it, or whoever has the partition open does
        } catch (IOException | RuntimeException refused) {
            LOGGER.log(System.Logger.Level.WARNING, "keeping " + folder, refused);
        }
    }

    /**
     * What comes before the end of a use: all gets to the disk, and a restart has nothing to check. Whoever is just at it is waited
     * for, but not for long: he may be stopped. False then: nothing was done.
     */
    boolean beforeClose() throws IOException {
        if (!beginBeforeClose()) {
            return false;
        }
        try {
            flushAll(true);
            if (isOurs()) {
                snapshot();
                retain();
                indexIfRoom(true);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean beginBeforeClose() throws IOException {
        try {
            return beginSoon(PATIENCE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean beginSoon(Duration patience) throws IOException, InterruptedException {
        LockOutcome taken = lock.lock(patience);
        followTheDead(taken);
        return taken.isTaken();
    }

    private void begin() throws IOException, InterruptedException {
        followTheDead(lock.lock());
    }

    /** Does first what one left who died with the lock; whatever is thrown here, the lock goes back. */
    private void followTheDead(LockOutcome taken) throws IOException {
        if (taken == LockOutcome.OWNER_DIED) {
            boolean done = false;
            try {
                syncPoint();
                mendAfterDeath();
                done = true;
            } finally {
                if (!done) {
                    lock.unlock();
                }
            }
        }
    }

    /** If that cannot be now, the next compaction does it; until then whoever reads passes over what is there twice. */
    private void mendAfterDeath() {
        if (!isOurs()) {
            return;
        }
        try {
            boolean _ = replacement.mend();
            end.load(block);
            indexAll();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException refused) {
            LOGGER.log(System.Logger.Level.WARNING, "keeping " + folder, refused);
        }
    }

    /**
     * Of who died, a recovery point may be stored and not be on the disk. The next one goes into the other slot, where the one lies that
     * is: were the power cut then, both could be torn.
     */
    private void syncPoint() throws IOException {
        try {
            control.sync();
        } catch (ErrnoException refused) {
            throw notFlushed(refused);
        }
    }

    private void flushAll(boolean point) throws IOException {
        end.load(block);
        flushTo(end.segment, end.position, end.next, point);
    }

    /** The data first, then its name, then what says so. */
    private void flushTo(long segment, long position, long offset, boolean point) throws IOException {
        if (PartitionLayout.isRemoved(block)) {
            return; // there is nothing to keep any more
        }
        if (PartitionLayout.isNotFlushed(block)) {
            throw ErrnoException.of(Problem.NOT_FLUSHED, folder.toString());
        }
        if (!PartitionLayout.isAppendedByLock(block)) {
            return; // another publisher keeps what he appends
        }
        RecoveryPoint last = RecoveryPoint.read(block);
        boolean newFile = segment != last.segment() || last.isFirst();
        try {
            if (newFile) {
                for (long base : SegmentFiles.list(folder)) {
                    if (base >= last.segment() && base < segment) {
                        syncFile(base);
                    }
                }
            }
            if (position > 0) {
                syncFile(segment);
            }
            if (newFile) {
                Disk.syncNames(folder);
            }
            if (last.isFirst()) {
                syncStore();
            }
            boolean ahead = offset > last.offset() || segment > last.segment(); // no point stays in what is sealed
            if (ahead && (point || newFile || position - last.position() >= POINT_STEP)) {
                new RecoveryPoint(last.number() + 1, segment, position, offset, last.logStart()).write(block);
                control.sync();
            }
        } catch (ErrnoException refused) {
            throw notFlushed(refused);
        }
        PartitionLayout.setFlushed(block, offset);
    }

    /** The kernel tells it once, and would call the next flush a success. That a descriptor was missing says nothing of the disk. */
    private ErrnoException notFlushed(ErrnoException refused) {
        if (!refused.call().endsWith("sync")) {
            return refused;
        }
        PartitionLayout.setNotFlushed(block);
        return ErrnoException.of(Problem.NOT_FLUSHED, refused.errno().number(), refused.call(), refused.target());
    }

    private void syncFile(long base) throws ErrnoException {
        Descriptor file = file(base);
        if (file != null) {
            Disk.sync(SegmentFiles.path(folder, base), file);
        }
    }

    /** Null when there is none: it was removed, or nothing was appended yet. */
    private @Nullable Descriptor file(long base) throws ErrnoException {
        if (openBase != base) {
            closeFile();
            try {
                Path path = SegmentFiles.path(folder, base);
                open = SharedFiles.open(path, false, path.toString());
                openBase = base;
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.NOT_FOUND) {
                    throw refused;
                }
            }
        }
        return open;
    }

    private void closeFile() {
        Descriptor old = open;
        open = null;
        openBase = NONE;
        if (old != null) {
            old.close();
        }
    }

    /** The way to this partition, which its maker did not wait for. */
    private void syncStore() throws ErrnoException {
        Path topics = folder.resolveSibling("");
        Path store = topics.resolveSibling("");
        Disk.syncNames(topics);
        Disk.syncNames(store.resolve(StoreLayout.SETTINGS));
        Disk.syncNames(store);
    }

    /**
     * Nobody of this process begins anything more; whoever is at it ends first, and whoever waits for the disk. But not for long: somebody
     * else may have the lock, and be stopped.
     */
    @Override
    public void close() throws IOException {
        awaitInside(Poller.deadlineIn(PATIENCE));
        lock.close(); // whoever waits for it is told
        awaitInside(Poller.NEVER);
        awaitSection();
        closeFile();
    }

    private void awaitInside(long deadline) {
        Monitors.awaitUninterruptibly(followers, () -> inside == 0 || Poller.isOver(deadline));
    }

    @SuppressWarnings("ThreadPriorityCheck") // the thread that is in there needs a core
    private void awaitSection() {
        while (PartitionLayout.keeper(block) == members.id()) {
            Thread.yield();
        }
    }
}
