package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Who has a partition, and how far the group has come in it: two copies, of which one store says which is valid, so that all of it
 * changes at once. A process that is killed leaves nothing half changed, and a reader waits for nobody.
 *
 * <pre>
 *   0  owner   8  generation   16  committed; -1 for nothing   24  when, ms since 1970
 *  32  leader epoch, int32   36  bytes of metadata, int32   40  number   48  CRC-32C, int32   52  which topic, int32: a hash of its id
 * </pre>
 *
 * <p>{@code docs/protocol/README.md}, 3 and 9. For one thread at a time; {@link #flip} under the lock.
 */
public final class OffsetRow {
    /** Nothing is committed. */
    public static final long NOTHING = -1;

    private static final int CRC_AT = 48;
    private static final int HASH_AT = 52;
    private static final byte[] NO_METADATA = {};

    private final MemorySegment memory;
    private final ByteBuffer bytes;
    private final CRC32C crc = new CRC32C();

    private long at;
    private int topicHash;
    private long sequence;

    /** A member's id; 0 for nobody. */
    long owner;

    /** It grows with each change of the owner. */
    long generation;

    /** The next offset. */
    long committed;

    /** When that was committed, in ms since 1970. */
    long time;

    /** Of the record before; -1 when that is not known. */
    int epoch;

    /** What goes with it, UTF-8. */
    byte[] metadata = NO_METADATA;

    OffsetRow(MemorySegment memory, ByteBuffer bytes) {
        this.memory = memory;
        this.bytes = bytes;
    }

    /** The lock's owner loads the row. */
    void load(int row) {
        at = GroupLayout.partition(row);
        sequence = Words.get(memory, at + GroupLayout.SEQ);
        loadCopy();
    }

    /** Anybody loads it: again, when a change went by meanwhile. */
    void loadShared(int row) {
        at = GroupLayout.partition(row);
        do {
            sequence = Words.getAcquire(memory, at + GroupLayout.SEQ); // pairs with the release of flip
            loadCopy();
            VarHandle.loadLoadFence(); // pairs with the fence at the end of flip
        } while (Words.getOpaque(memory, at + GroupLayout.SEQ) != sequence);
    }

    private void loadCopy() {
        long copy = copyAt(sequence);
        owner = Words.get(memory, copy);
        generation = Words.get(memory, copy + 8);
        committed = Words.get(memory, copy + 16);
        time = Words.get(memory, copy + 24);
        epoch = Words.getInt(memory, copy + 32);
        topicHash = Words.getInt(memory, copy + HASH_AT);
        int length = Words.getInt(memory, copy + 36);
        if (length <= 0 || length > GroupLayout.MOST_METADATA) {
            metadata = NO_METADATA;
        } else {
            metadata = new byte[length];
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, metadataAt(sequence), metadata, 0, length);
        }
    }

    private long copyAt(long number) {
        return at + GroupLayout.COPY + (number & 1) * GroupLayout.COPY_STEP;
    }

    private long metadataAt(long number) {
        return at + GroupLayout.METADATA + (number & 1) * GroupLayout.MOST_METADATA;
    }

    /**
     * A row in which nothing is, for who makes one: nobody looks yet.
     *
     * @param topic a hash of what tells the topic from others of its name
     */
    void begin(int row, int topic) {
        topicHash = topic;
        at = GroupLayout.partition(row);
        sequence = 0;
        owner = 0;
        generation = 0;
        clear();
        Words.set(memory, at + GroupLayout.SEQ, 0);
        fillCopy(0); // the other one is not sound
    }

    /** It is another topic of that name now, in which nothing is committed. */
    void clear(int topic) {
        topicHash = topic;
        clear();
    }

    /** Nothing is committed any more. */
    void clear() {
        committed = NOTHING;
        time = 0;
        epoch = -1;
        metadata = NO_METADATA;
    }

    /** Publishes what stands here: fills the copy that nobody reads, and makes it valid by one store. */
    void flip() {
        sequence++;
        fillCopy(sequence);
        Words.setRelease(memory, at + GroupLayout.SEQ, sequence); // pairs with the acquire of loadShared
        VarHandle.storeStoreFence(); // before the other copy is filled, if the owner goes on
    }

    private void fillCopy(long number) {
        long copy = copyAt(number);
        Words.set(memory, copy, owner);
        Words.set(memory, copy + 8, generation);
        Words.set(memory, copy + 16, committed);
        Words.set(memory, copy + 24, time);
        Words.setInt(memory, copy + 32, epoch);
        Words.setInt(memory, copy + 36, metadata.length);
        Words.set(memory, copy + 40, number);
        Words.setInt(memory, copy + HASH_AT, topicHash);
        if (metadata.length > 0) {
            MemorySegment.copy(metadata, 0, memory, ValueLayout.JAVA_BYTE, metadataAt(number), metadata.length);
        }
        Words.setInt(memory, copy + CRC_AT, crc(number));
    }

    private int crc(long number) {
        crc.reset();
        update(copyAt(number), CRC_AT);
        update(copyAt(number) + HASH_AT, Integer.BYTES);
        int length = Words.getInt(memory, copyAt(number) + 36);
        if (length > 0 && length <= GroupLayout.MOST_METADATA) {
            update(metadataAt(number), length);
        }
        return (int) crc.getValue();
    }

    private void update(long from, int length) {
        var _ = bytes.limit((int) from + length).position((int) from);
        crc.update(bytes);
    }

    /** After a boot, or in a copy of the file: takes the newer copy that is sound and of that topic, and no owner; false when none is. */
    boolean recover(int row, int topic) {
        at = GroupLayout.partition(row);
        sequence = Math.max(soundNumber(0, topic), soundNumber(1, topic));
        if (sequence < 0) {
            return false;
        }
        loadCopy();
        owner = 0;
        generation++;
        flip();
        return true;
    }

    /** The number of that copy; -1 when it is not sound. */
    private long soundNumber(long which, int topic) {
        long number = Words.get(memory, copyAt(which) + 40);
        boolean isIts = number >= 0 && (number & 1) == which && Words.getInt(memory, copyAt(which) + HASH_AT) == topic;
        return isIts && Words.getInt(memory, copyAt(which) + CRC_AT) == crc(which) ? number : -1;
    }

    /** What goes with the offset, as text. */
    String text() {
        return new String(metadata, StandardCharsets.UTF_8);
    }
}
