package dev.naru.local;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** What a client is made of and closes: the objects of the classes that its configuration names, and those that it was given. */
final class Plugins implements AutoCloseable {
    private static final Logger LOGGER = System.getLogger(Plugins.class.getName());

    private final AbstractConfig config;
    private final Map<String, Object> clientId;
    private final Deque<AutoCloseable> made = new ArrayDeque<>(); // the newest first

    Plugins(AbstractConfig config, String clientId) {
        this.config = config;
        this.clientId = Map.of(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    }

    /** That serializer, or the one that the configuration names. */
    @SuppressWarnings("unchecked") // of what type it is, only the user knows
    <T> Serializer<T> serializer(String key, @Nullable Serializer<T> given, boolean ofKeys) {
        if (given != null) {
            return keep(given);
        }
        Serializer<T> named = keep(config.getConfiguredInstance(key, Serializer.class));
        named.configure(config.originals(clientId), ofKeys);
        return named;
    }

    /** That deserializer, or the one that the configuration names. */
    @SuppressWarnings("unchecked") // of what type it is, only the user knows
    <T> Deserializer<T> deserializer(String key, @Nullable Deserializer<T> given, boolean ofKeys) {
        if (given != null) {
            return keep(given);
        }
        Deserializer<T> named = keep(config.getConfiguredInstance(key, Deserializer.class));
        named.configure(config.originals(clientId), ofKeys);
        return named;
    }

    /** The one of that class which the configuration names, if any. */
    <T extends AutoCloseable> @Nullable T one(String key, Class<T> type) {
        T named = config.getConfiguredInstance(key, type, clientId);
        return named == null ? null : keep(named);
    }

    /** All of that class which the configuration names. */
    <T extends AutoCloseable> List<T> many(String key, Class<T> type) {
        List<T> named = List.copyOf(config.getConfiguredInstances(key, type, clientId));
        named.forEach(this::keep);
        return named;
    }

    /** Closes that, too. */
    <T extends AutoCloseable> T keep(T one) {
        made.push(one);
        return one;
    }

    /** Closes all, the newest first; what one throws is logged. */
    @Override
    public void close() {
        while (!made.isEmpty()) {
            AutoCloseable one = made.pop();
            try {
                one.close();
            } catch (Exception thrown) {
                LOGGER.log(Level.WARNING, "close of " + one + " has thrown", thrown);
            }
        }
    }
}
