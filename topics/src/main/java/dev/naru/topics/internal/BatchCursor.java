package dev.naru.topics.internal;

import static dev.naru.linux.UnguardedMemory.ALL;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Start;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/**
 * A place in a partition, and the way from there to the next batch. It reads what is published and never a byte more; it waits
 * for nobody who appends. {@code docs/protocol/README.md}, 3 and 6, listing.
 *
 * <p>Where another publisher appends, his end may be an offset alone. Then a segment ends with its file or with a length of
 * zero, and is looked at only while the next offset lies below that end. The state that outlives a segment is the next offset,
 * the leader epoch of the last batch, and the generation.
 *
 * <p>For one thread at a time. It keeps the segment until it leaves it or is closed: so its accesses are not guarded.
 */
public final class BatchCursor implements Closeable {
    /** Nothing was taken back. */
    public static final long NONE = -1;

    private static final int NO_EPOCH = -1;

    private final Partition partition;
    private final boolean committed;
    private final PublishedEnd end = new PublishedEnd();
    private final PublishedEnd look = new PublishedEnd();

    private long next;
    private long bound;
    private int lastEpoch = NO_EPOCH;
    private long generation; // in which what was read is known to be there
    private boolean unchecked; // whether it still is must be looked up first
    private long truncatedAt = NONE;
    private long truncatedFrom = NONE;

    private Start.OutOfRange policy = Start.OutOfRange.TELL;
    private boolean lost; // the next record is not there, and that is to be told
    private long missed;

    private @Nullable Segment segment;
    private MemorySegment memory = MemorySegment.NULL;
    private long origin; // where that is
    private long position;
    private long limit;
    private long expected; // the base offset of the batch at the position, unless there is a gap
    private boolean found;

    // Of the batch at the position, read once: the page may be gone later, or another.
    private long batchEnd;
    private long batchFirst;
    private long batchLast;
    private int batchEpoch = NO_EPOCH;

    private BatchCursor(Partition partition, boolean committed) {
        this.partition = partition;
        this.committed = committed;
        partition.load(end);
        bound = end.bound(committed);
        generation = end.generation();
    }

    /**
     * At no offset yet: {@link #begin} comes next.
     *
     * @param committed no further than to the last stable offset
     */
    public static BatchCursor of(Partition partition, boolean committed) {
        return new BatchCursor(partition, committed);
    }

    /** The published end as it is now, to be asked where to begin; the cursor stays where it is. Until the next call of anything. */
    public PublishedEnd newest() throws ErrnoException {
        partition.load(look);
        partition.requireThere();
        return look;
    }

    private void reload() throws ErrnoException {
        partition.load(end);
        bound = end.bound(committed);
        partition.requireThere();
    }

    /** Begins at that offset, wherever it was. It may be lost at once. */
    public void begin(long offset, Start.OutOfRange otherwise) throws IOException {
        reload();
        leaveSegment();
        generation = end.generation();
        unchecked = false;
        next = offset;
        policy = otherwise;
        lost = false;
        lastEpoch = NO_EPOCH;
        truncatedAt = NONE;
        truncatedFrom = NONE;
        if (next < partition.logStart()) {
            lost = !goOn();
        } else if (next > bound) { // if it was not, another publisher's went back, and is waited for
            boolean _ = goOn();
        }
    }

    /** Where the policy says, when the next record is not there; false when that is to be told. */
    private boolean goOn() {
        long from = next;
        switch (policy) {
            case TELL -> {
                return false;
            }
            case EARLIEST -> next = partition.logStart();
            case LATEST -> next = bound;
        }
        missed += Math.max(0, next - from);
        return true;
    }

    /** What is told when the next record is not there. */
    public ErrnoException outOfRange() {
        return outOfRange(next, bound);
    }

    /** What is told when that offset is asked for, and is not there. */
    public ErrnoException outOfRange(long offset, long last) {
        return ErrnoException.of(
                Problem.OUT_OF_RANGE,
                Errno.ERANGE.number(),
                "read",
                partition.folder().toString(),
                "it has " + partition.logStart() + " to " + last,
                "offset " + offset);
    }

    /** Whether the next record is not there, and that is to be told. */
    public boolean isLost() {
        return lost;
    }

    /** How many offsets it passed over since they were not there. */
    public long missed() {
        return missed;
    }

    /** The offset that is wanted next. */
    public long next() {
        return next;
    }

    /** What comes before that offset was used. */
    public void used(long offset) {
        next = offset;
        lastEpoch = batchEpoch; // it may be cut before it is left
    }

    /**
     * Goes to the next batch that has a wanted offset; false when all is used. It stands there until {@link #leave}.
     *
     * @throws ErrnoException {@link Problem#DAMAGED_LOG}, {@link Problem#TOPIC_REMOVED}
     */
    public boolean find() throws IOException {
        while (!found) {
            if ((position >= limit || next >= bound || unchecked) && !findMore()) {
                return false;
            }
            if (!isBatch()) {
                if (end.isExact()) {
                    throw damaged("no batch of magic 2 begins there");
                }
                if (!passEnd()) {
                    return false;
                }
                continue;
            }
            requireInOrder();
            if (batchLast >= bound) {
                if (!refresh()) {
                    return false;
                }
            } else if (batchLast < next) {
                leave();
            } else {
                found = true;
            }
        }
        return true;
    }

