package dev.naru.local;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** What is refused by name, since it would not be done. */
final class Refused {
    private static final String JMX = "org.apache.kafka.common.metrics.JmxReporter";
    private static final String OWN_ASSIGNORS = "org.apache.kafka.clients.consumer.";

    private Refused() {}

    /** Refuses what a producer's configuration may not ask for. */
    static void requireProducer(Map<String, ?> given) {
        requireAbsent(given, ProducerConfig.TRANSACTIONAL_ID_CONFIG, "a store has no transactions of its own");
        if (isTrue(given.get(ProducerConfig.TRANSACTION_TWO_PHASE_COMMIT_ENABLE_CONFIG))) {
            throw refused(
                    given,
                    ProducerConfig.TRANSACTION_TWO_PHASE_COMMIT_ENABLE_CONFIG,
                    "a store has no transactions of its own");
        }
        requireNoReporters(given);
    }

    /** Refuses what a consumer's configuration may not ask for. */
    static void requireConsumer(Map<String, ?> given) {
        requireAbsent(
                given,
                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                "a member of a group is a process that lives, and none is kept for one that is gone");
        requireAbsent(given, ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "there are no share groups");
        requireAbsent(given, ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "there are no share groups");
        for (String assignor : names(given.get(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG))) {
            if (!assignor.startsWith(OWN_ASSIGNORS)) {
                throw refused(
                        given,
                        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                        "the store shares the partitions out evenly, and asks no assignor");
            }
        }
        requireNoReporters(given);
    }

    private static void requireNoReporters(Map<String, ?> given) {
        for (String reporter : names(given.get(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG))) {
            if (!reporter.equals(JMX)) { // Kafka's default
                throw refused(
                        given,
                        CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG,
                        "metrics() has them all, and no reporter is told");
            }
        }
    }

    private static void requireAbsent(Map<String, ?> given, String key, String why) {
        if (given.get(key) != null) {
            throw refused(given, key, why);
        }
    }

    private static ConfigException refused(Map<String, ?> given, String key, String why) {
        return new ConfigException(key, given.get(key), why + "; leave it out");
    }

    private static boolean isTrue(@Nullable Object value) {
        return value != null && Boolean.parseBoolean(value.toString());
    }

    /** Classes, given as a text with commas, as a list, or as one. */
    private static List<String> names(@Nullable Object value) {
        return switch (value) {
            case null -> List.of();
            case String text ->
                List.of(text.split(",", -1)).stream()
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
            case Class<?> type -> List.of(type.getName());
            case List<?> many ->
                many.stream().flatMap(each -> names(each).stream()).toList();
            default -> List.of(value.getClass().getName());
        };
    }

    /** What a method throws that cannot be done. */
    static UnsupportedOperationException method(String name, String why) {
        return new UnsupportedOperationException(name + ": " + why);
    }
}
