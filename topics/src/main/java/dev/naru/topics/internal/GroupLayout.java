package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The file of a group, {@code groups/NAME.naru}: one page, and three tables that grow.
 *
 * <pre>
 *       0  magic "NaruGrup", 8     8  version, int32    16  store id, 16 bytes    32  inode    40  boot: last
 *      64  marks                 128  lock, a word of the lock's protocol
 *     192  bell, the word that sleepers wait for: it grows when members, targets or owners change
 *     256  last member id        264  changes          272  planned               280  rebalances
 *     288  empty since           296  retention        304  rows of members, int32
 *     308  topics, int32         312  partitions
 *    4096  members, 512 rows of 512:
 *            0  id; 0 for none   8  process   16  lease   24  polled
 *           64  which topics, a bit each, 64 bytes       192  label: length, int32, then UTF-8
 *  266240  topics, 512 rows of 512:
 *            4  name: length, int32, then UTF-8      256  id: likewise
 *  528384  partitions, 16,384 rows of 8,704:
 *            0  topic, int32; -1: a row of no use      4  partition, int32    8  target: a member id
 *           64  seq, and copy 0 at 72; copy 1 at 136: {@link OffsetRow}
 *          512  metadata of copy 0, 4,096 bytes     4608  that of copy 1
 * </pre>
 *
 * <p>{@code docs/layouts/group.md}
 */
public final class GroupLayout {
    /** The version that this class describes. */
    public static final int VERSION = 1;

    /** The most members at once. */
    public static final int MOST_MEMBERS = 512;

    /** The most topics ever. */
    public static final int MOST_TOPICS = 512;

    /** The most partitions ever. */
    public static final int MOST_PARTITIONS = 16_384;

    /** The most bytes of a text that goes with an offset. */
    public static final int MOST_METADATA = 4096;

    private static final long MAGIC = FileHead.magic("NaruGrup");

    static final long MARKS_AT = 64;
    static final long LOCK_AT = 128;
    static final long BELL_AT = 192;
    static final long LAST_MEMBER_AT = 256;
    static final long CHANGES_AT = 264;
    static final long PLANNED_AT = 272;
    static final long REBALANCES_AT = 280;
    static final long EMPTY_SINCE_AT = 288;
    static final long RETENTION_AT = 296;
    static final long MEMBER_ROWS_AT = 304;
    static final long TOPICS_AT = 308;
    static final long PARTITIONS_AT = 312;

    static final long HEADER = 4096;
    static final long ROW = 512;
    static final long MEMBERS_FROM = HEADER;
    static final long TOPICS_FROM = MEMBERS_FROM + MOST_MEMBERS * ROW;
    static final long PARTITIONS_FROM = TOPICS_FROM + MOST_TOPICS * ROW;
    static final long PARTITION_ROW = ROW + 2 * MOST_METADATA;

    /** All that it can come to. */
    static final long MOST = PARTITIONS_FROM + MOST_PARTITIONS * PARTITION_ROW;

    // In a row of members.
    static final long ID = 0;
    static final long PROCESS = 8;
    static final long LEASE = 16;
    static final long POLLED = 24;
    static final long SUBSCRIBED = 64;
    static final long LABEL = 192;
    static final int MOST_LABEL = 300;

    // In a row of topics.
    static final long NAME = 4;
    static final long TOPIC_ID = 256;
    static final int MOST_NAME = 240;

    // In a row of partitions.
    static final long TOPIC = 0;
    static final long PARTITION = 4;
    static final long TARGET = 8;
    static final long SEQ = 64;
    static final long COPY = 72;
    static final long COPY_STEP = 64;
    static final long METADATA = ROW;

    private static final long REMOVED = 1;
    private static final long USUAL_RETENTION = 7L * 24 * 60 * 60 * 1000;

    private GroupLayout() {}

    static long member(int row) {
        return MEMBERS_FROM + row * ROW;
    }

    static long topic(int row) {
        return TOPICS_FROM + row * ROW;
    }

    static long partition(int row) {
        return PARTITIONS_FROM + row * PARTITION_ROW;
    }

    /** Fills a new one, all zeros, but for the boot. */
    static void fill(MemorySegment memory, StoreId store, long inode, long now) {
        FileHead.fill(memory, MAGIC, VERSION, store, inode);
        Words.set(memory, EMPTY_SINCE_AT, now);
        Words.set(memory, RETENTION_AT, USUAL_RETENTION);
    }

    /** What is wrong with it; empty when nothing is. */
    static String fault(MemorySegment memory) {
        String fault = FileHead.fault(memory, MAGIC, VERSION, "group");
        if (!fault.isEmpty()) {
            return fault;
        }
        boolean fits = isWithin(memory, MEMBER_ROWS_AT, MOST_MEMBERS)
                && isWithin(memory, TOPICS_AT, MOST_TOPICS)
                && isWithin(memory, PARTITIONS_AT, MOST_PARTITIONS);
        return fits ? "" : "a group with more rows than there can be";
    }

    private static boolean isWithin(MemorySegment memory, long at, int most) {
        int count = Words.getInt(memory, at);
        return count >= 0 && count <= most;
    }

    /** How long the file is at least, by what stands in its head. */
    static long size(MemorySegment memory) {
        int partitions = Words.getInt(memory, PARTITIONS_AT);
        int topics = Words.getInt(memory, TOPICS_AT);
        int members = Words.getInt(memory, MEMBER_ROWS_AT);
        return partitions > 0 ? partition(partitions) : topics > 0 ? topic(topics) : member(members);
    }

    /** What is not in a file of that size is not counted any more. */
    static void requireWithin(MemorySegment memory, long size) {
        lower(memory, MEMBER_ROWS_AT, (size - MEMBERS_FROM) / ROW);
        lower(memory, TOPICS_AT, (size - TOPICS_FROM) / ROW);
        lower(memory, PARTITIONS_AT, (size - PARTITIONS_FROM) / PARTITION_ROW);
    }

    private static void lower(MemorySegment memory, long at, long most) {
        Words.setInt(memory, at, (int) Math.max(0, Math.min(Words.getInt(memory, at), most)));
    }

    static boolean isRemoved(MemorySegment memory) {
        return (Words.getOpaque(memory, MARKS_AT) & REMOVED) != 0;
    }

    static void setRemoved(MemorySegment memory) {
        Words.setOpaque(memory, MARKS_AT, REMOVED);
    }

    static String text(MemorySegment memory, long at, int most) {
        int length = Math.clamp(Words.getInt(memory, at), 0, most);
        byte[] bytes = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at + Integer.BYTES, bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static void setText(MemorySegment memory, long at, String text, int most) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, most);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, at + Integer.BYTES, length);
        Words.setInt(memory, at, length);
    }
}
