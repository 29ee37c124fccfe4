package dev.naru.memory.snippets;

import dev.naru.memory.BarrierOutcome;
import dev.naru.memory.ConditionOutcome;
import dev.naru.memory.SharedBarrier;
import dev.naru.memory.SharedCondition;
import dev.naru.memory.SharedEvent;
import dev.naru.memory.SharedLock;
import dev.naru.memory.SharedReadWriteLock;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** The snippets of docs/sync.md: compiled here, and run by {@link SyncSnippetsTest}. */
final class SyncSnippets {
    private SyncSnippets() {}

    static void readAndWrite(String name, Runnable look, Runnable change, Runnable repair)
            throws IOException, InterruptedException {
        // @start region="rwlock"
        try (SharedReadWriteLock lock = SharedReadWriteLock.openOrCreate(name)) {
            lock.read(look, repair); // beside other readers; repair first, and alone, when a writer died
            lock.write(change, repair);
        }
        // @end
    }

    static void awaitCondition(SharedLock lock, BooleanSupplier isEmpty, Runnable take, Runnable repair)
            throws IOException, InterruptedException {
        // @start region="condition"
        SharedCondition filled = lock.condition(0); // 0 to 7: which one is for what, all who use the lock agree
        if (!lock.lock().isTaken()) throw new AssertionError("lock() waits");
        while (isEmpty.getAsBoolean()) {
            if (filled.await() == ConditionOutcome.OWNER_DIED) {
                repair.run();
                filled.signalAll();
            }
        }
        take.run();
        lock.unlock();
        // @end
    }

    static boolean awaitEvent(String name) throws IOException, InterruptedException {
        // @start region="event"
        try (SharedEvent ready = SharedEvent.openOrCreate(name)) {
            return ready.await(Duration.ofSeconds(5)); // elsewhere: ready.set()
        }
        // @end
    }

    static void steps(String name, int parties, int steps, Runnable compute) throws IOException, InterruptedException {
        // @start region="barrier"
        try (SharedBarrier barrier = SharedBarrier.openOrCreate(name, parties)) { // each party opens it
            for (int step = 0; step < steps; step++) {
                compute.run();
                if (barrier.await() == BarrierOutcome.BROKEN) {
                    throw new IOException("died before it arrived: " + barrier.brokenBy());
                }
            }
        }
        // @end
    }
}
