package dev.naru.topics;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.internal.ProducerName;
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
    private final ProducerName taken;
    private final Consumer<Producer> whenClosed;

    // Guarded by this object's monitor.
    private final Map<Place, Integer> next = new HashMap<>();
    private boolean closed;

    private record Place(Topic topic, int partition) {}

    /** Which record of which producer it is, as a batch says it. */
    record Mark(long id, short epoch, int sequence) {}

    Producer(String name, ProducerName taken, Consumer<Producer> whenClosed) {
        this.name = name;
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
        Place place = new Place(topic, partition);
        Integer known = next.get(place);
        if (known == null) {
            known = (topic.partition(partition).lastSequence(taken.id()) + 1) & Integer.MAX_VALUE;
            var _ = next.put(place, known);
        }
        return known;
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
        if (sequence < wanted) {
            return Optional.empty();
        }
        if (sequence > wanted) {
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
        Place place = new Place(topic, partition);
        var _ = next.remove(place); // if this fails, the log says how far it came
        Appended appended = topic.append(partition, record, new Mark(taken.id(), EPOCH, sequence));
        var _ = next.put(place, (sequence + 1) & Integer.MAX_VALUE);
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
