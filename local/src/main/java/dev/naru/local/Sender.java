package dev.naru.local;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a producer that appends what the {@link Accumulator} gives it, and tells those who sent it. An append may wait: for a
 * process that was stopped while it appended, or for a disk. {@code delivery.timeout.ms} ends that, by a second thread that looks at
 * the first one.
 */
final class Sender {
    /** How often the second thread looks, as a part of the time that a delivery may take. */
    private static final int LOOKS = 8;

    private final Accumulator accumulator;
    private final Consumer<String> whenRemoved;
    private final Consumer<Batch> whenDone;
    private final SenderCounts counts = new SenderCounts();
    private final long deliveryNanos;
    private final Thread thread;
    private final Thread watch;

    // Guarded by this object's monitor.
    private @Nullable Batch appending;
    private boolean forced;

    /**
     * One that is not started yet.
     *
     * @param whenRemoved is told of a topic that is not there any more
     * @param whenDone tells those who sent the records of a batch
     */
    Sender(
            String clientId,
            Accumulator accumulator,
            Consumer<String> whenRemoved,
            Consumer<Batch> whenDone,
            Duration deliveryTimeout) {
        this.accumulator = accumulator;
        this.whenRemoved = whenRemoved;
        this.whenDone = whenDone;
        this.deliveryNanos = deliveryTimeout.toNanos();
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("naru-producer-thread | " + clientId)
                .unstarted(this::run);
        this.watch =
                Thread.ofVirtual().name("naru-producer-watch | " + clientId).unstarted(this::watch);
    }

    void start() {
        thread.start();
        watch.start();
    }

    SenderCounts counts() {
        return counts;
    }

    /** Whether this is the thread in which callbacks run. */
    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    private void run() {
        try {
            Batch batch;
            while ((batch = next()) != null) {
                append(batch);
                tell(batch);
            }
        } finally {
            watch.interrupt();
        }
    }

    /** The next batch; null when there will be none. */
    private @Nullable Batch next() {
        while (true) {
            try {
                return accumulator.take();
            } catch (InterruptedException _) {
                // by a callback of the user's, or to end this: then all has been given up
            }
        }
    }

    private void tell(Batch batch) {
        if (batch.error() == null) {
            counts.appended(batch);
        } else {
            counts.failed(batch);
        }
        try {
            whenDone.accept(batch);
        } finally {
            accumulator.done(batch);
        }
    }

    private void append(Batch batch) {
        if (isLate(batch)) {
            batch.failed(late(batch));
            return;
        }
        if (!begin(batch)) {
            batch.failed(closedByForce());
            return;
        }
        try {
            batch.appended(batch.place().append(batch.records()));
        } catch (InterruptedException | InterruptedIOException _) {
            batch.failed(isForced() ? closedByForce() : late(batch));
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.TOPIC_REMOVED) {
                whenRemoved.accept(batch.place().topic().name());
            }
            batch.failed(Errors.of(refused));
        } catch (IOException failed) {
            batch.failed(Errors.of(failed));
        } catch (RuntimeException | Error defect) { // this thread goes on: others wait for it
            batch.failed(new KafkaException(defect));
        } finally {
            end();
        }
    }

    private synchronized boolean begin(Batch batch) {
        if (forced) {
            return false;
        }
        appending = batch;
        return true;
    }

    /** From now on nobody interrupts this thread: callbacks run next. */
    private synchronized void end() {
        appending = null;
        boolean _ = Thread.interrupted();
        notifyAll();
    }

    /** Waits until nothing is under way in the store, also when interrupted: soon, after {@link #force}. */
    synchronized void awaitAppended() {
        boolean interrupted = false;
        while (appending != null) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isForced() {
        return forced;
    }

    private boolean isLate(Batch batch) {
        return System.nanoTime() - batch.bornAt() >= deliveryNanos;
    }

    private TimeoutException late(Batch batch) {
        return new TimeoutException("Expiring " + batch.records().count() + " record(s) for "
                + batch.place().id() + ": " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - batch.bornAt())
                + " ms has passed since batch creation. The partition could not be appended to: another process may be"
                + " stopped while it appends, or the disk is slow.");
    }

    private static KafkaException closedByForce() {
        return new KafkaException("Producer is closed forcefully.");
    }

    private void watch() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(Math.max(deliveryNanos / LOOKS, TimeUnit.MILLISECONDS.toNanos(1)));
                interruptIfLate();
            }
        } catch (InterruptedException _) {
            // the sender has ended
        }
    }

    private synchronized void interruptIfLate() {
        Batch current = appending;
        if (current != null && isLate(current)) {
            thread.interrupt();
        }
    }

    /** Waits until it has ended: false when it had not after that time. */
    boolean join(Duration most) throws InterruptedException {
        return thread.join(most);
    }

    /** Waits until it has ended. */
    void join() throws InterruptedException {
        thread.join();
    }

    /** Ends it: what was not appended yet fails. */
    void force() {
        synchronized (this) {
            forced = true;
            if (appending != null) {
                thread.interrupt();
            }
        }
    }
}
