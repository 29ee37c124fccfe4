package dev.naru.local;

import dev.naru.topics.Codec;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;

/**
 * What a producer's configuration says.
 *
 * @param clientId what people call it
 * @param batchBytes the most bytes of a batch of several records
 * @param lingerNanos how long a batch waits for more records
 * @param bufferBytes the most bytes that are on their way
 * @param recordBytes the most bytes of a record
 * @param blockNanos how long who sends waits for room
 * @param delivery after so long a record that was not appended has failed
 * @param ageMillis when what is known of topics is old
 * @param ignoresKeys whether keys do not choose partitions
 * @param codec how topics are compressed that it makes
 */
record ProducerSettings(
        String clientId,
        int batchBytes,
        long lingerNanos,
        long bufferBytes,
        long recordBytes,
        long blockNanos,
        Duration delivery,
        long ageMillis,
        boolean ignoresKeys,
        Codec codec) {
    static ProducerSettings of(ProducerConfig config, String clientId) {
        return new ProducerSettings(
                clientId,
                Math.max(1, config.getInt(ProducerConfig.BATCH_SIZE_CONFIG)),
                TimeUnit.MILLISECONDS.toNanos(config.getLong(ProducerConfig.LINGER_MS_CONFIG)),
                config.getLong(ProducerConfig.BUFFER_MEMORY_CONFIG),
                config.getInt(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                TimeUnit.MILLISECONDS.toNanos(config.getLong(ProducerConfig.MAX_BLOCK_MS_CONFIG)),
                delivery(config),
                config.getLong(ProducerConfig.METADATA_MAX_AGE_CONFIG),
                config.getBoolean(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG),
                Codec.valueOf(
                        config.getString(ProducerConfig.COMPRESSION_TYPE_CONFIG).toUpperCase(Locale.ROOT)));
    }

    /** As Kafka's producer has it: no less than a batch lingers and a request takes; who says less is told. */
    private static Duration delivery(ProducerConfig config) {
        long wanted = config.getInt(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
        long least = Math.min(
                Integer.MAX_VALUE,
                config.getLong(ProducerConfig.LINGER_MS_CONFIG)
                        + config.getInt(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG));
        if (wanted < least && config.originals().containsKey(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG)) {
            throw new ConfigException(
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                    wanted,
                    "should be equal to or larger than " + ProducerConfig.LINGER_MS_CONFIG + " + "
                            + ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG);
        }
        return Duration.ofMillis(Math.max(wanted, least));
    }
}
