package dev.naru.bench;

import dev.naru.memory.LockOutcome;
import dev.naru.memory.NamedSemaphore;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingSpec;
import dev.naru.memory.SharedLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process does with shared memory. The words of a {@link RingTask} follow each name.
 *
 * <pre>{@code
 * ring-ask   ring-answer   ring-send   ring-receive   ring-idle   lock   semaphore
 * }</pre>
 */
final class MemoryRoles {
    private static final String THERE = "there";
    private static final String BACK = "back";

    private MemoryRoles() {}

    static Side.Role of(String... arguments) throws IOException {
        RingTask task = RingTask.parse(arguments);
        String name = arguments[0];
        return switch (name) {
            case "ring-ask" -> {
                RingEnds ends = task.library().open(task, true);
                Side.Role role = new RingRoles.Ask(ends.outlet(THERE), ends.inlet(BACK));
                ends.connect();
                yield role;
            }
            case "ring-answer" -> {
                RingEnds ends = task.library().open(task, false);
                Side.Role role = new RingRoles.Answer(ends.inlet(THERE), ends.outlet(BACK));
                ends.connect();
                yield role;
            }
            case "ring-send" -> {
                RingEnds ends = task.library().open(task, true);
                Side.Role role = new RingRoles.Send(ends.outlet(THERE));
                ends.connect();
                yield role;
            }
            case "ring-receive" -> {
                RingEnds ends = task.library().open(task, false);
                Side.Role role = new RingRoles.Receive(ends.inlet(THERE), task);
                ends.connect();
                yield role;
            }
            case "ring-idle" -> idle(task);
            case "semaphore" -> semaphore();
            case "lock" -> new Pairs(SharedLock.create(task.folder().resolve("lock")));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Side.Role idle(RingTask task) throws IOException {
        Ring ring = Ring.create(task.folder().resolve("idle"), RingSpec.oneToOne(task.capacityBytes()));
        return new Idle(ring.reader(NaruRings.waiting(task.policy())));
    }

    /** Waits so many ms for a message that does not come. The ns for which this process had a core. */
    record Idle(RingReader reader) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            for (int i = 0; i < 20; i++) {
                long _ = onCore(); // the first looks load classes, which is not waiting
            }
            long before = onCore();
            if (reader.await(Duration.ofMillis(count))) {
                throw new IllegalStateException("a message came, and nobody sends");
            }
            return Math.max(1, onCore() - before);
        }

        /** The ns for which all threads of this process had a core; sched-stats.rst of the kernel. */
        private static long onCore() throws IOException {
            long sum = 0;
            try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
                for (Path thread : threads.toList()) {
                    sum += onCore(thread);
                }
            }
            return sum;
        }

        private static long onCore(Path thread) throws IOException {
            try {
                List<String> words = List.of(
                        Files.readString(thread.resolve("schedstat")).strip().split(" ", -1));
                return Long.parseLong(words.getFirst());
            } catch (NoSuchFileException ended) {
                return 0;
            }
        }
    }

    /** One whose name is gone as soon as it is open. */
    private static Side.Role semaphore() throws IOException {
        String name = "/naru-bench-" + ProcessHandle.current().pid();
        NamedSemaphore semaphore = NamedSemaphore.create(name, 1);
        NamedSemaphore.remove(name);
        return new SemaphorePairs(semaphore);
    }

    /** Acquires and releases. The ns that all pairs took. */
    record SemaphorePairs(NamedSemaphore semaphore) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            turn(warmup);
            long start = System.nanoTime();
            turn(count);
            return System.nanoTime() - start;
        }

        private void turn(long count) throws IOException, InterruptedException {
            for (long i = 0; i < count; i++) {
                semaphore.acquire();
                semaphore.release();
            }
        }
    }

    /** Locks and unlocks. The ns that all pairs took. */
    record Pairs(SharedLock lock) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            turn(warmup);
            long start = System.nanoTime();
            turn(count);
            return System.nanoTime() - start;
        }

        private void turn(long count) throws IOException, InterruptedException {
            for (long i = 0; i < count; i++) {
                if (lock.lock() != LockOutcome.ACQUIRED) {
                    throw new IllegalStateException("nobody else has this lock, or died with it");
                }
                lock.unlock();
            }
        }
    }
}
