package dev.naru.topics;

import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.linux.Sleepers;
import dev.naru.memory.Waiting;
import dev.naru.topics.internal.TopicEvents;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads a topic from a place on, one partition or all of them: as objects by {@link #poll}, or in place by {@link #drain}.
 *
 * <pre>{@code
 * try (Cursor all = orders.read(Start.earliest())) {
 *     while (true) {
 *         for (TopicRecord record : all.poll()) {
 *             bill(record.key(), record.value());
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Records of one partition come in the order of their offsets, as every reader sees them; among partitions there is none.
 * A cursor never waits for somebody who appends, be it slow, stopped or dead, and sees no half of a batch. {@code drain} makes
 * no garbage and no system call but at the end of a segment. {@code poll} checks each batch by its CRC before it gives a
 * record of it; {@code drain} does not.
 *
 * <p>Nothing of a cursor stands in the store: when its process dies, nobody notices.
 *
 * <p>Used by one thread at a time; any thread may close it, which ends its waits with {@link AsynchronousCloseException}.
 */
public final class Cursor implements Closeable {
    /** What {@link #drain} answers when another thread has closed the cursor. */
    public static final int CLOSED = -1;

    /** What {@link #drain} answers when the next record is not there any more: {@link #outOfRange} says where, {@link #seek} goes on. */
    public static final int OUT_OF_RANGE = -2;

    /**
     * What {@link #drain} answers, once, when another publisher has taken back what was read: the cursor stands where the log
     * was cut, which {@link #position} tells, and reads on from there. Nobody who appends by the lock does that.
     */
    public static final int TRUNCATED = -3;

    /** A sleeper looks again after so long: whoever was to wake it may have been killed or stopped first. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int MOST_POLLED = 500;

    /** A poll copies no more than that, and one record: what the records of a poll may weigh. */
    private static final long MOST_POLLED_BYTES = 16 << 20;

    private static final int LOOKS = 64;

    private final Bell bell;
    private volatile List<PartitionCursor> places; // never changed: replaced by the thread that reads
    private final Waiting policy;
    private final Consumer<Cursor> whenClosed;
    private final Sleepers sleepers = Sleepers.create();
    private final Object closing = new Object();
    private final Copies copies = new Copies();
    private int turn;
    private volatile boolean closed;
    private volatile boolean asleep;
    private boolean handling; // its handler runs, or may

    /** What ends a wait beside records: for a member of a group, that its partitions are others. */
    interface Bell {
        /** There is none. */
        Bell NONE = () -> List.of();

        /** What is waited for as long as it has not rung; empty when there is none. */
        List<Futex.Word> word();

        /** Whether it has rung. */
        default boolean hasRung() {
            return false;
        }
    }

    Cursor(List<PartitionCursor> places, Waiting policy, Consumer<Cursor> whenClosed) {
        this(places, policy, whenClosed, Bell.NONE);
    }

    Cursor(List<PartitionCursor> places, Waiting policy, Consumer<Cursor> whenClosed, Bell bell) {
        this.bell = bell;
        this.places = List.copyOf(places);
        this.policy = policy;
        this.whenClosed = whenClosed;
    }

    /**
     * Handles what is there, at most so many records, each in place. Does not wait.
     *
     * <p>If the handler throws, the records before that one are done, and that one comes again. It may close the cursor, and do nothing
     * else with it.
     *
     * @return how many were handled; {@link #CLOSED}; {@link #TRUNCATED}; {@link #OUT_OF_RANGE} when the next record is no longer there, and the
     *     start does not say what else ({@link Start#orEarliest})
     * @throws dev.naru.linux.ErrnoException {@link dev.naru.linux.Problem#DAMAGED_LOG} names file and position;
     *     {@link dev.naru.linux.Problem#TOPIC_REMOVED}; {@link dev.naru.linux.Problem#NO_CODEC} and
     *     {@link dev.naru.linux.Problem#UNPACKED_TOO_LARGE} for batches that are compressed
     */
    public int drain(RecordHandler handler, int limit) throws IOException {
        int answer = drain(handler, limit, false);
        if (answer == TRUNCATED) {
            var _ = places.get(turn).truncated(); // told
        }
        return answer;
    }

    private int drain(RecordHandler handler, int limit, boolean verified) throws IOException {
        requireNotHandling();
        if (closed) {
            return CLOSED;
        }
        int handled = 0;
        handling = true;
        try {
            for (int i = 0; i < places.size() && handled < limit; i++) {
                PartitionCursor place = places.get(turn);
                handled += place.drain(handler, limit - handled, verified);
                if (place.isLost()) {
                    return handled == 0 ? OUT_OF_RANGE : handled; // and it is first at the next call
                }
                if (place.isTruncated()) {
                    return handled == 0 ? TRUNCATED : handled; // likewise
                }
                passTurn();
            }
        } catch (IllegalStateException | ClosedChannelException thrown) {
            if (!closed) {
                throw thrown;
            }
        } finally {
            handling = false;
        }
        return handled == 0 && closed ? CLOSED : handled;
    }

    private void passTurn() {
        turn = turn + 1 == places.size() ? 0 : turn + 1;
    }

    /** It stands in the middle of a record. */
    private void requireNotHandling() {
        if (handling) {
            throw new IllegalStateException("its own handler may do nothing with a cursor but close it");
        }
    }

    /**
     * Waits until there are records: at most 500 of them.
     *
     * @throws dev.naru.linux.ErrnoException as {@link #drain}, and {@link dev.naru.linux.Problem#OUT_OF_RANGE}; {@link
     *     dev.naru.linux.Problem#TRUNCATED}, once
     * @throws InterruptedException when the thread was interrupted; the cursor stays usable
     */
    public List<TopicRecord> poll() throws IOException, InterruptedException {
        return poll(Poller.NEVER);
    }

    /** The same, for at most so long: none when none came. */
    public List<TopicRecord> poll(Duration timeout) throws IOException, InterruptedException {
        return poll(Poller.deadlineIn(timeout));
    }

    private List<TopicRecord> poll(long deadline) throws IOException, InterruptedException {
        while (awaitRecord(deadline)) {
            List<TopicRecord> records = tryPoll();
            if (!records.isEmpty()) {
                return records;
            }
        }
        return List.of();
    }

    /**
     * Reads these from now on, and goes on with the one whose turn it was; those that it does not read any more are the caller's to
     * close. By the thread that reads.
     */
    void replace(List<PartitionCursor> others) {
        requireNotHandling();
        int next = places.isEmpty() ? 0 : others.indexOf(places.get(turn));
        turn = next >= 0 ? next : others.isEmpty() ? 0 : turn % others.size(); // or the first would always come first
        places = List.copyOf(others);
        if (closed) {
            others.forEach(PartitionCursor::close); // it did not know of them
        }
    }

    /** What is there, at most 500 records, and at most 16 MiB of them unless a single one is larger. Does not wait, nor heed an interrupt. */
    public List<TopicRecord> tryPoll() throws IOException {
        return tryPoll(MOST_POLLED);
    }

    /** The same, at most so many. */
    List<TopicRecord> tryPoll(int most) throws IOException {
        int answer;
        try {
            answer = drain(copies, most, true);
        } catch (Enough _) {
            passTurn(); // or the others would wait for all that is large in this one
            return copies.taken();
        } catch (IOException | RuntimeException | Error thrown) {
            List<TopicRecord> records = copies.taken();
            if (records.isEmpty()) {
                throw thrown;
            }
            return records; // they are used, and would be lost; the next call finds it so again
        }
        List<TopicRecord> records = copies.taken();
        if (answer == CLOSED) {
            throw new ClosedChannelException();
        }
        if (answer == OUT_OF_RANGE) {
            throw places.get(turn).outOfRange();
        }
        if (answer == TRUNCATED) {
            throw places.get(turn).truncated();
        }
        return records;
    }

    /** Copies what a poll answers; nothing is made when nothing is there. */
    private static final class Copies implements RecordHandler {
        private List<TopicRecord> records = List.of();
        private long bytes;

        @Override
        public void onRecord(RecordView record) {
            long more = Math.max(0, record.keyLength()) + (long) Math.max(0, record.valueLength());
            if (records.isEmpty()) {
                records = new ArrayList<>();
            } else if (bytes + more > MOST_POLLED_BYTES) {
                throw new Enough(); // this one comes first at the next poll
            }
            boolean _ = records.add(record.copy());
            bytes += more;
        }

        List<TopicRecord> taken() {
            List<TopicRecord> all = records;
            records = List.of();
            bytes = 0;
            return all;
        }
    }

    /** Ends a poll that has enough. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;

        Enough() {
            super("", null, false, false);
        }
    }

    /** Waits until there is a record. */
    public void await() throws IOException, InterruptedException {
        boolean _ = awaitRecord(Poller.NEVER);
    }

    /** The same, for at most so long: false when none came. */
    public boolean await(Duration timeout) throws IOException, InterruptedException {
        return awaitRecord(Poller.deadlineIn(timeout));
    }

    /** The offset of the next record in that partition. */
    public long position(int partition) {
        return place(partition).next();
    }

    /** The partitions whose next record is not there any more, when that was told. */
    public List<Integer> outOfRange() {
        return places.stream()
                .filter(PartitionCursor::isLost)
                .map(PartitionCursor::number)
                .toList();
    }

    /** How many records it passed over since they were not there any more, where its start says that it goes on. */
    public long missed() {
        return places.stream().mapToLong(PartitionCursor::missed).sum();
    }

    /** Goes there in all its partitions; in none, when it is refused in one. */
    public void seek(Start start) throws IOException {
        seek(start, places);
    }

    /** Goes there in that partition; when it is refused, it stays where it is. */
    public void seek(int partition, Start start) throws IOException {
        seek(start, List.of(place(partition)));
    }

    private void seek(Start start, List<PartitionCursor> those) throws IOException {
        requireNotHandling();
        long[] found = new long[those.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = those.get(i).find(start);
        }
        for (int i = 0; i < found.length; i++) {
            those.get(i).begin(start, found[i]);
        }
    }

    private PartitionCursor place(int partition) {
        for (PartitionCursor place : places) {
            if (place.number() == partition) {
                return place;
            }
        }
        throw new IllegalArgumentException("partition " + partition + " is not read here");
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !closed;
    }

    /** Waits until there is a record, or the bell has rung: false when neither was. */
    boolean awaitRecord(long deadline) throws IOException, InterruptedException {
        requireNotHandling();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (closed) {
            throw new ClosedChannelException();
        }
        try {
            if (spin(deadline)) {
                return true;
            }
            while (!isReady()) {
                if (closed) {
                    throw new AsynchronousCloseException();
                }
                if (Poller.isOver(deadline)) {
                    return false;
                }
                sleep(deadline);
            }
            return true;
        } catch (IllegalStateException | ClosedChannelException thrown) {
            if (closed) {
                throw new AsynchronousCloseException();
            }
            throw thrown;
        }
    }

    private boolean isReady() throws IOException {
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i).isReady()) {
                return true;
            }
        }
        return bell.hasRung();
    }

    private boolean spin(long deadline) throws IOException, InterruptedException {
        long most = policy.spinNanos();
        if (most == 0) {
            return isReady();
        }
        long begin = System.nanoTime();
        while (!closed) {
            for (int look = 0; look < LOOKS; look++) {
                if (isReady()) {
                    return true;
                }
                Thread.onSpinWait();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (Poller.isOver(deadline) || System.nanoTime() - begin >= most) {
                return false;
            }
            giveWay();
        }
        return false;
    }

    @SuppressWarnings("ThreadPriorityCheck") // whoever is waited for may need this carrier
    private static void giveWay() {
        if (Thread.currentThread().isVirtual()) {
            Thread.yield();
        }
    }

    private void sleep(long deadline) throws IOException, InterruptedException {
        asleep = true; // before the look at closed: close() does it the other way round
        try {
            for (int i = 0; i < places.size(); i++) {
                PartitionCursor place = places.get(i);
                if (!place.partition().arm(place.used())) {
                    return;
                }
            }
            if (closed) {
                return;
            }
            long left = deadline == Poller.NEVER ? SLICE_NANOS : Math.min(SLICE_NANOS, deadline - System.nanoTime());
            Object event = TopicEvents.beginWait();
            Futex.Outcome outcome = sleepUntil(System.nanoTime() + left);
            TopicEvents.endWait(event, places.size());
            if (outcome == Futex.Outcome.INTERRUPTED) {
                boolean _ = Thread.interrupted();
                throw new InterruptedException();
            }
        } finally {
            asleep = false;
        }
    }

    private Futex.Outcome sleepUntil(long deadline) throws IOException {
        List<Futex.Word> others = bell.word();
        if (places.size() == 1 && others.isEmpty()) {
            PartitionCursor place = places.getFirst();
            return place.partition().sleep(place.used(), deadline, sleepers);
        }
        List<Futex.Word> words = new ArrayList<>(places.size() + others.size());
        words.addAll(others);
        for (PartitionCursor place : places) {
            words.add(place.partition().word(place.used()));
        }
        return Futex.awaitAny(words, deadline, sleepers);
    }

    /** Ends the use of it, and of what it waits for. Idempotent; any thread may call it. */
    @Override
    public void close() {
        synchronized (closing) { // a second closer waits for the first: the topic may be closed next
            if (closed) {
                return;
            }
            closed = true;
            sleepers.close();
            awaitAwake();
            places.forEach(PartitionCursor::close);
            whenClosed.accept(this);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // it leaves at once: the sleepers are closed
    private void awaitAwake() {
        while (asleep) {
            Thread.yield();
        }
    }
}
