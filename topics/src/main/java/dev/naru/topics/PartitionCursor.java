package dev.naru.topics;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.internal.Batch;
import dev.naru.topics.internal.Checksum;
import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.PublishedEnd;
import dev.naru.topics.internal.Segment;
import dev.naru.topics.internal.SegmentFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The place of a cursor in one partition, and the way from there to the next record. It reads what is published and never a
 * byte more; it waits for nobody who appends. {@code docs/protocol/README.md}, 3 and 6, listing.
 *
 * <p>For one thread at a time, but {@link #close} by any.
 */
final class PartitionCursor {
    private final Partition partition;
    private final PublishedEnd end = new PublishedEnd();
    private final PublishedEnd look = new PublishedEnd();
    private final RecordView view;
    private final Checksum checksum = new Checksum();

    /** The offset of the next record that is wanted. */
    private long next;

    private Start.OutOfRange policy = Start.OutOfRange.TELL;
    private boolean lost; // the next record is not there, and that is to be told
    private long missed;

    private @Nullable Segment segment;
    private MemorySegment memory = MemorySegment.NULL;
    private long position;
    private long limit;

    // The batch in hand: how many of its records are left, and where the next one begins.
    private int left;
    private long recordAt;
    private long batchEnd;
    private long baseOffset;
    private long firstTimestamp;

    private boolean closed; // guarded by this object's monitor

    PartitionCursor(Partition partition, int number, Start start) throws IOException {
        this.partition = partition;
        this.view = new RecordView(number);
        seekTo(start);
    }

    /** Goes there. */
    void seekTo(Start start) throws IOException {
        partition.load(end);
        requireThere();
        long wanted = find(start);
        policy = start instanceof Start.Otherwise otherwise ? otherwise.outOfRange() : Start.OutOfRange.TELL;
        lost = false;
        left = 0;
        leaveSegment();
        next = wanted;
        if ((next < partition.logStart() || next > end.next()) && !goOn()) {
            throw outOfRange();
        }
    }

    private long find(Start start) throws IOException {
        return switch (start) {
            case Start.Earliest _ -> partition.logStart();
            case Start.Latest _ -> end.next();
            case Start.Offset(long offset) -> offset;
            case Start.Time(long millis) -> TimeSearch.find(partition, end, millis);
            case Start.Otherwise(Start wanted, Start.OutOfRange _) -> find(wanted);
        };
    }

    /** Where the policy says, when the next record is not there; false when that is to be told. */
    private boolean goOn() {
        long from = next;
        switch (policy) {
            case TELL -> {
                return false;
            }
            case EARLIEST -> next = partition.logStart();
            case LATEST -> next = end.next();
        }
        missed += Math.max(0, next - from);
        return true;
    }

    /** What is told when the next record is not there. */
    ErrnoException outOfRange() {
        return ErrnoException.of(
                Problem.OUT_OF_RANGE,
                Errno.ERANGE.number(),
                "read",
                partition.folder().toString(),
                "it has " + partition.logStart() + " to " + end.next(),
                "offset " + next);
    }

    private void requireThere() throws ErrnoException {
        if (partition.isRemoved()) {
            throw ErrnoException.of(Problem.TOPIC_REMOVED, partition.folder().toString());
        }
    }

    /** Whether the next record is not there, and that is to be told. */
    boolean isLost() {
        return lost;
    }

    /** How many offsets it passed over since they were not there. */
    long missed() {
        return missed;
    }

    /** The offset of the next record. */
    long next() {
        return next;
    }

    /** Handles what is there, at most so many records. None, though there is something: look at {@link #isLost}. */
    int drain(RecordHandler handler, int most, boolean verified) throws IOException {
        int handled = 0;
        while (handled < most) {
            if (left == 0 && !enterBatch(verified)) {
                return handled;
            }
            long after = view.parse(memory, recordAt, batchEnd, baseOffset, firstTimestamp);
            if (after < 0) {
                throw damaged(position, "a record that begins at " + recordAt + " does not end in its batch");
            }
            if (view.offset() >= next) {
                handler.onRecord(view); // if it throws, this record comes again
                next = view.offset() + 1;
                handled++;
            }
            recordAt = after;
            if (--left == 0) {
                leaveBatch();
            }
        }
        return handled;
    }

    /** Whether there is something that was not looked at yet. */
    boolean isReady() throws IOException {
        return left > 0 || position < limit || findMore() || lost;
    }

    private void leaveBatch() {
        next = Math.max(next, Batch.lastOffset(memory, position) + 1);
        position = batchEnd;
    }

    /** Goes to the next batch that has a wanted record; false when all is used. */
    private boolean enterBatch(boolean verified) throws IOException {
        while (true) {
            if (position >= limit && !findMore()) {
                return false;
            }
            if (!Batch.isWhole(memory, position, limit)) {
                throw damaged(position, "no batch of magic 2 begins there");
            }
            long size = Batch.size(memory, position);
            batchEnd = position + size;
            if (Batch.lastOffset(memory, position) < next) {
                leaveBatch();
                continue;
            }
            if (verified && !isSound(size)) {
                throw damaged(position, "a batch has another CRC than it should");
            }
            if (Batch.isControl(memory, position) || Batch.count(memory, position) == 0) {
                leaveBatch();
                continue;
            }
            if (Batch.codec(memory, position) != 0) {
                throw compressed(Batch.codec(memory, position));
            }
            left = Batch.count(memory, position);
            baseOffset = Batch.baseOffset(memory, position);
            firstTimestamp = Batch.firstTimestamp(memory, position);
            recordAt = position + Batch.HEADER;
            return true;
        }
    }

    private boolean isSound(long size) {
        Segment open = segment;
        return open != null && checksum.of(open.bytes(), position, size) == Batch.crc(memory, position);
    }

    /** Finds where there is more: behind the published end as it was, or in the next segment; false when all is used. */
    private boolean findMore() throws IOException {
        while (true) {
            if (partition.hasMoved(end)) {
                long generation = end.generation();
                partition.load(end);
                requireThere();
                if (generation != end.generation()) {
                    leaveSegment();
                }
            }
            if (lost || next >= end.next()) {
                return false;
            }
            Segment open = segment;
            if (open == null) {
                seek(SegmentFiles.holding(SegmentFiles.list(partition.folder()), next, end));
            } else {
                long published = open.base() == end.segment() ? end.position() : open.size();
                if (published > open.reach()) {
                    reopen(open.base());
                } else if (published > position) {
                    limit = published;
                    return true;
                } else if (open.base() == end.segment()) {
                    next = end.next(); // a gap before the end
                } else {
                    long[] bases = SegmentFiles.list(partition.folder());
                    seek(SegmentFiles.above(bases, open.base(), end));
                }
            }
            if (position < limit) {
                return true;
            }
        }
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
            throw damaged(position, "no segment has offset " + next);
        }
        try {
            open(base);
            requireThere(); // or it may be of another topic of that name
            position = next > base ? partition.positionOf(base, next, memory, limit) : 0;
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.NOT_FOUND) {
                throw refused;
            } // removed since it was listed: look again
        }
    }

    private void reopen(long base) throws IOException {
        long at = position;
        open(base);
        position = at;
    }

    private void open(long base) throws IOException {
        Segment opened = Segment.openToRead(partition.folder(), base, partition.segmentBytes());
        long published = base == end.segment() ? end.position() : opened.size();
        take(opened);
        memory = opened.memory();
        limit = published;
    }

    private void leaveSegment() throws IOException {
        take(null);
        position = 0;
        limit = 0;
    }

    private synchronized void take(@Nullable Segment opened) throws IOException {
        if (closed) {
            if (opened != null) {
                opened.close();
            }
            throw new ClosedChannelException();
        }
        Segment old = segment;
        segment = opened;
        if (old != null) {
            old.close();
        }
    }

    private ErrnoException damaged(long at, String found) {
        Segment open = segment;
        String file = (open == null ? partition.folder() : open.path()).toString();
        return ErrnoException.of(Problem.DAMAGED_LOG, Errno.EBADMSG.number(), "read", file, "position " + at, found);
    }

    private ErrnoException compressed(int codec) {
        Segment open = segment;
        String file = (open == null ? partition.folder() : open.path()).toString();
        return ErrnoException.of(
                Problem.NO_CODEC, Errno.EOPNOTSUPP.number(), "read", file, "position " + position, "codec " + codec);
    }

    /** Which partition of its topic it is. */
    int number() {
        return view.partition();
    }

    /** The partition. */
    Partition partition() {
        return partition;
    }

    /** Up to where all was used when {@link #isReady} answered false. */
    PublishedEnd used() {
        return end;
    }

    /** Lets go of the segment: whoever is reading finds it gone. */
    synchronized void close() {
        closed = true;
        Segment open = segment;
        if (open != null) {
            open.close();
        }
    }
}
