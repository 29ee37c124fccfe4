package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a record that lies in arrays, as a batch of its own or as one of several. */
public final class RecordWriter {
    private byte @Nullable [] key;
    private byte @Nullable [] value;
    private List<Pair> headers = List.of();
    private int headerBytes;

    /** A header, its name encoded. */
    public static final class Pair {
        private final byte[] name;
        private final byte @Nullable [] value;

        private Pair(byte[] name, byte @Nullable [] value) {
            this.name = name;
            this.value = value;
        }

        /** With that name. */
        public static Pair of(String name, byte @Nullable [] value) {
            return new Pair(name.getBytes(StandardCharsets.UTF_8), value);
        }

        private long bytes() {
            return Varints.size(name.length)
                    + (long) name.length
                    + Varints.size(length(value))
                    + Math.max(0, length(value));
        }
    }

    /** Of none yet. */
    public RecordWriter() {}

    /** Of a record. */
    public RecordWriter(byte @Nullable [] key, byte @Nullable [] value, List<Pair> headers) {
        set(key, value, headers);
    }

    /** Of that record from now on. */
    public void set(byte @Nullable [] key, byte @Nullable [] value, List<Pair> headers) {
        this.key = key;
        this.value = value;
        this.headers = headers;
        this.headerBytes = (int) Math.min(Integer.MAX_VALUE, bytes(headers));
    }

    private static long bytes(List<Pair> headers) {
        long sum = 0;
        for (int i = 0; i < headers.size(); i++) {
            sum += headers.get(i).bytes();
        }
        return sum;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? BatchWriter.NONE : bytes.length;
    }

    /** The bytes of the batch. */
    public int bytes() {
        return BatchWriter.single(length(key), length(value), headers.size(), headerBytes);
    }

    /** The bytes that it takes as the so-many-th record of a batch. */
    public long bytes(long timestampDelta, int offsetDelta) {
        return BatchWriter.in(timestampDelta, offsetDelta, length(key), length(value), headers.size(), headerBytes);
    }

    /** Lays it out there, where so many bytes were claimed. */
    public void write(BatchWriter batch, long timestamp) {
        if (!batch.next(length(key), length(value), headers.size(), headerBytes, timestamp)) {
            throw new IllegalStateException("less was claimed than a record takes");
        }
        MemorySegment memory = batch.memory();
        var _ = copy(key, memory, batch.keyAt());
        var _ = copy(value, memory, batch.valueAt());
        long at = batch.headersAt();
        for (int i = 0; i < headers.size(); i++) { // without an iterator: most have none
            Pair header = headers.get(i);
            at = copy(header.name, memory, Varints.write(memory, at, header.name.length));
            at = copy(header.value, memory, Varints.write(memory, at, length(header.value)));
        }
    }

    private static long copy(byte @Nullable [] bytes, MemorySegment memory, long at) {
        if (bytes == null) {
            return at;
        }
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, at, bytes.length);
        return at + bytes.length;
    }
}
