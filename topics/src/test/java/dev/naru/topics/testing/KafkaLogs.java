package dev.naru.topics.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.topics.Store;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Logs as Kafka's own classes read and write them. */
public final class KafkaLogs {
    private KafkaLogs() {}

    /** What Kafka finds in all segments; each batch with its CRC. */
    public static List<Record> parsed(Path partition) throws IOException {
        List<Record> records = new ArrayList<>();
        for (Path segment : Logs.segments(partition)) {
            try (FileRecords file = FileRecords.open(segment.toFile(), false)) {
                long bytes = 0;
                for (RecordBatch batch : file.batches()) {
                    batch.ensureValid();
                    assertThat(batch.magic()).isEqualTo(RecordBatch.MAGIC_VALUE_V2);
                    assertThat(batch.producerId()).isEqualTo(RecordBatch.NO_PRODUCER_ID);
                    bytes += batch.sizeInBytes();
                    for (Record record : batch) {
                        record.ensureValid();
                        records.add(record);
                    }
                }
                assertThat(bytes).as("%s ends where its data ends", segment).isEqualTo(Files.size(segment));
            }
        }
        return records;
    }

    /** The codec of each batch, by its number. */
    public static List<Integer> codecs(Path partition) throws IOException {
        List<Integer> codecs = new ArrayList<>();
        for (Path segment : Logs.segments(partition)) {
            try (FileRecords file = FileRecords.open(segment.toFile(), false)) {
                for (RecordBatch batch : file.batches()) {
                    codecs.add((int) batch.compressionType().id);
                }
            }
        }
        return codecs;
    }

    /** How many batches there are. */
    public static int batches(Path partition) throws IOException {
        return codecs(partition).size();
    }

    /** Makes a store whose topic {@code t} has those batches, as if they had lain there before the machine booted. */
    public static void place(Path folder, MemoryRecords... batches) throws IOException {
        List<ByteBuffer> bytes = new ArrayList<>();
        for (MemoryRecords batch : batches) {
            bytes.add(batch.buffer().duplicate());
        }
        place(folder, bytes);
    }

    /** The same with their bytes. */
    public static void place(Path folder, List<ByteBuffer> batches) throws IOException {
        try (Store store = Store.create(folder)) {
            store.create("t", TopicSpec.partitions(1)).close();
        }
        Path partition = Logs.partition(folder, "t", 0);
        ByteBuffer all = ByteBuffer.allocate(
                batches.stream().mapToInt(ByteBuffer::remaining).sum());
        batches.forEach(all::put);
        var _ = Files.write(partition.resolve("00000000000000000000.log"), all.array());
        Logs.forgetBoot(partition);
    }

    /** Puts another segment of those batches behind them. */
    public static void placeSegment(Path folder, long base, List<MemoryRecords> batches) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(
                batches.stream().mapToInt(MemoryRecords::sizeInBytes).sum());
        batches.forEach(batch -> all.put(batch.buffer().duplicate()));
        Path partition = Logs.partition(folder, "t", 0);
        var _ = Files.write(partition.resolve("%020d.log".formatted(base)), all.array());
    }
}
