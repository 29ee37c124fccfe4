package dev.naru.topics;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.internal.ProducerName;
import dev.naru.topics.internal.StoreId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Appends under a name that outlives the process, so that each record is there once, however often who appends is killed and begins again. In
 * each partition its records are numbered from 0 on, and the log has the number of the last one:
 *
 * <pre>{@code
 * try (Producer importer = store.producer("import")) {
 *     for (int i = importer.next(orders, 0); i < lines.size(); i++) {
 *         importer.append(orders, NewRecord.of(null, lines.get(i)).toPartition(0));
 *     }
 * }
 * }</pre>
 *
 * <p>One process at a time has a name. The numbers are the sequences of Kafka's idempotent producers, and begin again at 0 after
 * 2,147,483,647. Retention does not forget them.
 *
 * <p>Thread-safe; its appends are made one after the other.
 */
public final class Producer implements Closeable {
    private static final short EPOCH = 0; // who had the name before is dead, and cannot append late

    private final String name;
    private final StoreId store;
    private final ProducerName taken;
    private final Consumer<Producer> whenClosed;

    // Guarded by this object's monitor.
    private final Map<Place, Known> known = new HashMap<>();
    private boolean closed;

    private record Place(String topic, int partition) {}

    /** What the next number is, as long as it is appended by that handle; another may be of another topic of that name. */
    private record Known(Topic by, int next) {}

    /** Which record of which producer it is, as a batch says it. */
    record Mark(long id, short epoch, int sequence) {}

    Producer(String name, StoreId store, ProducerName taken, Consumer<Producer> whenClosed) {
        this.name = name;
        this.store = store;
        this.taken = taken;
        this.whenClosed = whenClosed;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its id, which no other producer of the store has. */
    public long id() {
        return taken.id();
    }

    /** The number that its next record gets in that partition: how many it has there, up to 2,147,483,647. */
    public synchronized int next(Topic topic, int partition) throws IOException {
        requireOpen();
        if (!topic.store().equals(store)) {
            throw new IllegalArgumentException(topic + " is in another store than " + name);
        }
        Place place = new Place(topic.name(), partition);
        Known last = known.get(place);
        if (last == null || last.by() != topic) {
            int next = after(topic.partition(partition).lastSequence(taken.id()));
            last = new Known(topic, next);
            var _ = known.put(place, last);
        }
        return last.next();
    }

    private static int after(int sequence) {
        return (sequence + 1) & Integer.MAX_VALUE;
    }

    /** Appends the next record. As {@link Topic#append(NewRecord)}. */
    public synchronized Appended append(Topic topic, NewRecord record) throws IOException, InterruptedException {
        requireOpen();
        int partition = topic.choose(record);
        return append(topic, partition, next(topic, partition), record);
    }

    /**
     * Appends the record with that number of its partition, unless it is there: then the answer is empty. So who does not know whether a
     * record was appended appends it again. A record without a key says its partition.
     *
     * @throws ErrnoException {@link Problem#OUT_OF_ORDER} when the one before it is not there
     */
    public synchronized Optional<Appended> append(Topic topic, int sequence, NewRecord record)
            throws IOException, InterruptedException {
        int partition = topic.choose(record);
        int wanted = next(topic, partition);
        int ahead = (sequence - wanted) & Integer.MAX_VALUE; // they begin again at 0
        if (ahead > Integer.MAX_VALUE / 2) {
            return Optional.empty();
        }
        if (ahead > 0) {
            throw ErrnoException.of(
                    Problem.OUT_OF_ORDER,
                    Errno.EINVAL.number(),
                    "append",
                    topic + " partition " + partition,
                    Integer.toString(wanted),
                    Integer.toString(sequence));
        }
        return Optional.of(append(topic, partition, sequence, record));
    }

    private Appended append(Topic topic, int partition, int sequence, NewRecord record)
            throws IOException, InterruptedException {
        Place place = new Place(topic.name(), partition);
        var _ = known.remove(place); // if this fails, the log says how far it came
        Appended appended = topic.append(partition, record, new Mark(taken.id(), EPOCH, sequence));
        var _ = known.put(place, new Known(topic, after(sequence)));
        return appended;
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Lets another have the name. Idempotent; any thread may call it. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            taken.close();
            whenClosed.accept(this);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