    /** Whether a batch stands at the position that ends below the limit. What is judged is what was loaded, once. */
    private boolean isBatch() {
        long room = limit - position;
        if (room < Batch.HEADER) {
            return false;
        }
        long at = origin + position;
        long size = Batch.size(ALL, at);
        batchEnd = position + size;
        batchFirst = Batch.baseOffset(ALL, at);
        batchLast = batchFirst + Batch.lastDelta(ALL, at);
        batchEpoch = Batch.epoch(ALL, at);
        return size >= Batch.HEADER
                && size <= room
                && Batch.hasMagic(ALL, at)
                && Batch.count(ALL, at) >= 0
                && batchLast >= batchFirst;
    }

    /** No CRC covers a base offset. */
    private void requireInOrder() throws IOException {
        Segment open = segment;
        if (open != null
                && OffsetOrder.isWrong(
                        partition,
                        end,
                        open.base(),
                        batchFirst,
                        batchLast,
                        ALL,
                        origin + batchEnd,
                        origin + readable(open),
                        expected)) {
            throw damaged("a batch has offset " + batchFirst + ", and " + expected + " comes next");
        }
    }

    private long readable(Segment open) {
        return isActive(open) ? Math.min(end.position(), open.reach()) : limit;
    }

    /** Whether the published end says how far it goes. */
    private boolean isActive(Segment open) {
        return end.isExact() && open.base() == end.segment();
    }

    /** Goes past the batch where it stands. */
    public void leave() {
        expected = batchLast + 1;
        next = Math.max(next, expected);
        lastEpoch = batchEpoch;
        position = batchEnd;
        found = false;
    }

    /** Looks at the published end again: whether it has moved. */
    public boolean refresh() throws IOException {
        if (!unchecked && !partition.hasMoved(end)) {
            return false;
        }
        reload();
        boolean isNew = generation != end.generation();
        if (isNew) {
            leaveSegment();
        }
        if (isNew || unchecked || (next > bound && partition.epoch() != lastEpoch)) {
            unchecked = true; // if that cannot be read now, it is later
            checkEpoch();
            unchecked = false;
            generation = end.generation();
        }
        return true;
    }

    /** Whether what was read is still there, by the epoch of its last batch. */
    private void checkEpoch() throws IOException {
        if (lastEpoch == NO_EPOCH) {
            return;
        }
        long valid = EpochCheckpoint.endOf(partition.folder(), lastEpoch, end.next());
        if (valid < next) {
            truncatedFrom = Math.max(truncatedFrom, next);
            truncatedAt = valid;
            next = valid;
            lastEpoch = NO_EPOCH;
            leaveSegment();
        }
    }

    /** From which offset on what was read was taken back; {@link #NONE} when nothing was. It stands there now. */
    public long truncatedAt() {
        return truncatedAt;
    }

    /** What was taken back was told. */
    public ErrnoException truncated() {
        ErrnoException told = ErrnoException.of(
                Problem.TRUNCATED,
                Errno.ECANCELED.number(),
                "read",
                partition.folder().toString(),
                "offset " + truncatedAt,
                "offset " + truncatedFrom);
        truncatedAt = NONE;
        truncatedFrom = NONE;
        return told;
    }

    /** Finds where there is more: behind the published end as it was, or in the next segment; false when all is used. */
    private boolean findMore() throws IOException {
        while (true) {
            partition.requireThere();
            boolean _ = refresh();
            if (lost || next >= bound || isBeingReplaced()) {
                return false;
            }
            Segment open = segment;
            if (open == null) {
                seek(SegmentFiles.holding(SegmentFiles.list(partition.folder()), next, end));
            } else {
                long published = published(open);
                if (published > open.reach()) {
                    reopen(open);
                } else if (published > position) {
                    limit = published;
                    return true;
                } else if (!enterNext(open)) {
                    return false;
                }
            }
            if (position < limit) {
                return true;
            }
        }
    }

    /** Another publisher, whose files are listed only while its generation is even, is at it. */
    private boolean isBeingReplaced() {
        return (end.generation() & 1) != 0 && partition.isAppendedElsewhere();
    }

    private long published(Segment open) throws ErrnoException {
        return isActive(open) ? end.position() : open.size();
    }

    /** False when there is nothing yet. */
    private boolean enterNext(Segment open) throws IOException {
        if (isActive(open)) {
            next = end.next(); // a gap before the end
            return true;
        }
        long[] bases = SegmentFiles.list(partition.folder());
        // after the listing: of files that were merged into one before them the lowest goes first, so that it misses
        // none behind this one
        boolean isThere = Files.exists(SegmentFiles.path(partition.folder(), open.base()));
        long base = isThere ? SegmentFiles.above(bases, open.base(), end) : SegmentFiles.holding(bases, next, end);
        if (base == SegmentFiles.NONE && !end.isExact()) {
            return false;
        }
        seek(base);
        return true;
    }

