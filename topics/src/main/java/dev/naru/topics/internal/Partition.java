package dev.naru.topics.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Problem;
import dev.naru.linux.Sleepers;
import dev.naru.linux.UnguardedMemory;
import dev.naru.memory.Membership;
import dev.naru.memory.SharedLock;
import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A partition as this process has it open: appending under the shared lock, and what readers need to wait.
 *
 * <p>A batch is laid out in place past the published end, where nobody looks, and becomes visible by one store:
 *
 * <pre>
 *   claim:    lock, read the end afresh, make room (extend or roll)
 *   (the caller lays records out)
 *   publish:  header, CRC, flip, fence, wake whoever sleeps, unlock
 *   abandon:  unlock
 * </pre>
 *
 * <p>A process that dies in between leaves nothing to repair: the next owner of the lock begins at the published end.
 *
 * <p>Thread-safe. {@code docs/protocol/README.md}, 3 to 6.
 */
public final class Partition implements Closeable {
    /** What is laid out where nothing is claimed. */
    public static final BatchWriter NOTHING = new BatchWriter();

    private static final int FIRST_EXTENT = 64 << 10;
    private static final long INDEX_STEP = 1 << 20;
    private static final int LARGEST_EXTENT = 16 << 20;

    /** Where it is written at once, and flushed by whoever comes next. */
    private static final int LARGEST_WRITTEN_EXTENT = 1 << 20;

    private final Path folder;
    private final Membership members;
    private final int segmentBytes;
    private final long segmentMillis;
    private final int mostBytes;
    private final boolean timesOfLog;
    private final boolean compacted;
    private final InstantSource clock;
    private final ControlBlock control;
    private final MemorySegment block;
    private final SharedLock lock;
    private final Keeper keeper;
    private final Compaction compaction;
    private final Flushing flushing;
    private final Packer packer;
    private final Chores chores;

    // Guarded by the lock.
    private final PublishedEnd end = new PublishedEnd();
    private final BatchWriter writer = new BatchWriter();
    private final Checksum checksum = new Checksum();
    private @Nullable Segment active;
    private boolean rolled;
    private @Nullable Thread claimer; // who has a claim

    private final AtomicBoolean indexing = new AtomicBoolean();
    private final AtomicBoolean makingRoom = new AtomicBoolean();
    private volatile boolean appended;
    private volatile boolean closed;

    private Partition(Path folder, Surroundings around, ControlBlock control) throws ErrnoException {
        this.folder = folder;
        this.members = around.members();
        this.segmentBytes = around.spec().segmentBytes();
        this.segmentMillis = around.spec().longestSegmentMillis();
        this.compacted = around.spec().isCompacted();
        this.mostBytes = (int) Math.min(segmentBytes, around.spec().value(TopicSetting.MAX_MESSAGE_BYTES));
        this.timesOfLog = around.spec().value(TopicSetting.TIMESTAMP_TYPE) != 0;
        this.clock = around.clock();
        this.control = control;
        this.block = control.memory();
        this.lock = SharedLock.in(control.file(), PartitionLayout.LOCK_AT, members, control.target());
        this.keeper = new Keeper(folder, control, around, lock);
        this.compaction = new Compaction(folder, control, around, keeper);
        this.chores = around.chores();
        this.packer = new Packer(around.spec().compression());
        this.flushing = new Flushing(around.spec(), block, keeper, chores);
    }

    /** Makes a partition, empty, unless it is there. */
    public static void createUnlessThere(Path folder, StoreId store) throws IOException {
        EpochCheckpoint.createUnlessThere(folder);
        ControlBlock.createUnlessThere(folder, store);
    }

    /** Opens the partition in that folder, which must be there. */
    public static Partition open(Path folder, Surroundings around) throws IOException {
        ControlBlock control = ControlBlock.open(folder, around.store(), around.members());
        try {
            return new Partition(folder, around, control);
        } catch (IOException | RuntimeException | Error failed) {
            control.close();
            throw failed;
        }
    }

    /** Where its segments lie. */
    public Path folder() {
        return folder;
    }

    /** How much of a segment is mapped, at least. */
    public int segmentBytes() {
        return segmentBytes;
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !closed;
    }

