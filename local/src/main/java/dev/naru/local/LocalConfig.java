package dev.naru.local;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * The keys that the clients know beside Kafka's.
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code naru.store}</td><td>none: it is required</td><td>the directory of the store, which is made if it is not there</td></tr>
 * <tr><td>{@code naru.auto.create.topics}</td><td>{@code true}</td><td>whether a topic is made when it is first used, as Kafka's
 *     broker does ({@code auto.create.topics.enable})</td></tr>
 * <tr><td>{@code naru.num.partitions}</td><td>1</td><td>how many partitions such a topic gets ({@code num.partitions})</td></tr>
 * </table>
 */
public final class LocalConfig {
    /** The directory of the store: a string or a {@link Path}. */
    public static final String STORE_CONFIG = "naru.store";

    /** Whether topics are made when they are first used. */
    public static final String AUTO_CREATE_TOPICS_CONFIG = "naru.auto.create.topics";

    /** How many partitions a topic gets that is made so. */
    public static final String NUM_PARTITIONS_CONFIG = "naru.num.partitions";

    /** Kafka's parser wants some; nobody is asked there. */
    private static final String NOBODY = "naru-asks-no-server:1";

    private static final ConfigDef KEYS = new ConfigDef()
            .define(
                    STORE_CONFIG,
                    ConfigDef.Type.STRING,
                    ConfigDef.NO_DEFAULT_VALUE,
                    new ConfigDef.NonEmptyString(),
                    ConfigDef.Importance.HIGH,
                    "The directory of the store, which is made if it is not there.")
            .define(
                    AUTO_CREATE_TOPICS_CONFIG,
                    ConfigDef.Type.BOOLEAN,
                    true,
                    ConfigDef.Importance.LOW,
                    "Whether a topic is made when it is first used.")
            .define(
                    NUM_PARTITIONS_CONFIG,
                    ConfigDef.Type.INT,
                    1,
                    ConfigDef.Range.atLeast(1),
                    ConfigDef.Importance.LOW,
                    "How many partitions a topic gets that is made so.");

    private LocalConfig() {}

    /** Our keys, read. */
    record Settings(Path store, boolean makesTopics, int partitions) {
        /** Those in that configuration. */
        static Settings of(Map<String, ?> given) {
            Map<String, Object> texts = new HashMap<>(given);
            var _ = texts.computeIfPresent(STORE_CONFIG, (_, store) -> store.toString());
            AbstractConfig read = new AbstractConfig(KEYS, texts, false);
            return new Settings(
                    Path.of(read.getString(STORE_CONFIG).strip()),
                    read.getBoolean(AUTO_CREATE_TOPICS_CONFIG),
                    read.getInt(NUM_PARTITIONS_CONFIG));
        }

        Settings withTopicsMade(boolean wanted) {
            return new Settings(store, wanted && makesTopics, partitions);
        }
    }

    /** What Kafka's parser takes: the same, with what it asks for and we do not. */
    static Map<String, Object> prepared(Map<String, ?> given) {
        Map<String, Object> prepared = new HashMap<>(given);
        var _ = prepared.putIfAbsent(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, NOBODY);
        return prepared;
    }

    /** The same, where these are the serializers or deserializers, if any. */
    static Map<String, Object> prepared(
            Map<String, ?> given, String keyName, @Nullable Object key, String valueName, @Nullable Object value) {
        Map<String, Object> prepared = prepared(given);
        if (key != null) {
            var _ = prepared.put(keyName, key.getClass());
        }
        if (value != null) {
            var _ = prepared.put(valueName, value.getClass());
        }
        return prepared;
    }

    static Map<String, Object> map(Properties properties) {
        return Utils.propsToMap(properties);
    }

    /** A word of a setting, as Kafka compares them. */
    static String word(String value) {
        return value.toLowerCase(Locale.ROOT);
    }
}
