package dev.naru.local;

import dev.naru.topics.RecordBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.jspecify.annotations.Nullable;

/**
 * The records that are on their way, as batches: one that is open for each partition that has some, and those that are full. A batch goes when it
 * is full, or when it was open for {@code linger.ms}, or at once where somebody waits for it: a flush, a close, or one who finds no
 * room in {@code buffer.memory}. Batches of a partition go in the order in which they were begun.
 *
 * <p>Thread-safe: any number put records in, one takes batches out.
 */
final class Accumulator {
    private final long lingerNanos;
    private final long totalBytes;
    private final int largestSpare;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();

    // Guarded by the lock.
    private final Queue<Batch> full = new ArrayDeque<>();
    private final Set<Batch> open = new LinkedHashSet<>(); // the oldest first
    private final Set<Batch> unfinished = new LinkedHashSet<>();
    private final Deque<RecordBuffer> spare = new ArrayDeque<>(); // empty ones; the last one used is the first
    private long freeBytes;
    private int hurrying; // who waits for what is open
    private boolean closed;

    /**
     * Of a producer.
     *
     * @param lingerNanos how long a batch is open
     * @param totalBytes that are on their way at most
     * @param batchBytes of a batch of several records, at most
     */
    Accumulator(long lingerNanos, long totalBytes, int batchBytes) {
        this.lingerNanos = lingerNanos;
        this.totalBytes = totalBytes;
        this.largestSpare = batchBytes;
        this.freeBytes = totalBytes;
    }

    /**
     * Puts a record in.
     *
     * @param bytes that it takes at most
     * @param mostNanos to wait for room
     * @throws BufferExhaustedException when there was no room for so long
     * @throws IllegalStateException when it is closed, or was while this waited
     */
    void add(Lane lane, PendingRecord record, long bytes, long mostNanos) throws InterruptedException {
        lock.lock();
        try {
            reserve(bytes, mostNanos);
            boolean isIn = false;
            try {
                put(lane, record, bytes);
                isIn = true;
            } finally {
                freeBytes += isIn ? 0 : bytes; // there was no memory
            }
        } finally {
            lock.unlock();
        }
    }

    private void put(Lane lane, PendingRecord record, long bytes) {
        Batch batch = lane.open();
        if (batch != null && batch.add(record, bytes)) {
            return;
        }
        if (batch != null) {
            seal(batch);
            full.add(batch);
            work.signal();
        }
        begin(lane, record, bytes);
    }

    private void begin(Lane lane, PendingRecord record, long bytes) {
        RecordBuffer used = spare.poll();
        Batch batch = new Batch(lane, System.nanoTime(), used == null ? RecordBuffer.create() : used);
        if (!batch.add(record, bytes)) {
            throw new IllegalStateException("a record of " + bytes + " B has no room in a batch of its own");
        }
        lane.setOpen(batch);
        open.add(batch);
        unfinished.add(batch);
        if (open.size() == 1) { // else the taker knows already when to look
            work.signal();
        }
    }

    private void reserve(long bytes, long mostNanos) throws InterruptedException {
        long left = mostNanos;
        while (!closed && freeBytes < bytes) {
            if (left <= 0) {
                throw new BufferExhaustedException(
                        "Failed to allocate " + bytes + " bytes within the configured max blocking time "
                                + TimeUnit.NANOSECONDS.toMillis(mostNanos) + " ms. Total memory: " + totalBytes
                                + " bytes. Available memory: " + freeBytes + " bytes.");
            }
            hurry(1);
            try {
                left = room.awaitNanos(left);
            } finally {
                hurrying--;
            }
        }
        if (closed) {
            throw new IllegalStateException("Cannot perform operation after producer has been closed");
        }
        freeBytes -= bytes;
    }

    private void hurry(int many) {
        hurrying += many;
        work.signal();
    }

    private void seal(Batch batch) {
        batch.place().setOpen(null);
        boolean _ = open.remove(batch);
    }

    /** The next batch to be appended, once it is due; null when it was closed and all are taken. */
    @Nullable
    Batch take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Batch next = full.peek();
                Batch oldest = open.isEmpty() ? null : open.iterator().next();
                long left = oldest == null ? 0 : untilDue(oldest);
                if (oldest != null && left <= 0 && (next == null || oldest.bornAt() - next.bornAt() < 0)) {
                    seal(oldest); // what is full in its lane was full before it was born, and so is all before that
                    return oldest;
                }
                if (next != null) {
                    return full.remove();
                }
                if (oldest != null) {
                    long _ = work.awaitNanos(left);
                } else if (closed) {
                    return null;
                } else {
                    work.await();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private long untilDue(Batch batch) {
        return closed || hurrying > 0 ? 0 : lingerNanos - (System.nanoTime() - batch.bornAt());
    }

    /** All have been told: its futures answer, and its bytes are free again. */
    void done(Batch batch) {
        lock.lock();
        try {
            batch.done(); // under the lock: who has flushed finds the room, too
            if (unfinished.remove(batch)) {
                freeBytes += batch.reserved();
                keep(batch.records());
                if (hurrying > 0) {
                    room.signalAll();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** For the next batch; not more of them than were ever needed at once, and none that a large record made large. */
    private void keep(RecordBuffer buffer) {
        if (buffer.capacity() <= largestSpare) {
            buffer.clear();
            spare.push(buffer);
        }
    }

    /** Waits until all that were put in before are done. */
    void flush() throws InterruptedException {
        List<Batch> before;
        lock.lock();
        try {
            before = new ArrayList<>(unfinished);
            hurry(1);
        } finally {
            lock.unlock();
        }
        try {
            for (Batch batch : before) {
                batch.await();
            }
        } finally {
            flushed();
        }
    }

    private void flushed() {
        lock.lock();
        try {
            hurrying--;
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing more in; what is there goes at once. */
    void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What is free of {@code buffer.memory}. */
    long freeBytes() {
        lock.lock();
        try {
            return freeBytes;
        } finally {
            lock.unlock();
        }
    }
}