    /**
     * Room for a batch, past the end. After this the caller has the lock, until {@link #publish} or {@link #abandon}.
     *
     * @param bytes of the batch at most, header included
     * @throws ErrnoException when the disk is full; the log is as it was, and the next append tries again
     */
    public BatchWriter claim(int bytes) throws IOException, InterruptedException {
        requireFits(bytes);
        packer.require(folder);
        var _ = lock.lock(); // a dead owner has left nothing to repair
        boolean ready = false;
        boolean isFull = false;
        try {
            end.loadOwned(block);
            if (!PartitionLayout.mayAppend(block)) {
                throw noAppending();
            }
            if (!end.isAppendable()) {
                throw damagedEnd();
            }
            Segment segment = room(bytes);
            writer.begin(segment.memory(), end.position, end.position + (long) bytes);
            claimer = Thread.currentThread();
            ready = true;
            return writer;
        } catch (ErrnoException refused) {
            isFull = refused.problem() == Problem.FILE_SYSTEM_FULL;
            throw refused;
        } finally {
            if (!ready) {
                lock.unlock();
            }
            if (isFull) {
                soonOnce(makingRoom, keeper::afterRoll); // which lets go of what is no longer kept
            }
        }
    }

    private Problem whyNot() {
        if (PartitionLayout.isRemoved(block)) {
            return Problem.TOPIC_REMOVED;
        }
        return PartitionLayout.isNotFlushed(block) ? Problem.NOT_FLUSHED : Problem.NO_APPENDING;
    }

    /**
     * Publishes what was laid out, gives the lock back, and waits for the disk if the topic says so: the offset of the first
     * record. When that wait fails, the records are there all the same.
     */
    public long publish() throws IOException {
        long offset;
        long next;
        boolean hasRolled;
        requireClaimer();
        requireKeys();
        try {
            claimer = null;
            offset = end.next;
            Segment segment = active;
            if (segment == null || writer.count() == 0) {
                throw new IllegalStateException("nothing was laid out");
            }
            int laidOut =
                    writer.finish(offset, PartitionLayout.epoch(block), timesOfLog ? clock.millis() : BatchWriter.NONE);
            int size = packer.pack(segment, writer.start(), laidOut);
            int crc = checksum.of(segment.unguardedBytes(), writer.start(), size);
            Batch.setCrc(UnguardedMemory.ALL, segment.memory().address() + writer.start(), crc);
            end.advance(writer.count(), size);
            end.flip(block);
            wakeReaders();
            if (TopicEvents.isAppendOn()) {
                TopicEvents.appended(folder.getFileName(), offset, writer.count(), size);
            }
            next = end.next;
            hasRolled = rolled;
            rolled = false;
            appended = true;
            flushing.before();
        } finally {
            writer.end();
            lock.unlock();
        }
        if (hasRolled) {
            afterRoll();
        }
        flushing.after(next);
        return offset;
    }

    private void afterRoll() {
        chores.soon(keeper::afterRoll);
        compaction.afterRoll();
    }

    /** Of a record without a key nobody knows which ones came before it. */
    private void requireKeys() throws ErrnoException {
        if (compacted && writer.hasUnkeyed()) {
            abandon();
            throw ErrnoException.of(Problem.NO_KEY, Errno.EINVAL.number(), "append", folder.toString());
        }
    }

    /** Gives the lock back; nothing is published. */
    public void abandon() {
        requireClaimer();
        claimer = null;
        writer.end();
        boolean hasRolled = rolled;
        rolled = false;
        lock.unlock();
        if (hasRolled) {
            afterRoll();
        }
    }

    /** Refuses to remove what a living publisher appends to. */
    public static void requireRemovable(Path folder, StoreId store, Membership members) throws IOException {
        if (!ControlBlock.exists(folder)) {
            return;
        }
        try (ControlBlock control = ControlBlock.open(folder, store, members)) {
            MemorySegment block = control.memory();
            if (PartitionLayout.hasLivingPublisher(block, members)) {
                throw PartitionLayout.appendedElsewhere(block, members, "remove", folder);
            }
        } catch (ErrnoException refused) {
            passIfGarbled(refused);
        }
    }

