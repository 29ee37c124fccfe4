package dev.naru.topics.snippets;

import dev.naru.topics.Appended;
import dev.naru.topics.Cursor;
import dev.naru.topics.NewRecord;
import dev.naru.topics.Producer;
import dev.naru.topics.RecordHandler;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/** The snippets of README and docs: compiled here, and run by {@link TopicSnippetsTest}. */
final class TopicSnippets {
    private TopicSnippets() {}

    static void append(Path data) throws IOException, InterruptedException {
        // @start region="append"
        try (Store store = Store.openOrCreate(data);
                Topic orders = store.openOrCreate("orders", TopicSpec.partitions(6))) {
            orders.append("customer-7", "{\"total\":12}"); // when this returns, every process sees it
            orders.append(NewRecord.of("customer-8", "{\"total\":4}").withHeader("trace", "4711"));
        }
        // @end
    }

    static List<Appended> many(Topic orders) throws IOException, InterruptedException {
        // @start region="many"
        List<Appended> where = orders.append(List.of(
                NewRecord.of("customer-7", "{\"total\":12}"), //
                NewRecord.of("customer-8", "{\"total\":4}")));
        // @end
        return where;
    }

    static void read(Path data, BiConsumer<String, String> bill) throws IOException, InterruptedException {
        // @start region="read"
        try (Store store = Store.open(data);
                Topic orders = store.open("orders");
                Cursor all = orders.read(Start.earliest())) {
            for (TopicRecord record : all.poll(Duration.ofSeconds(1))) {
                bill.accept(record.key(), record.value());
            }
        }
        // @end
    }

    static void once(Store store, Topic orders, List<String> lines) throws IOException, InterruptedException {
        // @start region="producer"
        try (Producer importer = store.producer("import")) {
            for (int i = importer.next(orders, 0); i < lines.size(); i++) { // after a crash it goes on where it was
                importer.append(orders, NewRecord.of(null, lines.get(i)).toPartition(0));
            }
        }
        // @end
    }

    static long inPlace(Topic prices, MemorySegment price) throws IOException, InterruptedException {
        // @start region="place"
        TopicWriter writer = prices.writer(0);
        writer.claim(TopicWriter.NONE, 16, System.currentTimeMillis()); // no key, 16 bytes of value
        MemorySegment.copy(price, 0, writer.memory(), writer.valueOffset(), 16);
        long offset = writer.publish(); // until here this thread has the lock of the partition
        // @end
        return offset;
    }

    static long sum(Topic prices) throws IOException, InterruptedException {
        long[] sum = new long[1];
        // @start region="drain"
        RecordHandler add =
                record -> sum[0] += record.memory().get(ValueLayout.JAVA_LONG_UNALIGNED, record.valueOffset());
        try (Cursor cursor = prices.read(0, Start.earliest())) {
            cursor.await();
            cursor.drain(add, 256);
        }
        // @end
        return sum[0];
    }
}
