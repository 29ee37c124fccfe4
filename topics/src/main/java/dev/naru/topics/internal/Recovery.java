package dev.naru.topics.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes a partition right whose control block is of an earlier boot or of another file: what lies past the recovery point is
 * believed as far as its CRCs are right, and cut there. May be run again.
 */
final class Recovery {
    private final Path folder;
    private final Checksum checksum = new Checksum();
    private final long published;
    private long expected;
    private boolean hasGaps;

    private Recovery(Path folder, long expected, long published) {
        this.folder = folder;
        this.expected = expected;
        this.published = published;
    }

    /** Recovers the partition in that folder; nobody else has it open. */
    static void run(Path folder, ControlBlock control) throws IOException {
        MemorySegment block = control.memory();
        long[] bases = SegmentFiles.list(folder);
        if (!PartitionLayout.isAppendedByLock(block)) {
            leave(block, bases.length == 0 ? 0 : bases[0]);
            return;
        }
        Leftovers.remove(
                folder, Leftovers.find(folder, bases, RecoveryPoint.read(block).segment()));
        bases = SegmentFiles.list(folder);
        RecoveryPoint point = believed(folder, control, bases);
        PublishedEnd before = new PublishedEnd();
        before.loadOwned(block);
        PublishedEnd end = new PublishedEnd(); // its flip stores the sequence 0
        Recovery recovery = new Recovery(folder, point.offset(), before.next);
        end.segment = bases.length == 0 ? point.offset() : bases[0];
        end.position = 0;
        boolean begun = false;
        for (int i = 0; i < bases.length; i++) {
            long base = bases[i];
            if (begun && base != recovery.expected) {
                SegmentFiles.remove(folder, base);
            } else if (base >= point.segment()) {
                begun = true;
                long from = base == point.segment() ? point.position() : 0;
                recovery.expected = Math.max(recovery.expected, base);
                end.segment = base;
                recovery.check(base, from, i + 1 < bases.length ? bases[i + 1] : SegmentFiles.NONE, end);
            }
        }
        recovery.index(point.segment());
        end.next = recovery.expected;
        end.reserved = end.position;
        end.sealed = false;
        end.generation = before.generation + 1; // of no use but to differ
        long lowest = bases.length == 0 ? point.offset() : bases[0];
        Words.set(block, PartitionLayout.LOG_START_AT, Math.min(Math.max(point.logStart(), lowest), recovery.expected));
        Words.set(block, PartitionLayout.FLUSHED_AT, point.offset());
        PartitionLayout.clearNotFlushed(block);
        long gaps = PartitionLayout.gaps(block); // they stay, whatever the settings say by now
        Words.set(block, PartitionLayout.GAPS_AT, Math.clamp(gaps, 0, recovery.expected));
        forgetProcesses(block);
        end.flip(block);
    }

    /** Another publisher recovers his files himself. Until he says how far they may be read, nothing is there. */
    private static void leave(MemorySegment block, long lowest) {
        PublishedEnd before = new PublishedEnd();
        before.loadOwned(block);
        PublishedEnd end = new PublishedEnd();
        end.segment = -1;
        end.next = lowest;
        end.position = -1;
        end.reserved = -1;
        end.generation = (before.generation | 1) + 1; // even: nobody is at it
        Words.set(block, PartitionLayout.LOG_START_AT, lowest);
        forgetProcesses(block);
        end.flip(block);
    }

    private static void forgetProcesses(MemorySegment block) {
        Words.set(block, PartitionLayout.ARMED_AT, 0);
        Words.set(block, PartitionLayout.WOKEN_AT, 0);
        Words.set(block, PartitionLayout.LOCK_AT, 0);
        Words.set(block, PartitionLayout.KEEPER_AT, 0);
        Words.set(block, PartitionLayout.COMPACTOR_AT, 0);
        Words.set(block, PartitionLayout.COMPACTED_AT, 0);
    }

    /**
     * The recovery point, unless the files are less than it says. Then somebody has cut or removed them: all that is there is
     * checked, and the point goes back first, for what comes to lie there now was never flushed.
     */
    private static RecoveryPoint believed(Path folder, ControlBlock control, long[] bases) throws IOException {
        RecoveryPoint point = RecoveryPoint.read(control.memory());
        if (bases.length == 0 || bases[0] > point.segment()) {
            return point; // the older ones were removed by retention
        }
        Path path = SegmentFiles.path(folder, point.segment());
        if (Files.exists(path) && Files.size(path) >= point.position()) {
            return point;
        }
        RecoveryPoint lowered = new RecoveryPoint(point.number() + 1, bases[0], 0, bases[0], point.logStart());
        lowered.write(control.memory());
        control.sync();
        return lowered;
    }

    /** Checks a segment from there on, and cuts it at the first batch that is not right. */
    private void check(long base, long from, long above, PublishedEnd end) throws IOException {
        try (Segment segment = Segment.openToAppend(folder, base, 1, false)) {
            long size = segment.size();
            long at = Math.min(from, size);
            MemorySegment memory = segment.memory();
            while (isSound(segment, at, size) && isInOrder(segment, at, size, above)) {
                expected = Batch.lastOffset(memory, at) + 1;
                at += Batch.size(memory, at);
            }
            end.position = (int) at;
            if (at < size) {
                segment.cut(at);
            }
        }
    }

    private boolean isSound(Segment segment, long at, long size) {
        MemorySegment memory = segment.memory();
        return Batch.isWhole(memory, at, size)
                && checksum.of(segment.bytes(), at, Batch.size(memory, at)) == Batch.crc(memory, at);
    }

    /**
     * Whether its base offset is believed, which the CRC does not cover. What the lock appends leaves no gap, but Kafka's own
     * segments may have been placed here. So what comes behind a gap must agree with it. When nothing does, it is believed in a log
     * with gaps, in one to which nobody has appended, and when it was published; the word for that may be old, or of no use.
     */
    private boolean isInOrder(Segment segment, long at, long size, long above) {
        MemorySegment memory = segment.memory();
        long first = Batch.baseOffset(memory, at);
        if (first <= expected) {
            return first == expected;
        }
        long after = at + Batch.size(memory, at);
        long following = isSound(segment, after, size) ? Batch.baseOffset(memory, after) : above;
        boolean isKnown = following >= expected || hasGaps || published == 0;
        hasGaps = !OffsetOrder.isContradicted(Batch.lastOffset(memory, at), expected, following)
                && (isKnown || published > Batch.lastOffset(memory, at));
        return hasGaps;
    }

    /** An index of what was checked is made anew, for it may be torn; one below the point is if it is missing or wrong. */
    private void index(long checked) throws IOException {
        for (long base : SegmentFiles.list(folder)) {
            try (Segment segment = Segment.openToRead(folder, base, 1)) {
                boolean _ = SegmentIndex.extend(folder, segment, segment.size(), base >= checked);
            }
        }
    }
}