    /** Nobody has it open then, by what stands there. */
    private static void passIfGarbled(ErrnoException refused) throws ErrnoException {
        if (refused.problem() != Problem.WRONG_KIND && refused.problem() != Problem.FILE_TOO_SHORT) {
            throw refused;
        }
    }

    /**
     * Removes the partition in that folder: whoever has it open is told, then its files go, the control block last. May be run
     * again.
     */
    public static void remove(Path folder, StoreId store, Membership members) throws IOException {
        if (ControlBlock.exists(folder)) {
            try (ControlBlock control = ControlBlock.open(folder, store, members)) {
                Removal.run(folder, control, members);
            } catch (ErrnoException refused) {
                passIfGarbled(refused);
                Removal.removeFiles(folder);
            }
        } else {
            Removal.removeFiles(folder); // a power cut may have taken the block alone; nobody has it open
        }
        ControlBlock.remove(folder);
        Removal.removeIfEmpty(folder);
    }

    /** Before anything is shown: whoever has the lock gives it back, and nobody else. */
    public void requireClaimer() {
        if (claimer != Thread.currentThread()) {
            throw new IllegalMonitorStateException("another thread has claimed, or nobody");
        }
    }

    private void wakeReaders() {
        VarHandle.fullFence(); // pairs with that of arm: the flip, then the look; there it is arming, then the look
        if (Words.getOpaque(block, PartitionLayout.ARMED_AT) > Words.getOpaque(block, PartitionLayout.WOKEN_AT)) {
            int woken = Futex.wake(block, PartitionLayout.SEQ_AT, Integer.MAX_VALUE);
            if (TopicEvents.isWakeOn()) {
                TopicEvents.woke(folder.getFileName(), woken);
            }
            // After the wake: if killed before it, the next one who publishes wakes.
            Words.setOpaque(block, PartitionLayout.WOKEN_AT, end.sequence());
        }
    }

    private Segment room(int bytes) throws ErrnoException {
        long needed = end.position + (long) bytes;
        if (end.sealed || (end.position > 0 && (needed > segmentBytes || isOld()))) {
            return roll(bytes);
        }
        if (end.position == 0 && segmentMillis != TopicSpec.NEVER) {
            PartitionLayout.setSince(block, clock.millis());
        }
        Segment segment = active(end.segment);
        if (needed > end.reserved) {
            extend(segment, needed);
        }
        if (!flushing.isRegular()) {
            segment.touchAhead(end.position, needed, end.reserved);
        }
        return segment;
    }

    /** Whether the segment has been appended to for long enough. */
    private boolean isOld() {
        if (segmentMillis == TopicSpec.NEVER) {
            return false;
        }
        long since = PartitionLayout.since(block);
        if (since == 0) { // appended to by one who does not keep the time
            PartitionLayout.setSince(block, clock.millis());
        }
        return since != 0 && clock.millis() - since >= segmentMillis;
    }

    /** First the space, then the flip: {@code reserved} is never more than the size of the file. */
    private void extend(Segment segment, long needed) throws ErrnoException {
        int largest = flushing.isWaitedFor() ? LARGEST_WRITTEN_EXTENT : LARGEST_EXTENT;
        long doubled = end.reserved + (long) Math.clamp(end.reserved, FIRST_EXTENT, largest);
        end.reserved = (int) reserve(segment, end.reserved, needed, Math.max(needed, Math.min(doubled, segmentBytes)));
        end.flip(block);
    }

    /** As much as is wished for, or as is needed where there is no room for more: up to where. */
    private long reserve(Segment segment, long from, long needed, long wished) throws ErrnoException {
        try {
            reserve(segment, from, wished);
            return wished;
        } catch (ErrnoException full) {
            if (full.problem() != Problem.FILE_SYSTEM_FULL || wished == needed) {
                throw full;
            }
            reserve(segment, from, needed);
            return needed;
        }
    }

    private void reserve(Segment segment, long from, long to) throws ErrnoException {
        if (flushing.isWaitedFor()) {
            segment.reserveWritten(from, to);
        } else {
            segment.reserve(from, to);
        }
    }

