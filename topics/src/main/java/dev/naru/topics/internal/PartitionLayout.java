package dev.naru.topics.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.Membership;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The control block of a partition, {@code partition.naru}: one page that every process maps.
 *
 * <pre>
 *    0  magic "NaruPart", 8    8  version, int32   16  store id, 16 bytes
 *   32  inode of this file    40  boot: last       48  who appends   56  publisher id   64  marks
 *  128  lock, a word of the lock's protocol
 *  256  seq, and copy 0 of the published end at 264; copy 1 at 328: {@link PublishedEnd}
 *  384  armed                392  woken
 *  512  log start            520  leader epoch, int32          528  since: when the segment was begun
 *  640  recovery point 0     704  recovery point 1: {@link RecoveryPoint}
 *  768  keeper's lock        776  flushed         784  flushes
 *  832  compactor's lock     840  compacted       848  gaps
 * </pre>
 *
 * <p>{@code docs/layouts/log.md}
 */
public final class PartitionLayout {
    /** The bytes of the file. */
    public static final long SIZE = 4096;

    /** The version that this class describes. */
    public static final int VERSION = 1;

    private static final long MAGIC = FileHead.magic("NaruPart");

    static final long APPENDER_AT = 48;
    static final long PUBLISHER_AT = 56;
    static final long MARKS_AT = 64;
    static final long LOCK_AT = 128;
    static final long SEQ_AT = 256;
    static final long COPIES_AT = 264;
    static final long COPY_STEP = 64;
    static final long ARMED_AT = 384;
    static final long WOKEN_AT = 392;
    static final long LOG_START_AT = 512;
    static final long EPOCH_AT = 520;
    static final long SINCE_AT = 528;
    static final long RECOVERY_AT = 640;
    static final long RECOVERY_STEP = 64;
    static final long KEEPER_AT = 768;
    static final long FLUSHED_AT = 776;
    static final long FLUSHES_AT = 784;
    static final long COMPACTOR_AT = 832;
    static final long COMPACTED_AT = 840;
    static final long GAPS_AT = 848;

    private static final long REMOVED = 1;
    private static final long NOT_FLUSHED = 2;

    private PartitionLayout() {}

    /** Fills a new block, all zeros, but for the boot. */
    static void fill(MemorySegment block, StoreId store, long inode) {
        FileHead.fill(block, MAGIC, VERSION, store, inode);
        RecoveryPoint.START.write(block);
    }

    /** What is wrong with it; empty when nothing is. */
    static String fault(MemorySegment block) {
        return FileHead.fault(block, MAGIC, VERSION, "partition");
    }

    /** Whether the one who has the lock may append now; else the topic was removed, or another appends. */
    static boolean mayAppend(MemorySegment block) {
        return (Words.get(block, APPENDER_AT) | Words.get(block, MARKS_AT)) == 0;
    }

    /** Whether whoever has the lock appends, and not another publisher. */
    static boolean isAppendedByLock(MemorySegment block) {
        return Words.get(block, APPENDER_AT) == 0;
    }

    /** Whether another publisher appends, and lives. */
    static boolean hasLivingPublisher(MemorySegment block, Membership members) throws ErrnoException {
        return !isAppendedByLock(block) && members.isAlive(Words.get(block, PUBLISHER_AT));
    }

    /** The error of who may not do that, since another publisher appends; it says which. */
    static ErrnoException appendedElsewhere(MemorySegment block, Membership members, String call, Path folder)
            throws ErrnoException {
        long id = Words.get(block, PUBLISHER_AT);
        String publisher = "publisher " + id + ", which is " + (members.isAlive(id) ? "alive" : "dead");
        return ErrnoException.of(Problem.NO_APPENDING, Errno.EPERM.number(), call, folder.toString(), "", publisher);
    }

    /** Whether the disk failed to keep what was appended. */
    static boolean isNotFlushed(MemorySegment block) {
        return (Words.getOpaque(block, MARKS_AT) & NOT_FLUSHED) != 0;
    }