    /** No batch stands there, and the end is an offset alone: the segment grew meanwhile, or ends there. */
    private boolean passEnd() throws IOException {
        Segment open = segment;
        if (refresh() || open == null) {
            return true;
        }
        long size = Math.min(open.size(), open.reach());
        if (size > limit) {
            limit = size;
            return true;
        }
        if (size < limit) {
            limit = Math.max(size, position); // it was cut
            return true;
        }
        if (limit - position >= Batch.HEADER && Batch.size(memory, position) > Batch.OVERHEAD) {
            throw damaged("no batch of magic 2 begins there");
        }
        return enterNext(open);
    }

    /** Opens what was listed, if it is still true. */
    private void seek(long base) throws IOException {
        if (next < partition.logStart()) { // after the listing: what was missing there is missing for this reason
            lost = !goOn();
            leaveSegment();
            return;
        }
        partition.load(look);
        if (look.generation() != end.generation()) { // after the listing
            leaveSegment();
            return;
        }
        if (base == SegmentFiles.NONE) {
            throw damaged("no segment has offset " + next);
        }
        try {
            open(base);
            settle(base);
        } catch (ErrnoException refused) {
            passIfRemoved(refused); // since it was listed: look again
        }
    }

    private static void passIfRemoved(ErrnoException refused) throws ErrnoException {
        if (refused.problem() != Problem.NOT_FOUND) {
            throw refused;
        }
    }

    /** Goes to where the next offset may be, in the segment that was opened. */
    private void settle(long base) throws IOException {
        position = 0; // also if the index cannot be read
        expected = base;
        if (next > base) {
            long indexed = partition.positionOf(base, next, memory, limit);
            if (indexed > 0) {
                position = indexed;
                expected = Batch.baseOffset(memory, indexed); // the index has it, too
            }
        }
    }

    /** It grew beyond what is mapped. */
    private void reopen(Segment old) throws IOException {
        try {
            open(old.base());
        } catch (ErrnoException refused) {
            passIfRemoved(refused);
            leaveSegment(); // what is there instead, the listing says
        }
    }

    /** Takes it when all is as it should be; else it stands where it stood. */
    private void open(long base) throws IOException {
        Segment opened = Segment.openToRead(partition.folder(), base, partition.segmentBytes());
        long published;
        try {
            partition.requireThere(); // or it may be of another topic of that name
            long there = Math.min(opened.size(), opened.reach());
            published = isActive(opened) ? end.position() : there;
            if (published > there) {
                throw damaged(opened.path().toString(), there, "it ends there, and " + published + " B are published");
            }
        } catch (IOException | RuntimeException | Error refused) {
            opened.close();
            throw refused;
        }
        take(opened);
        memory = opened.memory();
        origin = memory.address();
        limit = published;
    }

    private void leaveSegment() throws IOException {
        take(null);
        position = 0;
        limit = 0;
        found = false;
    }

    private void take(@Nullable Segment opened) {
        Segment old = segment;
        segment = opened;
        if (old != null) {
            old.close();
        }
    }

    /**
     * A page was gone: whether another publisher has cut the file, and all is to be looked for again.
     *
     * @throws ErrnoException {@link Problem#DAMAGED_LOG} when somebody else has
     */
    public boolean wasCut() throws IOException {
        Segment open = segment;
        if (open == null) {
            return false;
        }
        if (!partition.isAppendedElsewhere()) {
            if (open.size() < limit) {
                throw damaged(file(), open.size(), "it ends there, and " + limit + " B are published");
            }
            return false;
        }
        boolean cut = open.size() < limit || refresh();
        if (cut) {
            leaveSegment();
        }
        return cut;
    }

    /** Where it stands: the segment. */
    public MemorySegment memory() {
        return memory;
    }

    /** The same for native code; its position and limit may be moved. */
    public ByteBuffer bytes() {
        Segment open = segment;
        if (open == null) {
            throw new IllegalStateException("it stands at no batch");
        }
        return open.unguardedBytes();
    }

    /** Where in the segment the batch begins. */
    public long position() {
        return position;
    }

    /** Where it ends. */
    public long batchEnd() {
        return batchEnd;
    }

    /** Up to where all was used when {@link #find} answered false. */
    public PublishedEnd end() {
        return end;
    }

    /** The file is not what was appended. */
    public ErrnoException damaged(String what) {
        return damaged(file(), position, what);
    }

    private static ErrnoException damaged(String file, long at, String what) {
        return ErrnoException.of(Problem.DAMAGED_LOG, Errno.EBADMSG.number(), "read", file, "position " + at, what);
    }

    /** Which file that is. */
    public String file() {
        Segment open = segment;
        return (open == null ? partition.folder() : open.path()).toString();
    }

    /** Lets go of the segment: whoever is looking at a record finds it gone. False when a system call is using its memory just now. */
    public boolean tryClose() {
        Segment open = segment;
        if (open != null && !open.tryClose()) {
            return false;
        }
        segment = null;
        return true;
    }

    /** The same; waits for such a call. */
    @Override
    public void close() {
        take(null);
    }
}
