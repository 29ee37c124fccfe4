package dev.naru.topics.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** Kafka's own log cleaner, on a copy of a log. */
public final class KafkaCleaner {
    private static final int MAP_BYTES = 16 << 20;
    private static final int BUFFER = 1 << 20;

    private KafkaCleaner() {}

    /**
     * Copies the segments of a partition, and cleans the copy up to the last one, as a broker would after a start.
     *
     * @param to a folder that is not there
     * @param dirty below that offset it is clean already
     * @param now in ms since 1970
     * @return the copy
     */
    public static Path clean(Path partition, Path to, long dirty, int segmentBytes, long tombstoneMillis, long now)
            throws Exception {
        Path copy = Files.createDirectories(to.resolve("t-0"));
        for (Path segment : Logs.segments(partition)) {
            var _ = Files.copy(segment, copy.resolve(segment.getFileName()));
        }
        LogConfig config = new LogConfig(Map.of(
                "cleanup.policy", "compact",
                "internal.segment.bytes", segmentBytes,
                "max.message.bytes", segmentBytes,
                "delete.retention.ms", tombstoneMillis,
                "file.delete.delay.ms", 0L));
        Time time = at(now);
        try (BrokerTopicStats stats = new BrokerTopicStats();
                UnifiedLog log = open(copy, config, stats, time)) {
            long _ = log.updateHighWatermark(log.logEndOffset());
            Cleaner cleaner = new Cleaner(
                    0,
                    new SkimpyOffsetMap(MAP_BYTES),
                    BUFFER,
                    BUFFER,
                    0.9,
                    new Throttler(Double.MAX_VALUE, 1000, "test", "bytes", time),
                    time,
                    _ -> {});
            long limit = log.activeSegment().baseOffset();
            var _ = cleaner.doClean(new LogToClean(log, dirty, limit, false), now);
        }
        return copy;
    }

    private static UnifiedLog open(Path folder, LogConfig config, BrokerTopicStats stats, Time time)
            throws IOException {
        return UnifiedLog.create(
                folder.toFile(),
                config,
                0,
                0,
                atOnce(),
                stats,
                time,
                60_000,
                new ProducerStateManagerConfig(Integer.MAX_VALUE, false),
                Integer.MAX_VALUE,
                new LogDirFailureChannel(1),
                false,
                Optional.empty());
    }

    /** What is to be done once is done at once, so that no file stays open. */
    private static Scheduler atOnce() {
        return new Scheduler() {
            @Override
            public void startup() {}

            @Override
            public void shutdown() {}

            @Override
            public ScheduledFuture<?> schedule(String name, Runnable task, long delay, long period) {
                if (period <= 0) {
                    task.run();
                }
                return new Done();
            }

            @Override
            public void resizeThreadPool(int size) {}
        };
    }

    /** Of a task that does not run again. */
    private static final class Done extends CompletableFuture<Object> implements ScheduledFuture<Object> {
        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }

    private static Time at(long now) {
        return new Time() {
            @Override
            public long milliseconds() {
                return now;
            }

            @Override
            public long nanoseconds() {
                return now * 1_000_000;
            }

            @Override
            public void sleep(long millis) {}

            @Override
            public void waitObject(Object monitor, Supplier<Boolean> condition, long deadline) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
