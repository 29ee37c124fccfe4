package dev.naru.topics;

import dev.naru.linux.ErrnoException;
import dev.naru.memory.Waiting;
import dev.naru.topics.internal.BatchWriter;
import dev.naru.topics.internal.Closing;
import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.Partitioner;
import dev.naru.topics.internal.RecordWriter;
import dev.naru.topics.internal.StoreId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A topic: one log or several that every process on the machine appends to and reads, with no server.
 *
 * <p>An append answers when the record is there: every reader in every process sees it, and it stays when this process dies at
 * once. A machine that loses its power may lose what was not flushed: {@link TopicSpec} says when that is done. Records with the same key are in one partition, in the
 * order in which they were appended; a record without a key goes to any.
 *
 * <p>Thread-safe. A partition is opened when it is first used. {@link #close} ends its cursors.
 */
public final class Topic implements Closeable {
    /** A record without a key goes where the last one went, until so many bytes did. */
    private static final int STICKY_SHIFT = 16;

    private final String name;
    private final TopicSpec spec;
    private final StoreId store;
    private final Opener opener;
    private final Joining joining;
    private final Consumer<Topic> whenClosed;
    private final AtomicLong unkeyedBytes =
            new AtomicLong((long) ThreadLocalRandom.current().nextInt(1 << 20) << STICKY_SHIFT);

    private final AtomicReferenceArray<@Nullable Partition> partitions; // opened under this object's monitor
    private volatile boolean closed;

    // Guarded by this object's monitor.
    private final Set<Cursor> cursors = new HashSet<>();

    /** Opens a partition of the topic. */
    interface Opener {
        Partition open(int number) throws IOException;
    }

    /** Joins a group of the store. */
    interface Joining {
        GroupMember join(String group, MemberSpec spec) throws IOException, InterruptedException;
    }

    Topic(String name, TopicSpec spec, StoreId store, Opener opener, Joining joining, Consumer<Topic> whenClosed) {
        this.joining = joining;
        this.store = store;
        this.name = name;
        this.spec = spec;
        this.opener = opener;
        this.whenClosed = whenClosed;
        this.partitions = new AtomicReferenceArray<>(spec.partitions());
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Which store it is in. */
    StoreId store() {
        return store;
    }

    /** How it was made. */
    public TopicSpec spec() {
        return spec;
    }

    /** Appends a record of text (UTF-8); null for no key. */
    public Appended append(@Nullable String key, @Nullable String value) throws IOException, InterruptedException {
        return append(NewRecord.of(key, value));
    }

    /** Appends a record of bytes; null for no key. */
    public Appended append(byte @Nullable [] key, byte @Nullable [] value) throws IOException, InterruptedException {
        return append(NewRecord.of(key, value));
    }

    /**
     * Appends a record.
     *
     * @throws ErrnoException {@link dev.naru.linux.Problem#BATCH_TOO_LARGE}; {@link dev.naru.linux.Problem#FILE_SYSTEM_FULL}: the
     *     log is as it was, and appending goes on when there is room
     * @throws ErrnoException {@link dev.naru.linux.Problem#NOT_FLUSHED}: the disk failed. The record may be there for all readers,
     *     and not be there after a power cut; nobody appends any more
     * @throws InterruptedException when the thread was interrupted while it waited for another one; nothing was appended
     * @throws java.io.InterruptedIOException when it was interrupted while it waited for the disk: the record is there for all
     *     readers, and may not be there after a power cut
     */
    public Appended append(NewRecord record) throws IOException, InterruptedException {
        return append(choose(record), record, null);
    }

    /** The same to a certain partition, by that producer. */
    Appended append(int number, NewRecord record, Producer.@Nullable Mark by) throws IOException, InterruptedException {
        RecordWriter writer = new RecordWriter(record.key(), record.value(), encoded(record.headers()));
        Partition partition = partition(number);
        BatchWriter batch = partition.claim(writer.bytes());
        boolean written = false;
        try {
            writer.write(batch, record.timestampOr(System.currentTimeMillis()));
            if (by != null) {
                batch.by(by.id(), by.epoch(), by.sequence());
            }
            written = true;
        } finally {
            if (!written) {
                partition.abandon();
            }
        }
        return new Appended(number, partition.publish());
    }

    /**
     * Appends many records, those of a partition as one batch: they become visible together, compressed if the topic says so.
     * Batches of different partitions are appended one after the other; when that fails, or is interrupted, some may be there.
     *
     * @return where they are, in the order in which they were given
     * @throws ErrnoException as {@link #append(NewRecord)}; when one batch is too large, none is appended
     */
    public List<Appended> append(List<NewRecord> records) throws IOException, InterruptedException {
        long now = System.currentTimeMillis();
        Map<Integer, ManyRecords> batches = new TreeMap<>();
        for (int i = 0; i < records.size(); i++) {
            NewRecord record = records.get(i);
            RecordWriter writer = new RecordWriter(record.key(), record.value(), encoded(record.headers()));
            batches.computeIfAbsent(choose(record), _ -> new ManyRecords()).add(writer, record.timestampOr(now), i);
        }
        for (Map.Entry<Integer, ManyRecords> each : batches.entrySet()) {
            partition(each.getKey()).requireFits(each.getValue().bytes());
        }
        Appended[] answers = new Appended[records.size()];
        for (Map.Entry<Integer, ManyRecords> each : batches.entrySet()) {
            each.getValue().append(partition(each.getKey()), each.getKey(), answers);
        }
        return List.of(answers);
    }

    /** The headers as they are written. */
    static List<RecordWriter.Pair> encoded(List<Header> headers) {
        if (headers.isEmpty()) {
            return List.of(); // as most are
        }
        return headers.stream()
                .map(header -> RecordWriter.Pair.of(header.name(), header.valueBytes()))
                .toList();
    }

    /** Where a record goes. */
    int choose(NewRecord record) {
        if (record.hasPartition()) {
            return record.partition();
        }
        byte[] key = record.key();
        byte[] value = record.value();
        return key != null
                ? Partitioner.partition(key, spec.partitions())
                : (int) ((unkeyedBytes.getAndAdd(BatchWriter.OVERHEAD + (value == null ? 0 : value.length))
                                >>> STICKY_SHIFT)
                        % spec.partitions());
    }

    /** Appends in place to that partition. For one thread. */
    public TopicWriter writer(int partition) throws IOException {
        return new TopicWriter(partition(partition));
    }

    /**
     * Deletes all records of a partition before that offset, for good: its readers begin there from now on. Space is given back
     * when a whole segment is before it. Waits for the disk.
     *
     * @param offset of the first record that stays; no more than the next one that is appended
     * @throws ErrnoException {@link dev.naru.linux.Problem#OUT_OF_RANGE}
     */
    public void deleteBefore(int partition, long offset) throws IOException, InterruptedException {
        partition(partition).deleteBefore(offset);
    }

    /** A cursor over all partitions, from there on. */
    public Cursor read(Start start) throws IOException {
        return read(start, ReadOptions.all());
    }

    /** The same, which waits as told. */
    public Cursor read(Start start, Waiting waiting) throws IOException {
        return read(start, ReadOptions.all().withWaiting(waiting));
    }

    /** The same, as those options say. */
    public Cursor read(Start start, ReadOptions options) throws IOException {
        List<PartitionCursor> places = new ArrayList<>();
        for (int number = 0; number < spec.partitions(); number++) {
            places.add(place(number, start, options));
        }
        return cursor(places, options.waiting());
    }

    /** A cursor over one partition. */
    public Cursor read(int partition, Start start) throws IOException {
        return read(partition, start, ReadOptions.all());
    }

    /** The same, which waits as told. */
    public Cursor read(int partition, Start start, Waiting waiting) throws IOException {
        return read(partition, start, ReadOptions.all().withWaiting(waiting));
    }

    /** The same, as those options say. */
    public Cursor read(int partition, Start start, ReadOptions options) throws IOException {
        return cursor(List.of(place(partition, start, options)), options.waiting());
    }

    /** A cursor over some partitions, each from a place of its own, such as where somebody had come to. */
    public Cursor read(Map<Integer, Start> starts) throws IOException {
        return read(starts, ReadOptions.all());
    }

    /** The same, as those options say. */
    public Cursor read(Map<Integer, Start> starts, ReadOptions options) throws IOException {
        if (starts.isEmpty()) {
            throw new IllegalArgumentException("no partition is to be read");
        }
        List<PartitionCursor> places = new ArrayList<>();
        for (Map.Entry<Integer, Start> start : starts.entrySet()) {
            places.add(place(start.getKey(), start.getValue(), options));
        }
        return cursor(places, options.waiting());
    }

    /** A place in one of its partitions, for a cursor. */
    PartitionCursor place(int partition, Start start, ReadOptions options) throws IOException {
        return new PartitionCursor(
                partition(partition), new PartitionId(name, partition), start, options.committedOnly());
    }

    /**
     * Joins a group of members that share this topic, each with a part of its partitions; {@link Store#join} has more to say.
     *
     * @throws ErrnoException as {@link Store#join}
     */
    public GroupMember join(String group) throws IOException, InterruptedException {
        requireOpen();
        return joining.join(group, MemberSpec.topics(name));
    }

    /** What there is of each partition now, in their order. Disturbs nobody. */
    public List<PartitionStatus> describe() throws IOException {
        List<PartitionStatus> described = new ArrayList<>();
        for (int number = 0; number < spec.partitions(); number++) {
            described.add(describe(number));
        }
        return described;
    }

    /** What there is of that partition now. */
    public PartitionStatus describe(int partition) throws IOException {
        Partition opened = partition(partition);
        opened.requireThere();
        return PartitionStatus.of(partition, opened);
    }

    private synchronized Cursor cursor(List<PartitionCursor> places, Waiting waiting) throws IOException {
        requireOpen();
        Cursor cursor = new Cursor(places, waiting, this::forget);
        boolean _ = cursors.add(cursor);
        return cursor;
    }

    private synchronized void forget(Cursor cursor) {
        boolean _ = cursors.remove(cursor);
    }

    Partition partition(int number) throws IOException {
        requireOpen();
        if (number < 0 || number >= partitions.length()) {
            throw new IllegalArgumentException("partition " + number + " of " + partitions.length());
        }
        Partition open = partitions.get(number);
        return open == null ? opened(number) : open;
    }

    private synchronized Partition opened(int number) throws IOException {
        requireOpen();
        Partition partition = partitions.get(number);
        if (partition == null) {
            partition = opener.open(number);
            partitions.set(number, partition);
        }
        return partition;
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /**
     * Ends the use of it here, and that of its cursors; the topic stays. Idempotent; any thread may call it. Appends that are
     * under way end first, so a {@link TopicWriter} publishes or aborts before; what the calling thread has claimed is given up.
     */
    @Override
    public void close() throws IOException {
        List<Cursor> ended;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            ended = List.copyOf(cursors);
        }
        ended.forEach(Cursor::close); // without the monitor: they report back
        Closing closing = Closing.begin();
        for (int number = 0; number < partitions.length(); number++) {
            Partition partition = partitions.get(number);
            if (partition != null) {
                closing.close(partition);
            }
        }
        whenClosed.accept(this);
        closing.end();
    }

    /**
     * Compacts all partitions, now and as far as that may be: of the records of a key the last one stays, but for what lies in the
     * segment that is appended to, or is younger than {@link TopicSetting#MIN_COMPACTION_LAG_MILLIS}. It is done by itself when it is
     * worth while. Others append and read meanwhile; when this is killed, or fails, the log is as it was, or compacted up to somewhere.
     *
     * @throws ErrnoException {@link dev.naru.linux.Problem#NOT_COMPACTED} unless {@link TopicSpec#withCompaction} was said
     * @throws InterruptedException when the thread was interrupted meanwhile
     */
    public void compact() throws IOException, InterruptedException {
        for (int number = 0; number < spec.partitions(); number++) {
            partition(number).compact();
        }
    }

    @Override
    public String toString() {
        return "topic:" + name;
    }
}
