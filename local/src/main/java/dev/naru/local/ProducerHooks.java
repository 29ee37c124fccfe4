package dev.naru.local;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The code of users that is told of records: interceptors and callbacks. An exception that it throws is logged, and goes no further; an
 * {@link Error} does, as it does through Kafka's {@code ProducerInterceptors} and {@code ProducerBatch}, which catch the same.
 */
final class ProducerHooks<K, V> {
    private static final Logger LOGGER = System.getLogger(LocalProducer.class.getName());

    private final List<ProducerInterceptor<K, V>> interceptors;

    ProducerHooks(List<ProducerInterceptor<K, V>> interceptors) {
        this.interceptors = interceptors;
    }

    /** Whether there are interceptors. */
    boolean intercept() {
        return !interceptors.isEmpty();
    }

    /** What shall be sent instead. */
    ProducerRecord<K, V> onSend(ProducerRecord<K, V> record) {
        ProducerRecord<K, V> changed = record;
        for (ProducerInterceptor<K, V> interceptor : interceptors) {
            try {
                changed = interceptor.onSend(changed);
            } catch (Exception thrown) {
                log("onSend of " + interceptor, thrown);
            }
        }
        return changed;
    }

    /** A record was refused before it was on its way. */
    void onRefusal(TopicPartition place, Headers headers, @Nullable Callback callback, Exception why) {
        RecordMetadata nowhere = nowhere(place);
        acknowledge(nowhere, why, headers);
        call(callback, nowhere, why);
    }

    /** All records of a batch have arrived, or failed. */
    void onDone(Batch batch) {
        Exception why = batch.error();
        for (PendingRecord record : batch.awaited()) {
            RecordMetadata where =
                    why == null ? record.metadata() : nowhere(batch.place().id());
            Headers headers = record.shown();
            if (headers != null) {
                acknowledge(where, why, headers);
            }
            Callback callback = record.callback();
            record.arrived();
            call(callback, where, why);
        }
    }

    private static RecordMetadata nowhere(TopicPartition place) {
        return new RecordMetadata(place, -1, -1, -1, -1, -1);
    }

    private void acknowledge(RecordMetadata where, @Nullable Exception why, Headers headers) {
        for (ProducerInterceptor<K, V> interceptor : interceptors) {
            try {
                interceptor.onAcknowledgement(where, why, headers);
            } catch (Exception thrown) {
                log("onAcknowledgement of " + interceptor, thrown);
            }
        }
    }

    private static void call(@Nullable Callback callback, RecordMetadata where, @Nullable Exception why) {
        if (callback != null) {
            try {
                callback.onCompletion(where, why);
            } catch (Exception thrown) {
                log("the callback of a record of " + where.topic(), thrown);
            }
        }
    }

    private static void log(String whose, Exception thrown) {
        LOGGER.log(Level.WARNING, whose + " has thrown", thrown);
    }
}
