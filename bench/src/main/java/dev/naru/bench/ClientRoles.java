package dev.naru.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A program that is written for Kafka's client interfaces, whoever stands behind them ({@link ClientLibrary}).
 *
 * <pre>{@code
 * client-produce LIBRARY PLACE BYTES
 * client-consume LIBRARY PLACE BYTES
 * }</pre>
 */
final class ClientRoles {
    /** Nothing that comes takes so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private ClientRoles() {}

    static Side.Role of(String... arguments) {
        Desk desk = new Desk(ClientLibrary.valueOf(arguments[1]), arguments[2], Integer.parseInt(arguments[3]));
        return switch (arguments[0]) {
            case "client-produce" -> new Produce(desk);
            case "client-consume" -> new Consume(desk);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
    }

    /** Where it works, and on records of which size. */
    private record Desk(ClientLibrary library, String place, int bytes) {
        /** Sends records with these numbers, and waits until they are acknowledged. */
        void send(Producer<byte[], byte[]> producer, String topic, long from, long to) throws IOException {
            Acknowledged acknowledged = new Acknowledged();
            for (long number = from; number < to; number++) {
                byte[] value = Numbered.value(bytes, number); // new, since the producer may keep it
                var _ = producer.send(new ProducerRecord<>(topic, value), acknowledged);
            }
            producer.flush();
            acknowledged.require(to - from);
        }

        /** Reads so many from the first one on, and adds up their numbers. */
        void read(Consumer<byte[], byte[]> consumer, TopicPartition partition, long count) {
            consumer.seekToBeginning(List.of(partition));
            long left = count;
            long sum = 0;
            while (left > 0) {
                var records = consumer.poll(PATIENCE);
                if (records.isEmpty()) {
                    throw new IllegalStateException(left + " records are missing");
                }
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    sum += Numbered.number(record.value());
                }
                left -= records.count();
            }
            Numbered.requireSum(count - left, sum);
        }

        /** A consumer that reads this by hand, with no group. */
        Consumer<byte[], byte[]> reader(TopicPartition partition) {
            Consumer<byte[], byte[]> consumer = library.consumer(place);
            consumer.assign(List.of(partition));
            return consumer;
        }
    }

    /** Counts what has come into the log, in the one thread of the producer that tells. */
    private static final class Acknowledged implements Callback {
        private final AtomicLong count = new AtomicLong();
        private volatile @Nullable Exception refused;

        @Override
        public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
            if (exception == null) {
                count.setRelease(count.getPlain() + 1);
            } else {
                refused = exception;
            }
        }

        void require(long all) throws IOException {
            long some = count.getAcquire();
            if (some != all) {
                throw new IOException(all - some + " records were refused", refused);
            }
        }
    }

    /** Sends records into a new topic. The ns from the first until the last is acknowledged. They are read, and their numbers added up, afterwards. */
    private static final class Produce implements Side.Role {
        private final Desk desk;
        private int round;

        Produce(Desk desk) {
            this.desk = desk;
        }

        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            String topic = "round" + round++;
            desk.library.create(desk.place, topic);
            long nanos;
            try (Producer<byte[], byte[]> producer = desk.library.producer(desk.place)) {
                desk.send(producer, topic, 0, warmup);
                long start = System.nanoTime();
                desk.send(producer, topic, warmup, warmup + count);
                nanos = System.nanoTime() - start;
            }
            TopicPartition partition = new TopicPartition(topic, 0);
            try (Consumer<byte[], byte[]> consumer = desk.reader(partition)) {
                desk.read(consumer, partition, warmup + count);
            }
            desk.library.remove(desk.place, topic);
            return nanos;
        }
    }

    /** Reads so many records {@code warmup} times, and once more. The ns that the last time took. */
    private static final class Consume implements Side.Role {
        private final Desk desk;
        private @Nullable Consumer<byte[], byte[]> filled;
        private TopicPartition partition = new TopicPartition("none", 0);
        private long count;

        Consume(Desk desk) {
            this.desk = desk;
        }

        @Override
        public long run(long warmup, long wanted) throws IOException, InterruptedException {
            Consumer<byte[], byte[]> consumer = filledWith(wanted);
            for (long pass = 0; pass < warmup; pass++) {
                desk.read(consumer, partition, count);
            }
            long start = System.nanoTime();
            desk.read(consumer, partition, count);
            return System.nanoTime() - start;
        }

        private Consumer<byte[], byte[]> filledWith(long wanted) throws IOException, InterruptedException {
            Consumer<byte[], byte[]> reader = filled;
            if (reader != null && count == wanted) {
                return reader;
            }
            if (reader != null) {
                reader.close();
                desk.library.remove(desk.place, partition.topic());
            }
            partition = new TopicPartition("with" + wanted, 0);
            count = wanted;
            desk.library.create(desk.place, partition.topic());
            try (Producer<byte[], byte[]> producer = desk.library.producer(desk.place)) {
                desk.send(producer, partition.topic(), 0, wanted);
            }
            reader = desk.reader(partition);
            filled = reader;
            return reader;
        }
    }
}
