package dev.naru.local;

import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** What a consumer has done. Counted by the one thread that is in it; read by any. */
final class ConsumerCounts {
    private volatile long records;
    private volatile long bytes;
    private volatile long polls;

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread counts
    void polled(long itsRecords, long itsBytes) {
        polls++;
        records += itsRecords;
        bytes += itsBytes;
    }

    /** As Kafka's consumer names them. */
    Map<MetricName, Metric> metrics(String clientId) {
        return new Gauge.Panel("consumer-fetch-manager-metrics", clientId)
                .add("records-consumed-total", "Records that were handed on.", () -> (double) records)
                .add("bytes-consumed-total", "Bytes of their keys and values.", () -> (double) bytes)
                .add("fetch-total", "Polls that handed records on.", () -> (double) polls)
                .add(
                        "records-per-request-avg",
                        "Records of such a poll.",
                        () -> polls == 0 ? Double.NaN : (double) records / polls)
                .all();
    }
}
