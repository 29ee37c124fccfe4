package dev.naru.topics;

import dev.naru.topics.internal.BatchWriter;
import dev.naru.topics.internal.Partition;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Appends to one partition in place: the caller writes key and value where they will lie in the log.
 *
 * <pre>{@code
 * writer.claim(8, 100, System.currentTimeMillis());
 * writer.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, writer.keyOffset(), customer);
 * MemorySegment.copy(order, 0, writer.memory(), writer.valueOffset(), 100);
 * long offset = writer.publish();
 * }</pre>
 *
 * <p>A claim and its publish make no garbage and no system call, but when a reader sleeps or the file has to grow.
 *
 * <p><b>From claim to publish the thread has the lock of the partition</b>: nobody in any process appends to it meanwhile. Do
 * nothing there but store bytes, and no longer than some microseconds. When the process dies, the lock goes to the next one,
 * and what was claimed was never there; but a thread that merely stops holds all others up.
 *
 * <p>Used by one thread at a time.
 */
public final class TopicWriter {
    /** The length of a key or value that is none. */
    public static final int NONE = BatchWriter.NONE;

    private final Partition partition;

    /** What is claimed; it is the partition's, and ours as long as the lock is. */
    private BatchWriter batch = Partition.NOTHING;

    private boolean claimed;

    TopicWriter(Partition partition) {
        this.partition = partition;
    }

    /**
     * Room for one record, as a batch of its own.
     *
     * @param keyLength in bytes, or {@link #NONE}
     * @param valueLength in bytes, or {@link #NONE}
     * @param timestamp in ms since 1970
     * @throws InterruptedException when the thread was interrupted while it waited for the lock; nothing is claimed
     */
    public void claim(int keyLength, int valueLength, long timestamp) throws IOException, InterruptedException {
        requireLengths(keyLength, valueLength);
        claim(BatchWriter.single(keyLength, valueLength, 0, 0));
        boolean _ = batch.next(keyLength, valueLength, 0, 0, timestamp);
    }

    /**
     * Room for a batch of many records, each to be laid out by {@link #next}. All become visible at once.
     *
     * @param bytes {@link #BATCH_OVERHEAD}, and for each record {@link #mostBytes}
     */
    public void claim(int bytes) throws IOException, InterruptedException {
        requireClaimed(false);
        batch = partition.claim(bytes);
        claimed = true;
    }

    /** What a batch takes beside its records, in bytes. */
    public static final int BATCH_OVERHEAD = BatchWriter.OVERHEAD;

    /** What a record takes in a batch at most, in bytes. */
    public static int mostBytes(int keyLength, int valueLength) {
        return BatchWriter.most(keyLength, valueLength, 0);
    }

    /**
     * Lays out the next record of the batch, whose bytes are to be stored before the next one or {@link #publish}.
     *
     * @return false when there is no room for it in what was claimed
     */
    public boolean next(int keyLength, int valueLength, long timestamp) {
        requireClaimed(true);
        requireLengths(keyLength, valueLength);
        return batch.next(keyLength, valueLength, 0, 0, timestamp);
    }

    /** How many records the batch has. */
    public int count() {
        return batch.count();
    }

    /** Where key and value go. */
    public MemorySegment memory() {
        return batch.memory();
    }

    /** Where the key of the last record goes, in {@link #memory}. */
    public long keyOffset() {
        return batch.keyAt();
    }

    /** Where the value of the last record goes, in {@link #memory}; at any address. */
    public long valueOffset() {
        return batch.valueAt();
    }

    /**
     * Publishes the batch: from now on every reader sees it, also when this process dies at once. Where the topic says so, waits
     * for the disk, without the lock.
     *
     * @return the offset of its first record
     * @throws dev.naru.linux.ErrnoException {@link dev.naru.linux.Problem#NOT_FLUSHED}: the batch is there for all readers, but
     *     may not be there after a power cut. {@link dev.naru.linux.Problem#TOPIC_REMOVED}: the topic went before the batch was on the disk
     * @throws IllegalMonitorStateException when another thread has claimed; its claim stays
     * @throws java.io.InterruptedIOException when the thread was interrupted while it waited for the disk: likewise
     */
    public long publish() throws IOException {
        requireClaimed(true);
        partition.requireClaimer();
        claimed = false;
        return partition.publish();
    }

    /**
     * Appends these as one batch: {@link #claim(int)}, a copy and {@link #publish} in one. The buffer stays as it is.
     *
     * @return the offset of the first record
     * @throws InterruptedException as {@link #claim(int)}: nothing is appended
     * @throws IllegalStateException when there are none
     */
    public long append(RecordBuffer records) throws IOException, InterruptedException {
        if (records.count() == 0) {
            throw new IllegalStateException("no record was added");
        }
        claim(records.bytes());
        batch.take(records.batch());
        return publish();
    }

    /** Gives up what was claimed; nobody saw it. */
    public void abort() {
        requireClaimed(true);
        partition.requireClaimer();
        claimed = false;
        partition.abandon();
    }

    private static void requireLengths(int keyLength, int valueLength) {
        if (keyLength < NONE || valueLength < NONE) {
            throw new IllegalArgumentException("lengths " + keyLength + " and " + valueLength + " B");
        }
    }

    private void requireClaimed(boolean wanted) {
        if (claimed != wanted) {
            throw new IllegalStateException(wanted ? "nothing is claimed" : "publish or abort comes first");
        }
    }
}
