package dev.naru.topics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

/** Kafka's clients and we put a key into the same partition. */
class PartitionerTest {
    @Test
    void theHashIsKafkas() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] key = new byte[i % 70];
            random.nextBytes(key);
            assertThat(Partitioner.hash(key)).isEqualTo(Utils.murmur2(key));
        }
    }

    @Test
    void soIsThePartition() {
        Random random = new Random(8);
        for (int i = 0; i < 20_000; i++) {
            byte[] key = new byte[8];
            random.nextBytes(key);
            int partitions = 1 + i % 100;
            assertThat(Partitioner.partition(key, partitions))
                    .isEqualTo(BuiltInPartitioner.partitionForKey(key, partitions));
        }
    }
}
