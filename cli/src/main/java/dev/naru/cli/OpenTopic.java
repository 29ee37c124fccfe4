package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A topic that is open, with its store.
 *
 * @param address with its store
 */
record OpenTopic(Address.Topic address, Store store, Topic topic) implements Closeable {
    static OpenTopic open(Address.Topic address, Path usual) throws IOException {
        Address.Topic whole = address.orIn(usual);
        Store store = Store.open(folder(whole));
        try {
            return new OpenTopic(whole, store, store.open(whole.name()));
        } catch (IOException | RuntimeException refused) {
            store.close();
            throw refused;
        }
    }

    /** The store of an address that has one. */
    static Path folder(Address.Topic whole) {
        return Objects.requireNonNull(whole.store());
    }

    /** That partition, which must be there; all of them when none is named. */
    List<Integer> partitions(@Nullable Integer only) throws ErrnoException {
        int count = topic.spec().partitions();
        if (only == null) {
            return IntStream.range(0, count).boxed().toList();
        }
        requirePartition(only);
        return List.of(only);
    }

    void requirePartition(int number) throws ErrnoException {
        int count = topic.spec().partitions();
        if (number < 0 || number >= count) {
            throw ErrnoException.of(
                    Problem.NO_PARTITION,
                    Errno.UNKNOWN.number(),
                    "",
                    address.toString(),
                    count == 1 ? "partition 0 alone" : "partitions 0 to " + (count - 1),
                    "partition " + number);
        }
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
