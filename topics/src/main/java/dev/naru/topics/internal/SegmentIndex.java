package dev.naru.topics.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The two sparse indexes of a segment, in Kafka's formats, big-endian:
 *
 * <pre>
 *   BASE.index      last offset of a batch less the base, int32; where the batch begins, int32
 *   BASE.timeindex  highest timestamp up to an entry of the other, int64; last offset of the batch that has it, less the base, int32
 * </pre>
 *
 * <p>They are made from the segment, and are but hints: what an entry says is believed when the batch is found that it speaks of.
 * A file is replaced whole, so nobody sees half of one.
 *
 * <p>Immutable but for {@link #extend}, which is for one thread.
 */
public final class SegmentIndex {
    /** After so many bytes of batches comes an entry (Kafka's {@code index.interval.bytes}). */
    static final int INTERVAL = 4096;

    private static final String OFFSETS = ".index";
    private static final String TIMES = ".timeindex";
    private static final int ENTRY = 8;
    private static final int TIME_ENTRY = 12;
    private static final int FEW = 64;

    private final long base;
    private ByteBuffer offsets;
    private ByteBuffer times;

    private SegmentIndex(long base, ByteBuffer offsets, ByteBuffer times) {
        this.base = base;
        this.offsets = offsets;
        this.times = times;
    }

    /** What stands in the files; nothing where one is missing or is no index. */
    public static SegmentIndex load(Path folder, long base) throws IOException {
        ByteBuffer offsets = read(path(folder, base, OFFSETS), ENTRY);
        return new SegmentIndex(base, offsets, read(path(folder, base, TIMES), TIME_ENTRY));
    }

    private static Path path(Path folder, long base, String suffix) {
        return folder.resolve(SegmentFiles.name(base) + suffix);
    }

    private static ByteBuffer read(Path path, int entry) throws IOException {
        ByteBuffer file = SmallFiles.read(path);
        return file.limit() % entry == 0 ? used(file, entry) : ByteBuffer.allocate(0);
    }

    /** Kafka's broker has zeros behind the entries of a file that still grows. */
    private static ByteBuffer used(ByteBuffer entries, int entry) {
        int low = 0;
        int high = entries.limit() / entry;
        while (low < high) {
            int middle = (low + high) >>> 1;
            boolean isUsed = false;
            for (int i = 0; i < entry; i += Integer.BYTES) {
                isUsed |= entries.getInt(middle * entry + i) != 0;
            }
            if (isUsed) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return entries.limit(low * entry);
    }

    private int count() {
        return offsets.limit() / ENTRY;
    }

    private int timeCount() {
        return times.limit() / TIME_ENTRY;
    }

    private long offset(int entry) {
        return base + offsets.getInt(entry * ENTRY);
    }

    private long position(int entry) {
        return offsets.getInt(entry * ENTRY + 4);
    }

    private long time(int entry) {
        return times.getLong(entry * TIME_ENTRY);
    }

    private long timeOffset(int entry) {
        return base + times.getInt(entry * TIME_ENTRY + 8);
    }

    /** The highest timestamp of its records, of a sealed segment whose files are up to date; -1 when there is none. */
    long highestTimestamp() {
        return timeCount() == 0 ? -1 : time(timeCount() - 1);
    }

    /** How much of the segment lies behind the last entry. */
    public long behind(long limit) {
        return count() == 0 ? limit : limit - position(count() - 1);
    }

    /**
     * Where to look for that offset: a batch begins there, and it is not above that batch. 0 without an entry.
     *
     * @param limit up to where the segment may be read
     * @return -1 when the entry is wrong
     */
    public long positionOf(long offset, MemorySegment segment, long limit) {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offset(middle) <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) {
            return 0;
        }
        return isRight(low - 1, segment, limit) ? position(low - 1) : -1;
    }

    private boolean isRight(int entry, MemorySegment segment, long limit) {
        long at = position(entry);
        return at >= 0
                && at < limit
                && Batch.isWhole(segment, at, limit)
                && Batch.lastOffset(segment, at) == offset(entry);
    }

    /**
     * Where to look for the first record of that time or a later one: every batch before it is earlier. Else as above.
     *
     * @param bound no entry of that offset or a higher one is looked at
     */
    public long positionOfTime(long millis, long bound, MemorySegment segment, long limit) {
        int low = 0;
        int high = timeCount();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (time(middle) <= millis && timeOffset(middle) < bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) {
            return 0;
        }
        long at = positionOf(timeOffset(low - 1), segment, limit);
        return at < 0 || hasTime(low - 1, at, segment, limit) ? at : -1;
    }

    private boolean hasTime(int entry, long from, MemorySegment segment, long limit) {
        long at = from;
        while (at < limit && Batch.isWhole(segment, at, limit)) {
            if (Batch.lastOffset(segment, at) >= timeOffset(entry)) {
                return Batch.lastOffset(segment, at) == timeOffset(entry)
                        && Batch.highestTimestamp(segment, at) == time(entry);
            }
            at += Batch.size(segment, at);
        }
        return false;
    }

    /**
     * Brings the files of a segment up to date, by a look at the headers of the batches behind the last entry. Files that are
     * missing or wrong are made anew. For whoever has the keeper's lock, or the partition for himself.
     *
     * @param limit up to where the segment may be read
     * @param anew as if there were no files
     * @return whether something was missing
     */
    static boolean extend(Path folder, Segment segment, long limit, boolean anew) throws IOException {
        long base = segment.base();
        SegmentIndex index = load(folder, base);
        ByteBuffer offsets = index.offsets.duplicate();
        ByteBuffer times = index.times.duplicate();
        if (anew || !index.isSound(segment.memory(), limit)) {
            index = new SegmentIndex(base, ByteBuffer.allocate(0), ByteBuffer.allocate(0));
        }
        index.scan(segment.memory(), limit);
        Path offsetFile = path(folder, base, OFFSETS);
        Path timeFile = path(folder, base, TIMES);
        boolean more = anew || !index.offsets.equals(offsets) || !index.times.equals(times);
        boolean missing = !Files.exists(offsetFile) || !Files.exists(timeFile);
        if (missing || more) {
            SmallFiles.replace(offsetFile, index.offsets);
            SmallFiles.replace(timeFile, index.times);
        }
        return missing || more;
    }

    private boolean isSound(MemorySegment segment, long limit) {
        for (int entry = 1; entry < count(); entry++) {
            if (offset(entry) <= offset(entry - 1) || position(entry) <= position(entry - 1)) {
                return false;
            }
        }
        for (int entry = 1; entry < timeCount(); entry++) {
            if (time(entry) <= time(entry - 1) || timeOffset(entry) <= timeOffset(entry - 1)) {
                return false;
            }
        }
        int last = timeCount() - 1;
        return count() > 0
                && isRight(count() - 1, segment, limit)
                && last >= 0
                && positionOfTime(time(last), Long.MAX_VALUE, segment, limit) >= 0;
    }

    /** As Kafka does when it appends, and when it seals: the highest timestamp comes last. */
    private void scan(MemorySegment segment, long limit) {
        long at = count() == 0 ? 0 : position(count() - 1);
        boolean isEntry = count() > 0; // the first batch has its entry already
        long highest = timeCount() == 0 ? -1 : time(timeCount() - 1);
        long highestOffset = timeCount() == 0 ? base : timeOffset(timeCount() - 1);
        long since = 0;
        while (at < limit && Batch.isWhole(segment, at, limit)) {
            long last = Batch.lastOffset(segment, at);
            if (Batch.highestTimestamp(segment, at) > highest) {
                highest = Batch.highestTimestamp(segment, at);
                highestOffset = last;
            }
            if (since > INTERVAL && !isEntry) {
                offsets = grown(offsets, ENTRY)
                        .putInt((int) (last - base))
                        .putInt((int) at)
                        .flip();
                addTime(highest, highestOffset);
                since = 0;
            }
            isEntry = false;
            since += Batch.size(segment, at);
            at += Batch.size(segment, at);
        }
        addTime(highest, highestOffset);
    }

    private void addTime(long highest, long offset) {
        int last = timeCount() - 1;
        if (highest >= 0 && (last < 0 || (highest > time(last) && offset > timeOffset(last)))) {
            times = grown(times, TIME_ENTRY)
                    .putLong(highest)
                    .putInt((int) (offset - base))
                    .flip();
        }
    }

    /** Ready for another entry behind those that are there. */
    private static ByteBuffer grown(ByteBuffer entries, int more) {
        int size = entries.limit();
        ByteBuffer room = entries;
        if (entries.capacity() - size < more) {
            room = ByteBuffer.allocate(2 * size + FEW * more).put(entries);
        }
        return room.clear().position(size);
    }

    /** Takes the files away, with a segment that goes. */
    static void remove(Path folder, long base) throws IOException {
        SmallFiles.remove(path(folder, base, OFFSETS));
        SmallFiles.remove(path(folder, base, TIMES));
    }
}
