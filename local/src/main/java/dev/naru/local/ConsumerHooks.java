package dev.naru.local;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The code of users that is told of records and commits. What an interceptor throws is logged, and goes no further. */
final class ConsumerHooks<K, V> {
    private static final Logger LOGGER = System.getLogger(LocalConsumer.class.getName());

    private final List<ConsumerInterceptor<K, V>> interceptors;
    private final Queue<Runnable> callbacks = new ArrayDeque<>(); // of commits that are done, and told at the next call

    ConsumerHooks(List<ConsumerInterceptor<K, V>> interceptors) {
        this.interceptors = interceptors;
    }

    /** What shall be handed on instead. */
    ConsumerRecords<K, V> onConsume(ConsumerRecords<K, V> records) {
        ConsumerRecords<K, V> changed = records;
        for (ConsumerInterceptor<K, V> interceptor : interceptors) {
            try {
                changed = interceptor.onConsume(changed);
            } catch (Exception thrown) {
                LOGGER.log(Level.WARNING, "onConsume of " + interceptor + " has thrown", thrown);
            }
        }
        return changed;
    }

    /** That was committed. */
    void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        for (ConsumerInterceptor<K, V> interceptor : interceptors) {
            try {
                interceptor.onCommit(offsets);
            } catch (Exception thrown) {
                LOGGER.log(Level.WARNING, "onCommit of " + interceptor + " has thrown", thrown);
            }
        }
    }

    /** That commit is done: its callback is due. */
    void due(
            @Nullable OffsetCommitCallback callback,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            @Nullable Exception why) {
        if (callback != null) {
            callbacks.add(() -> callback.onComplete(offsets, why));
        } else if (why != null) {
            LOGGER.log(Level.WARNING, "a commit without a callback has failed", why);
        }
    }

    /** Runs what is due. */
    void runCallbacks() {
        Runnable next;
        while ((next = callbacks.poll()) != null) {
            next.run();
        }
    }
}