    /** Whether the topic was removed. */
    static boolean isRemoved(MemorySegment block) {
        return (Words.getOpaque(block, MARKS_AT) & REMOVED) != 0;
    }

    /** Refuses when it was: another of its name may be there. */
    static void requireThere(MemorySegment block, Path folder) throws ErrnoException {
        if (isRemoved(block)) {
            throw ErrnoException.of(Problem.TOPIC_REMOVED, folder.toString());
        }
    }

    /** The lock's owner's; the flip that follows shows it to readers. */
    static void setRemoved(MemorySegment block) {
        mark(block, REMOVED);
    }

    static void setNotFlushed(MemorySegment block) {
        mark(block, NOT_FLUSHED);
    }

    private static void mark(MemorySegment block, long bit) {
        long seen = Words.getOpaque(block, MARKS_AT);
        while (!Words.compareAndSet(block, MARKS_AT, seen, seen | bit)) {
            seen = Words.getOpaque(block, MARKS_AT);
        }
    }

    /** After a recovery: what is there now was read from the disk. */
    static void clearNotFlushed(MemorySegment block) {
        Words.set(block, MARKS_AT, Words.get(block, MARKS_AT) & ~NOT_FLUSHED);
    }

    /** All below that offset is on the disk. */
    static long flushed(MemorySegment block) {
        return Words.getAcquire(block, FLUSHED_AT);
    }

    /** The keeper's, after the disk has it. */
    static void setFlushed(MemorySegment block, long offset) {
        Words.setOpaque(block, FLUSHES_AT, Words.getOpaque(block, FLUSHES_AT) + 1);
        if (offset > Words.getOpaque(block, FLUSHED_AT)) {
            Words.setRelease(block, FLUSHED_AT, offset);
        }
    }

    /** Below that offset a compaction left one record of each key, and gaps; 0: it is not known of any. */
    static long compacted(MemorySegment block) {
        return Words.getAcquire(block, COMPACTED_AT);
    }

    /** The compactor's, when that is so. */
    static void setCompacted(MemorySegment block, long offset) {
        Words.setRelease(block, COMPACTED_AT, offset);
    }

    /** Below that offset there may be gaps, and segments that were merged into one before them; 0: not known of any. */
    static long gaps(MemorySegment block) {
        return Words.getAcquire(block, GAPS_AT);
    }

    /** The compactor's, before that is so. Never lowered: who has the topic open may not know that it is compacted. */
    static void setGaps(MemorySegment block, long offset) {
        if (offset > Words.getOpaque(block, GAPS_AT)) {
            Words.setRelease(block, GAPS_AT, offset);
        }
    }

    /** The id of the keeper's lock's owner; 0 for nobody. */
    static long keeper(MemorySegment block) {
        return Words.getAcquire(block, KEEPER_AT) >>> 2;
    }

    /** The id of the lock's owner; 0 for nobody. */
    static long lockOwner(MemorySegment block) {
        return Words.getAcquire(block, LOCK_AT) >>> 2;
    }

    /** The lowest offset that may be read. */
    static long logStart(MemorySegment block) {
        return Words.getAcquire(block, LOG_START_AT);
    }

    /** The keeper's, after the disk has it and before the files go: pairs with the acquire of who has listed them. */
    static void setLogStart(MemorySegment block, long offset) {
        Words.setRelease(block, LOG_START_AT, offset);
    }

    /** When the first batch of the published segment was appended, in ms since 1970; 0 when that is not known. The owner's. */
    static long since(MemorySegment block) {
        return Words.get(block, SINCE_AT);
    }

    static void setSince(MemorySegment block, long millis) {
        Words.set(block, SINCE_AT, millis);
    }

    /** What new batches carry. */
    static int epoch(MemorySegment block) {
        return Words.getInt(block, EPOCH_AT);
    }
}