    /** Killed or out of space anywhere in here, the next append rolls again: the mark says so. */
    private Segment roll(int bytes) throws ErrnoException {
        Segment old = active(end.segment);
        end.reserved = end.position;
        end.sealed = true;
        end.flip(block);
        old.cut(end.position); // before the new one is published: from then on readers take the size for the end
        Segment next = activate(open(end.next));
        next.cut(0); // a leftover of a roll that died
        int reserved = (int) reserve(next, 0, bytes, Math.max(bytes, Math.min(FIRST_EXTENT, segmentBytes)));
        end.segment = end.next;
        end.position = 0;
        end.reserved = reserved;
        end.sealed = false;
        PartitionLayout.setSince(block, segmentMillis == TopicSpec.NEVER ? 0 : clock.millis());
        end.flip(block);
        rolled = true;
        appended = true; // there is something to keep
        return next;
    }

    private Segment active(long base) throws ErrnoException {
        Segment segment = active;
        if (segment != null && segment.base() == base && segment.reach() >= end.reserved) {
            return segment;
        }
        Segment opened = open(base);
        try {
            if (opened.size() < end.reserved) {
                throw damagedEnd();
            }
        } catch (ErrnoException refused) {
            opened.close(); // before it is the active one: the next append looks again
            throw refused;
        }
        return activate(opened);
    }

    /** Nobody who keeps to the protocol publishes it. */
    private ErrnoException damagedEnd() {
        return ErrnoException.of(
                Problem.DAMAGED_LOG,
                Errno.EBADMSG.number(),
                "append",
                control.target(),
                "the published end",
                "segment " + end.segment + ", position " + end.position + ", reserved " + end.reserved);
    }

    private Segment open(long base) throws ErrnoException {
        return Segment.openToAppend(folder, base, Math.max(segmentBytes, end.reserved), !flushing.isRegular());
    }

    private Segment activate(Segment opened) {
        Segment old = active;
        active = opened;
        if (old != null) {
            old.close();
        }
        return opened;
    }

    private ErrnoException noAppending() throws ErrnoException {
        if (!isAppendedElsewhere() || PartitionLayout.isRemoved(block)) {
            return ErrnoException.of(whyNot(), folder.toString());
        }
        return PartitionLayout.appendedElsewhere(block, members, "append", folder);
    }

    /** Refuses a batch that is larger than the topic allows. */
    public void requireFits(int bytes) throws ErrnoException {
        if (bytes <= mostBytes) {
            return;
        }
        throw ErrnoException.of(
                Problem.BATCH_TOO_LARGE,
                Errno.EMSGSIZE.number(),
                "append",
                folder.toString(),
                mostBytes == segmentBytes ? "segment.bytes=" + segmentBytes : "max.message.bytes=" + mostBytes,
                bytes + " B");
    }

    /** The published end, as of now. */
    public void load(PublishedEnd into) {
        into.load(block);
    }

    /** Whether something was published since it was loaded. */
    public boolean hasMoved(PublishedEnd since) {
        return since.hasMoved(block);
    }

    /** Whether another publisher appends, and nobody by the lock. */
    public boolean isAppendedElsewhere() {
        return !PartitionLayout.isAppendedByLock(block);
    }

    /** The leader epoch that new batches carry. */
    public int epoch() {
        return PartitionLayout.epoch(block);
    }

    /** Refuses when the topic was removed: another of its name may be there. */
    public void requireThere() throws ErrnoException {
        PartitionLayout.requireThere(block, folder);
    }

    /** Lets go of all below that offset, for good. It is on the disk when this returns; files go when all of them is below. */
    public void deleteBefore(long offset) throws IOException, InterruptedException {
        keeper.deleteBefore(offset);
    }

    /** Leaves the last record of each key, of all that may be compacted by now. Waits for another process that is at it. */
    public void compact() throws IOException, InterruptedException {
        compaction.now();
    }

    /** Whether offsets from that one on may be missing without harm, and a segment may be there twice: the log was or is compacted. */
    public boolean mayHaveGaps(long offset) {
        return compacted || offset < PartitionLayout.gaps(block);
    }

    /** The number of the last record of that producer, which nobody else is using; -1 without one. */
    public int lastSequence(long producer) throws IOException {
        return LastSequence.of(this, producer);
    }

    /** The lowest offset that may be read. To be asked after a listing, never before. */
    public long logStart() {
        return PartitionLayout.logStart(block);
    }

