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
        partition.load(end);
        long first = partition.logStart();
        this.next = switch (start) {
            case Start.Earliest _ -> first;
            case Start.Latest _ -> end.next();
            case Start.Offset(long offset) -> offset;
            case Start.Time(long millis) -> TimeSearch.find(partition, end, millis);
        };
        if (next < first || next > end.next()) {
            throw outOfRange(first);
        }
    }

    private ErrnoException outOfRange(long first) {
        return ErrnoException.of(
                Problem.OUT_OF_RANGE,
                Errno.ERANGE.number(),
                "read",
                partition.folder().toString(),
                "it has " + first + " to " + end.next(),
                "offset " + next);
    }

    /** The offset of the next record. */
    long next() {
        return next;
    }

    /** Handles what is there, at most so many records. */
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
        return left > 0 || position < limit || findMore();
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
                if (generation != end.generation()) {
                    leaveSegment();
                }
            }
            if (next >= end.next()) {
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
            throw outOfRange(partition.logStart());
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
