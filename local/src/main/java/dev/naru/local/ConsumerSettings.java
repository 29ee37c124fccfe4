package dev.naru.local;

import dev.naru.topics.MemberSpec;
import dev.naru.topics.ReadOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/**
 * What a consumer's configuration says.
 *
 * @param clientId what people call it
 * @param group of which it is a member, or whose offsets it commits
 * @param autoCommit after so long a poll commits what was handed on
 * @param reset where to go on when that is not known
 * @param options what of the log it sees
 * @param mostPolled the most records that a poll hands on
 * @param lease how long it may be silent before its partitions go to others
 * @param age when what is known of topics is old
 */
record ConsumerSettings(
        String clientId,
        Optional<String> group,
        Optional<Duration> autoCommit,
        Reset reset,
        ReadOptions options,
        int mostPolled,
        Duration lease,
        Duration age) {
    private static final String COMMITTED_ONLY = "read_committed";

    static ConsumerSettings of(ConsumerConfig config, String clientId) {
        Optional<String> group = Optional.ofNullable(config.getString(ConsumerConfig.GROUP_ID_CONFIG))
                .filter(id -> !id.isEmpty());
        return new ConsumerSettings(
                clientId,
                group,
                autoCommit(config, group.isPresent()),
                Reset.of(config.getString(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG)),
                LocalConfig.word(config.getString(ConsumerConfig.ISOLATION_LEVEL_CONFIG))
                                .equals(COMMITTED_ONLY)
                        ? ReadOptions.committed()
                        : ReadOptions.all(),
                config.getInt(ConsumerConfig.MAX_POLL_RECORDS_CONFIG),
                Duration.ofMillis(config.getInt(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG)),
                Duration.ofMillis(config.getLong(ConsumerConfig.METADATA_MAX_AGE_CONFIG)));
    }

    /** On, unless there is no group; who says that it is on then is told. */
    private static Optional<Duration> autoCommit(ConsumerConfig config, boolean hasGroup) {
        if (!config.getBoolean(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG)) {
            return Optional.empty();
        }
        if (hasGroup) {
            return Optional.of(Duration.ofMillis(config.getInt(ConsumerConfig.AUTO_COMMIT_INTERVAL_MS_CONFIG)));
        }
        if (config.originals().containsKey(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG)) {
            throw new InvalidConfigurationException(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG
                    + " cannot be set to true when default group id (null) is used.");
        }
        return Optional.empty();
    }

    /** How it joins its group for those topics. */
    MemberSpec member(Collection<String> topics) {
        return MemberSpec.topics(topics)
                .withLease(lease)
                .withReading(options)
                .withMostPolled(mostPolled)
                .withLabel(clientId);
    }
}
