package dev.naru.topics;

import static dev.naru.linux.UnguardedMemory.ALL;

import dev.naru.topics.internal.Batch;
import dev.naru.topics.internal.BatchWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record where it lies in the log: nothing is copied and nothing allocated. It is valid while its {@link RecordHandler} runs,
 * and {@link #copy} makes an object of it that stays.
 *
 * <p>For the thread that reads.
 */
public final class RecordView {
    /** The length of a key or value that is none. */
    public static final int NONE = BatchWriter.NONE;

    private static final int MOST_SHIFT = 63;

    private final String topic;
    private final int partition;
    // Of the record. What is called "at" is an address.
    private long offset;
    private long timestamp;
    private long keyAt;
    private int keyLength;
    private long valueAt;
    private int valueLength;
    private int headers;
    private long headersAt;

    /** Where the next byte is parsed. */
    private long at;

    private boolean torn;

    // Of the batch in hand.
    private MemorySegment memory = MemorySegment.NULL; // as users see it
    private long origin; // its address

    /** The address at which the batch ends: no byte from there on is touched, whatever stands before. */
    private long limit;

    private long baseOffset;
    private long firstTimestamp;
    private long logTimestamp;
    private boolean isLogTime;

    RecordView(String topic, int partition) {
        this.topic = topic;
        this.partition = partition;
    }

    /**
     * Takes a batch in hand.
     *
     * @param headerAt where its header lies
     * @param records where its records lie, decompressed if need be; not in the heap
     * @param end where they end there
     */
    void enter(MemorySegment header, long headerAt, MemorySegment records, long end) {
        memory = records;
        origin = records.address();
        limit = origin + end;
        baseOffset = Batch.baseOffset(header, headerAt);
        firstTimestamp = Batch.firstTimestamp(header, headerAt);
        logTimestamp = Batch.highestTimestamp(header, headerAt);
        isLogTime = Batch.isLogTime(header, headerAt);
    }

    /**
     * Looks at the record of the batch in hand that begins there. The caller keeps its memory, which is not guarded here.
     *
     * @return where the next one begins, or -1 when no record stands there
     */
    long parse(long begin) {
        at = origin + begin;
        torn = false;
        int length = varint(ALL, 0);
        long after = at + length;
        if (torn || length < 0 || after > limit) {
            return -1;
        }
        at++; // attributes, of which none is in use
        long made = firstTimestamp + varlong(ALL, 0);
        timestamp = isLogTime ? logTimestamp : made;
        offset = baseOffset + varint(ALL, 0);
        keyLength = varint(ALL, 0);
        keyAt = at;
        at += Math.max(0, keyLength);
        if (keyLength < NONE || at >= after) {
            return -1;
        }
        valueLength = varint(ALL, 0);
        valueAt = at;
        at += Math.max(0, valueLength);
        if (valueLength < NONE || at >= after) {
            return -1;
        }
        headers = varint(ALL, 0);
        headersAt = at;
        return torn || headers < 0 || at > after ? -1 : after - origin;
    }

    private int varint(MemorySegment in, long start) {
        if (at >= limit) {
            torn = true;
            return 0;
        }
        byte first = in.get(ValueLayout.JAVA_BYTE, at - start);
        if (first >= 0) {
            at++;
            return (first >>> 1) ^ -(first & 1);
        }
        return (int) varlong(in, start);
    }

    private long varlong(MemorySegment in, long start) {
        long bits = 0;
        for (int shift = 0; shift <= MOST_SHIFT; shift += 7) {
            if (at >= limit) {
                torn = true;
                return 0;
            }
            byte next = in.get(ValueLayout.JAVA_BYTE, at++ - start);
            bits |= (next & 0x7FL) << shift;
            if (next >= 0) {
                break;
            }
        }
        return (bits >>> 1) ^ -(bits & 1);
    }

    /** Which topic it is in. */
    public String topic() {
        return topic;
    }

    /** Which partition it is in. */
    public int partition() {
        return partition;
    }

    /** Its number in its partition. */
    public long offset() {
        return offset;
    }

    /** When it was made, or where the topic says so when it was appended, in ms since 1970. */
    public long timestamp() {
        return timestamp;
    }

    /** Where it lies: in the log, or where its batch was decompressed to. For reading alone. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where its key begins in {@link #memory}, in bytes. */
    public long keyOffset() {
        return keyAt - origin;
    }

    /** The bytes of its key, or {@link #NONE}. */
    public int keyLength() {
        return keyLength;
    }

    /** Where its value begins in {@link #memory}, in bytes; at any address. */
    public long valueOffset() {
        return valueAt - origin;
    }

    /** The bytes of its value, or {@link #NONE}. */
    public int valueLength() {
        return valueLength;
    }

    /** How many headers it has. {@link #copy} reads them. */
    public int headers() {
        return headers;
    }

    /** What is thrown through a handler when a record is not whole. */
    static final class TornException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        private TornException(String what) {
            super(what);
        }
    }

    /**
     * An object of it.
     *
     * @throws IllegalStateException when its headers do not end in its batch. A handler lets it pass: {@link Cursor#drain} tells where
     *     the log is damaged
     */
    public TopicRecord copy() {
        byte[] key = bytes(keyOffset(), keyLength);
        byte[] value = bytes(valueOffset(), valueLength);
        return new TopicRecord(topic, partition, offset, timestamp, key, value, copiedHeaders());
    }

    private List<Header> copiedHeaders() {
        if (headers == 0) {
            return List.of(); // as most have
        }
        List<Header> copied = new ArrayList<>();
        at = headersAt;
        for (int i = 0; i < headers; i++) {
            byte[] name = field();
            byte[] header = field();
            copied.add(new Header(name == null ? "" : new String(name, StandardCharsets.UTF_8), header));
        }
        return List.copyOf(copied);
    }

    private byte @Nullable [] field() {
        int length = varint(memory, origin); // code of the user's runs: it is guarded
        if (torn || length > limit - at) {
            throw new TornException("the headers of offset " + offset + " do not end in their batch");
        }
        byte[] bytes = bytes(at - origin, length);
        at += Math.max(0, length);
        return bytes;
    }

    private byte @Nullable [] bytes(long from, int length) {
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, from, bytes, 0, length);
        return bytes;
    }
}
