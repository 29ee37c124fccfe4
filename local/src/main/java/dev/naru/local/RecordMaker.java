package dev.naru.local;

import dev.naru.topics.Header;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSetting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.RecordDeserializationException.DeserializationExceptionOrigin;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Makes Kafka's objects of records. For the consumer's thread. */
final class RecordMaker<K, V> {
    private final Deserializer<K> keys;
    private final Deserializer<V> values;
    private final TopicCatalog topics;

    // Of the last record: the next one is most often of the same partition.
    private TopicPartition partition = new TopicPartition("", -1);
    private TimestampType timestampType = TimestampType.CREATE_TIME;

    RecordMaker(Deserializer<K> keys, Deserializer<V> values, TopicCatalog topics) {
        this.keys = keys;
        this.values = values;
        this.topics = topics;
    }

    /** Which partition a record is of: the same object as long as it is the same. */
    TopicPartition partition(TopicRecord record) throws IOException {
        if (record.partition() != partition.partition() || !record.topic().equals(partition.topic())) {
            partition = new TopicPartition(record.topic(), record.partition());
            timestampType = topics.find(record.topic())
                    .map(entry -> entry.spec().value(TopicSetting.TIMESTAMP_TYPE) != 0
                            ? TimestampType.LOG_APPEND_TIME
                            : TimestampType.CREATE_TIME)
                    .orElse(TimestampType.CREATE_TIME);
        }
        return partition;
    }

    /**
     * A record as Kafka has it.
     *
     * @param from which is of the partition that {@link #partition} was asked for last
     * @throws RecordDeserializationException says where it is, so that one can seek past it
     */
    ConsumerRecord<K, V> make(TopicRecord from) {
        Headers headers = headers(from);
        byte[] key = from.keyBytes();
        byte[] value = from.valueBytes();
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                from.offset(),
                from.timestamp(),
                timestampType,
                key == null ? ConsumerRecord.NULL_SIZE : key.length,
                value == null ? ConsumerRecord.NULL_SIZE : value.length,
                made(keys, key, headers, from, DeserializationExceptionOrigin.KEY),
                made(values, value, headers, from, DeserializationExceptionOrigin.VALUE),
                headers,
                Optional.empty());
    }

    private static Headers headers(TopicRecord from) {
        RecordHeaders headers = new RecordHeaders(); // one of its own: users add to it
        List<Header> all = from.headers();
        for (int i = 0; i < all.size(); i++) { // without an iterator: most have none
            Header header = all.get(i);
            var _ = headers.add(header.name(), header.valueBytes());
        }
        return headers;
    }

    @SuppressWarnings("NullAway") // Kafka has null for what is none, and says so nowhere
    private <T> T made(
            Deserializer<T> by,
            byte @Nullable [] bytes,
            Headers headers,
            TopicRecord from,
            DeserializationExceptionOrigin origin) {
        if (bytes == null) {
            return null;
        }
        try {
            return by.deserialize(partition.topic(), headers, bytes);
        } catch (RuntimeException thrown) {
            throw new RecordDeserializationException(
                    origin,
                    partition,
                    from.offset(),
                    from.timestamp(),
                    timestampType,
                    buffer(from.keyBytes()),
                    buffer(from.valueBytes()),
                    headers,
                    "Error deserializing " + origin + " for partition " + partition + " at offset " + from.offset()
                            + ". If needed, please seek past the record to continue consumption.",
                    thrown);
        }
    }

    @SuppressWarnings("NullAway") // likewise
    private static ByteBuffer buffer(byte @Nullable [] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }
}
