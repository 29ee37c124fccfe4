package dev.naru.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a process does with a log. The words of a {@link LogTask} follow each name.
 *
 * <pre>{@code
 * log-append   log-flush   log-read   log-send   log-receive
 * }</pre>
 */
final class LogRoles {
    /** How many records are handled at a time, at most. */
    private static final int BATCH = 256;

    private LogRoles() {}

    static Side.Role of(String... arguments) {
        LogTask task = LogTask.parse(arguments);
        String name = arguments[0];
        Rounds rounds = new Rounds(task);
        return switch (name) {
            case "log-append" -> new Append(rounds, task);
            case "log-flush" -> new Flush(rounds, task);
            case "log-read" -> new Read(rounds);
            case "log-send" -> new Send(rounds, task);
            case "log-receive" -> new Receive(rounds, task);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** A new log for each round, in which all sides begin together. The one before goes when all are done with it. */
    static final class Rounds {
        private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

        private final LogTask task;
        private int round;

        Rounds(LogTask task) {
            this.task = task;
        }

        RaceLog next() throws IOException {
            if (task.side() == 0 && round > 0) {
                Scratch.delete(folder());
            }
            round++;
            return task.library().open(folder(), task);
        }

        private Path folder() {
            return task.folder().resolve("log" + round);
        }

        /** Comes back when all sides have called it. */
        void meet() throws IOException {
            Path _ = Files.createFile(folder().resolve("ready" + task.side()));
            for (int side = 0; side < task.sides(); side++) {
                while (!Files.exists(folder().resolve("ready" + side))) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private static void append(RaceLog.Appender to, long count) throws IOException, InterruptedException {
        for (long i = 0; i < count; i++) {
            to.append(i);
        }
        to.flush();
    }

    /** Appends, by one thread or many. The ns that it took. */
    record Append(Rounds rounds, LogTask task) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            try (RaceLog log = rounds.next()) {
                return task.threads() == 1 ? one(log, warmup, count) : many(log, warmup, count);
            }
        }

        private long one(RaceLog log, long warmup, long count) throws IOException, InterruptedException {
            try (RaceLog.Appender appender = log.appender()) {
                append(appender, warmup);
                rounds.meet();
                long start = System.nanoTime();
                append(appender, count);
                return System.nanoTime() - start;
            }
        }

        private long many(RaceLog log, long warmup, long count) throws IOException, InterruptedException {
            CountDownLatch begin = new CountDownLatch(1);
            CountDownLatch ready = new CountDownLatch(task.threads());
            List<FutureTask<Long>> all = new ArrayList<>();
            for (int i = 0; i < task.threads(); i++) {
                Callable<Long> part = () -> {
                    try (RaceLog.Appender appender = log.appender()) {
                        append(appender, warmup / task.threads());
                        ready.countDown();
                        begin.await();
                        append(appender, count / task.threads());
                        return System.nanoTime();
                    }
                };
                FutureTask<Long> future = new FutureTask<>(part);
                Thread.ofPlatform().daemon().start(future);
                all.add(future);
            }
            ready.await();
            rounds.meet();
            long start = System.nanoTime();
            begin.countDown();
            long end = start;
            for (FutureTask<Long> each : all) {
                end = Math.max(end, ended(each));
            }
            return end - start;
        }

        private static long ended(FutureTask<Long> part) throws InterruptedException {
            try {
                return part.get();
            } catch (ExecutionException failed) {
                throw new IllegalStateException(failed.getCause());
            }
        }
    }

    /** Appends records that are answered when they are on the disk. A percentile of their times, in ns. */
    record Flush(Rounds rounds, LogTask task) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            long[] taken = new long[Math.toIntExact(count)];
            try (RaceLog log = rounds.next();
                    RaceLog.Appender appender = log.appender()) {
                append(appender, warmup);
                for (int i = 0; i < count; i++) {
                    long start = System.nanoTime();
                    appender.append(i);
                    taken[i] = System.nanoTime() - start;
                }
            }
            return percentile(taken, task.percentile());
        }
    }

    private static long percentile(long[] values, int percent) {
        Arrays.sort(values);
        return values[(int) ((long) values.length * percent / 100)];
    }

    /** Reads so many records {@code warmup} times, and once more. The ns that the last time took. */
    static final class Read implements Side.Role, RaceLog.Sink {
        private final Rounds rounds;
        private @Nullable RaceLog filled;
        private long count;
        private long sum;

        Read(Rounds rounds) {
            this.rounds = rounds;
        }

        @Override
        public void took(long number) {
            sum += number;
        }

        @Override
        public long run(long warmup, long wanted) throws IOException, InterruptedException {
            RaceLog log = filledWith(wanted);
            for (long pass = 0; pass < warmup; pass++) {
                long _ = pass(log);
            }
            return pass(log);
        }

        private RaceLog filledWith(long wanted) throws IOException, InterruptedException {
            RaceLog log = filled;
            if (log == null || count != wanted) {
                if (log != null) {
                    log.close();
                }
                log = rounds.next();
                filled = log;
                count = wanted;
                try (RaceLog.Appender appender = log.appender()) {
                    append(appender, count);
                }
            }
            return log;
        }

        private long pass(RaceLog log) throws IOException {
            sum = 0;
            long start = System.nanoTime();
            try (RaceLog.Tailer tailer = log.tailer(this)) {
                for (long left = count; left > 0; ) {
                    int got = tailer.poll((int) Math.min(left, BATCH));
                    if (got == 0) {
                        throw new IllegalStateException(left + " records are missing");
                    }
                    left -= got;
                }
            }
            long nanos = System.nanoTime() - start;
            if (sum != count * (count - 1) / 2) {
                throw new IllegalStateException("what was read is not what was appended");
            }
            return nanos;
        }
    }

    /** Appends records at a pace, each with the time at which that began. */
    record Send(Rounds rounds, LogTask task) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            try (RaceLog log = rounds.next();
                    RaceLog.Appender appender = log.appender()) {
                rounds.meet();
                long next = System.nanoTime();
                for (long i = 0; i < warmup + count; i++) {
                    next += task.gapNanos();
                    while (System.nanoTime() < next) {
                        Thread.onSpinWait();
                    }
                    appender.append(System.nanoTime());
                }
            }
            return 0;
        }
    }

    /** Reads them. A percentile of the times from then until it has them, in ns. */
    static final class Receive implements Side.Role, RaceLog.Sink {
        private final Rounds rounds;
        private final LogTask task;
        private long[] taken = {};
        private long warmup;
        private int got;

        Receive(Rounds rounds, LogTask task) {
            this.rounds = rounds;
            this.task = task;
        }

        @Override
        public void took(long sent) {
            long now = System.nanoTime(); // of the kernel's one clock, in every process
            if (warmup > 0) {
                warmup--;
            } else {
                taken[got++] = now - sent;
            }
        }

        @Override
        public long run(long before, long count) throws IOException, InterruptedException {
            taken = new long[Math.toIntExact(count)];
            warmup = before;
            got = 0;
            try (RaceLog log = rounds.next();
                    RaceLog.Tailer tailer = log.tailer(this)) {
                rounds.meet();
                while (got < count) {
                    if (tailer.poll(BATCH) == 0) {
                        tailer.await();
                    }
                }
            }
            return percentile(taken, task.percentile());
        }
    }
}
