package dev.naru.topics.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What each producer appended last, up to an offset of a partition; kept in Kafka's format in {@code OFFSET.snapshot}, big-endian:
 *
 * <pre>
 *   0  version 1, int16    2  CRC-32C of what follows, int32    6  how many entries, int32
 *  10  entries: producer id, int64; epoch, int16; last sequence, int32; last offset, int64; records in its last batch less one,
 *      int32; timestamp, int64; coordinator epoch -1, int32; first offset of an open transaction or -1, int64
 * </pre>
 *
 * <p>For one thread.
 */
final class ProducerStates {
    private static final String SUFFIX = ".snapshot";
    private static final short VERSION = 1;
    private static final int HEAD = 10;
    private static final int CRC_FROM = 6;
    private static final int ENTRY = 46;

    /**
     * What a producer appended last.
     *
     * @param epoch of the producer
     * @param sequence of the last record
     * @param offset of the last record
     * @param more how many records came before it in its batch
     * @param timestamp the highest of that batch
     * @param transaction where its open transaction began, or -1
     */
    record Last(short epoch, int sequence, long offset, int more, long timestamp, long transaction) {}

    private final Map<Long, Last> entries = new TreeMap<>();

    private ProducerStates() {}

    /** Where the file lies that has those before that offset. */
    private static Path path(Path folder, long offset) {
        return folder.resolve(SegmentFiles.name(offset) + SUFFIX);
    }

    /**
     * States, and where they stand.
     *
     * @param segment the number of the segment before whose batches they were so
     * @param states what they were
     */
    record Known(int segment, ProducerStates states) {}

    /** Those of the highest segment, up to that base, that has a sound file; without one, as at the start of the log. */
    static Known newest(Path folder, long[] bases, long highest) throws IOException {
        for (int i = bases.length - 1; i >= 0; i--) {
            ProducerStates states = bases[i] <= highest ? load(folder, bases[i]) : null;
            if (states != null) {
                return new Known(i, states);
            }
        }
        return new Known(0, new ProducerStates());
    }

    /** As they stand in the file for that offset; null without a sound one. */
    private static @Nullable ProducerStates load(Path folder, long offset) throws IOException {
        ByteBuffer file = SmallFiles.read(path(folder, offset));
        if (file.limit() < HEAD || file.getShort(0) != VERSION) {
            return null;
        }
        int count = file.getInt(CRC_FROM);
        if (count < 0 || file.limit() != HEAD + (long) count * ENTRY || crc(file) != file.getInt(2)) {
            return null;
        }
        ProducerStates states = new ProducerStates();
        ByteBuffer from = file.position(HEAD);
        for (int i = 0; i < count; i++) {
            long id = from.getLong();
            Last last = new Last(
                    from.getShort(),
                    from.getInt(),
                    from.getLong(),
                    from.getInt(),
                    from.getLong(),
                    skipInt(from).getLong());
            var _ = states.entries.put(id, last);
        }
        return states;
    }

    private static ByteBuffer skipInt(ByteBuffer from) {
        int _ = from.getInt();
        return from;
    }

    private static int crc(ByteBuffer file) {
        CRC32C crc = new CRC32C();
        crc.update(file.slice(CRC_FROM, file.limit() - CRC_FROM));
        return (int) crc.getValue();
    }

    /** Writes them as those before that offset. */
    void save(Path folder, long offset) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(HEAD + entries.size() * ENTRY);
        var _ = file.putShort(VERSION).putInt(0).putInt(entries.size());
        entries.forEach((id, last) -> {
            var _ = file.putLong(id).putShort(last.epoch).putInt(last.sequence).putLong(last.offset);
            var _ = file.putInt(last.more).putLong(last.timestamp).putInt(-1).putLong(last.transaction);
        });
        var _ = file.putInt(2, crc(file));
        SmallFiles.replace(path(folder, offset), file);
    }

    /** Takes the file for that offset away. */
    static void remove(Path folder, long offset) throws IOException {
        SmallFiles.remove(path(folder, offset));
    }

    /** Notes what is in the batches of a segment. */
    void scan(MemorySegment segment, long limit) {
        long at = 0;
        while (at < limit && Batch.isWhole(segment, at, limit)) {
            if (Batch.producer(segment, at) >= 0 && !Batch.isControl(segment, at)) {
                note(segment, at);
            }
            at += Batch.size(segment, at);
        }
    }

    private void note(MemorySegment segment, long at) {
        long base = Batch.baseOffset(segment, at);
        long last = Batch.lastOffset(segment, at);
        int more = (int) (last - base);
        int sequence = (Batch.sequence(segment, at) + more) & Integer.MAX_VALUE;
        var _ = entries.put(
                Batch.producer(segment, at),
                new Last(
                        Batch.producerEpoch(segment, at),
                        sequence,
                        last,
                        more,
                        Batch.highestTimestamp(segment, at),
                        -1));
    }

    /** What that producer appended last; null when it did not append. */
    @Nullable
    Last last(long producer) {
        return entries.get(producer);
    }
}
