package dev.naru.local;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** A figure that is looked up when somebody asks. */
record Gauge(MetricName metricName, Supplier<Object> look) implements Metric {
    @Override
    public Object metricValue() {
        return look.get();
    }

    /** Collects gauges under names of Kafka's. For one thread. */
    static final class Panel {
        private final Map<MetricName, Metric> gauges = new LinkedHashMap<>();
        private final String group;
        private final Map<String, String> tags;

        Panel(String group, String clientId) {
            this.group = group;
            this.tags = Map.of("client-id", clientId);
        }

        /** Adds one. */
        Panel add(String name, String what, Supplier<Object> look) {
            MetricName full = new MetricName(name, group, what, tags);
            var _ = gauges.put(full, new Gauge(full, look));
            return this;
        }

        /** All of them. */
        Map<MetricName, Metric> all() {
            return Map.copyOf(gauges);
        }
    }
}
