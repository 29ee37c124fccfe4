package dev.naru.local;

import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** What a sender has done. Counted by its thread alone, once a batch; read by any. */
final class SenderCounts {
    private volatile long batches;
    private volatile long records;
    private volatile long bytes;
    private volatile long failedRecords;

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread counts
    void appended(Batch batch) {
        batches++;
        records += batch.records().count();
        bytes += batch.records().bytes();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread counts
    void failed(Batch batch) {
        failedRecords += batch.records().count();
    }

    /** As Kafka's producer names them. */
    Map<MetricName, Metric> metrics(String clientId, long totalBytes, Accumulator accumulator) {
        return new Gauge.Panel("producer-metrics", clientId)
                .add("record-send-total", "Records that were appended.", () -> (double) records)
                .add("record-error-total", "Records that were not.", () -> (double) failedRecords)
                .add("request-total", "Batches that were appended.", () -> (double) batches)
                .add("outgoing-byte-total", "Bytes of them, before they are compressed.", () -> (double) bytes)
                .add("records-per-request-avg", "Records of a batch.", () -> average(records))
                .add("batch-size-avg", "Bytes of a batch, before it is compressed.", () -> average(bytes))
                .add("buffer-total-bytes", "What buffer.memory says.", () -> (double) totalBytes)
                .add("buffer-available-bytes", "What of it is free.", () -> (double) accumulator.freeBytes())
                .all();
    }

    private double average(long of) {
        long many = batches;
        return many == 0 ? Double.NaN : (double) of / many;
    }
}
