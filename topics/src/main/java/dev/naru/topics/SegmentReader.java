package dev.naru.topics;

import dev.naru.topics.internal.Batch;
import dev.naru.topics.internal.Checksum;
import dev.naru.topics.internal.StableBatch;
import dev.naru.topics.internal.Unpacker;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the batches of a file by plain reads. Nothing is mapped: a file that is cut meanwhile then ends, and is no
 * fault of this process. For one thread.
 */
final class SegmentReader implements Closeable {
    private static final int PIECE = 1 << 18;
    private static final int TIMES = 2;

    private final Path file;
    private final long limit;
    private final InputStream in;
    private final Checksum checksum = new Checksum();
    private final StableBatch stable = StableBatch.create();
    private final Unpacker unpacker = Unpacker.create();
    private byte[] bytes = new byte[PIECE];
    private MemorySegment memory = MemorySegment.ofArray(bytes);
    private long position;
    private long next;
    private int size;
    private String fault = "";

    private SegmentReader(Path file, long limit, InputStream in) {
        this.file = file;
        this.limit = limit;
        this.in = in;
    }

    /** Up to that position. */
    static SegmentReader open(Path file, long limit) throws IOException {
        return new SegmentReader(file, limit, new BufferedInputStream(Files.newInputStream(file), PIECE));
    }

    /** Goes to the next batch, if it lies below that offset: false at the end, or where none begins. */
    boolean next(long bound) throws IOException {
        position = next;
        long left = limit - position;
        if (left <= 0) {
            return false;
        }
        int head = in.readNBytes(bytes, 0, (int) Math.min(Batch.HEADER, left));
        if (head < Batch.HEADER) {
            fault = "the file ends in the header of a batch";
            return false;
        }
        long whole = Batch.size(memory, 0);
        if (whole < Batch.HEADER || whole > left) {
            fault = "no batch begins there that ends in the file";
            return false;
        }
        size = (int) whole;
        if (size > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int)
                    Math.min(Integer.MAX_VALUE - 8, Math.max(whole, (long) TIMES * bytes.length)));
            memory = MemorySegment.ofArray(bytes);
        }
        if (in.readNBytes(bytes, Batch.HEADER, size - Batch.HEADER) < size - Batch.HEADER) {
            fault = "the file ends in a batch";
            return false;
        }
        if (!Batch.isWhole(memory, 0, size)) {
            fault = "no batch of magic 2 begins there";
            return false;
        }
        if (Batch.baseOffset(memory, 0) >= bound) {
            return false; // not published
        }
        next += size;
        return true;
    }

    /** Why there was no next one; empty at the end. */
    String fault() {
        return fault;
    }

    /** Where the batch begins; after the last one, where it ends. */
    long position() {
        return position;
    }

    /** The batch, from 0 on. */
    MemorySegment memory() {
        return memory;
    }

    /** Whether its CRC is right. */
    boolean isSound() {
        return checksum.of(ByteBuffer.wrap(bytes), 0, size) == Batch.crc(memory, 0);
    }

    /** Whether only zeros follow, as in a file that is longer than what was appended. */
    boolean isTail() throws IOException {
        int head = (int) Math.min(Batch.HEADER, limit - position);
        for (int i = 0; i < head; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (octet != 0) {
                return false;
            }
        }
        return true;
    }

    /** Looks at its records one after the other: what is wrong with them, or nothing; or their codec is not here. */
    String recordFault() {
        return records(0, null);
    }

    /** Its records; those before one that is wrong. None of a batch of marks, or one whose codec is not here. */
    List<TopicRecord> records(int partition) {
        List<TopicRecord> records = new ArrayList<>();
        var _ = records(partition, records);
        return records;
    }

    /** By the name of the folder. */
    private String topic(int partition) {
        Path folder = file.toAbsolutePath().getParent();
        String name = folder == null ? "" : String.valueOf(folder.getFileName());
        String number = "-" + partition;
        return name.endsWith(number) ? name.substring(0, name.length() - number.length()) : name;
    }

    private String records(int partition, @Nullable List<TopicRecord> into) {
        int codec = Batch.codec(memory, 0);
        if (Batch.isControl(memory, 0)) {
            return "";
        }
        RecordView view = new RecordView(topic(partition), partition);
        stable.copy(memory, 0, size); // out of the heap
        if (codec == 0) {
            view.enter(memory, 0, stable.memory(), size);
            return records(view, Batch.HEADER, size, into);
        }
        try {
            int length = unpacker.unpack(stable.bytes(), 0, size, codec);
            if (length < 0) {
                return "";
            }
            view.enter(memory, 0, unpacker.memory(), length);
            return records(view, 0, length, into);
        } catch (DataFormatException damaged) {
            return "the records of the batch cannot be decompressed";
        }
    }

    private String records(RecordView view, long from, long end, @Nullable List<TopicRecord> into) {
        long at = from;
        long expected = Batch.baseOffset(memory, 0);
        for (int left = Batch.count(memory, 0); left > 0; left--) {
            long after = view.parse(at);
            if (after < 0) {
                return "a record that begins " + at + " bytes further on does not end in its batch";
            }
            if (view.offset() < expected || view.offset() > Batch.lastOffset(memory, 0)) {
                return "a record has offset " + view.offset() + ", which is not in its batch or its turn";
            }
            try {
                TopicRecord record = view.copy();
                if (into != null) {
                    into.add(record);
                }
            } catch (IllegalStateException torn) {
                return String.valueOf(torn.getMessage());
            }
            expected = view.offset() + 1;
            at = after;
        }
        return at == end ? "" : "bytes follow the last record of the batch";
    }

    /** What stands in its header. */
    LogBatch describe() {
        return new LogBatch(
                file,
                position,
                size,
                Batch.baseOffset(memory, 0),
                Batch.lastOffset(memory, 0),
                Batch.count(memory, 0),
                Batch.firstTimestamp(memory, 0),
                Batch.highestTimestamp(memory, 0),
                Batch.isLogTime(memory, 0),
                LogBatch.codec(Batch.codec(memory, 0)),
                Batch.producer(memory, 0),
                Batch.producerEpoch(memory, 0),
                Batch.sequence(memory, 0),
                Batch.epoch(memory, 0),
                Batch.isTransactional(memory, 0),
                Batch.isControl(memory, 0),
                Batch.crc(memory, 0),
                isSound());
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