    /** All below that offset is on the disk, as long as this boot lasts. */
    public long flushed() {
        return PartitionLayout.flushed(block);
    }

    /**
     * Where to look in a segment for that offset: a batch begins there.
     *
     * @param limit up to where it may be read
     */
    public long positionOf(long base, long offset, MemorySegment segment, long limit) throws IOException {
        SegmentIndex index = SegmentIndex.load(folder, base);
        return believed(base, index, index.positionOf(offset, segment, limit), limit);
    }

    /** Where to look in a segment for the first record of that time or a later one. */
    public long positionOfTime(long base, long millis, long bound, MemorySegment segment, long limit)
            throws IOException {
        SegmentIndex index = SegmentIndex.load(folder, base);
        return believed(base, index, index.positionOfTime(millis, bound, segment, limit), limit);
    }

    /** One is enough for all who ask until it is done. */
    private void soonOnce(AtomicBoolean asked, Runnable chore) {
        if (asked.compareAndSet(false, true)) {
            chores.soon(() -> {
                try {
                    chore.run();
                } finally {
                    asked.set(false);
                }
            });
        }
    }

    /** An index that is wrong, or that lies far behind, is put right for whoever comes next. */
    private long believed(long base, SegmentIndex index, long position, long limit) {
        if (position < 0 || index.behind(limit) > INDEX_STEP) {
            soonOnce(indexing, () -> keeper.index(base, position < 0));
        }
        return Math.max(0, position);
    }

    /** Tells those who publish that a reader which has used all of that end is about to sleep: false when it need not. */
    public boolean arm(PublishedEnd used) {
        long wanted = used.sequence() + 1;
        long armed;
        do {
            armed = Words.getOpaque(block, PartitionLayout.ARMED_AT);
        } while (armed < wanted
                && !Words.compareAndSet(block, PartitionLayout.ARMED_AT, armed, wanted)); // never lowered
        VarHandle.fullFence(); // pairs with that of wakeReaders
        return !used.hasMoved(block);
    }

    /** Sleeps until something was published since, or a reason of the kernel's. */
    public Futex.Outcome sleep(PublishedEnd used, long deadline, Sleepers sleepers) throws ErrnoException {
        return Futex.await(block, PartitionLayout.SEQ_AT, (int) used.sequence(), deadline, sleepers);
    }

    /** The word to sleep on until something was published since. */
    public Futex.Word word(PublishedEnd used) {
        return new Futex.Word(block, PartitionLayout.SEQ_AT, (int) used.sequence());
    }

    /**
     * Ends the use of it here. A thread that is appending ends that first; a claim that is left open holds this up. Whoever
     * appended cuts the reserved space off, so that the file ends where its data ends.
     */
    @Override
    public void close() throws IOException {
        synchronized (control) {
            if (closed) {
                return;
            }
            closed = true;
        }
        if (claimer == Thread.currentThread()) {
            abandon(); // by an exception that passes through; else this would wait for itself
        }
        try {
            cutTail();
            if (appended) {
                if (keeper.beforeClose()) { // or else its lock is not to be had
                    compaction.whenDue();
                }
            }
        } finally {
            Closing closing = Closing.begin();
            closing.close(compaction); // before the locks that it takes
            closing.close(lock); // from here on nobody of this process gets it
            awaitSection();
            closing.close(keeper); // after those who append and wait for the disk
            Segment segment = active;
            if (segment != null) {
                segment.close();
            }
            control.close();
            closing.end();
        }
    }

    /** The flip first: others may go on appending, and then extend the file again. */
    private void cutTail() throws IOException {
        if (!lock.tryLock().isTaken()) {
            return;
        }
        try {
            end.loadOwned(block);
            Segment segment = active;
            if (isAppendedElsewhere()) {
                return;
            }
            if (segment != null && segment.base() == end.segment && !end.sealed && end.reserved > end.position) {
                end.reserved = end.position;
                end.flip(block);
                segment.cut(end.position);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A thread that has ended with a claim of its own stores nothing any more: others get the lock when the store is closed. */
    private void awaitSection() {
        while (PartitionLayout.lockOwner(block) == members.id()) {
            Thread holder = claimer;
            if (holder != null && !holder.isAlive()) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100)); // whoever is in there needs a core
        }
    }
}
