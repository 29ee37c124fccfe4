package dev.naru.local;

import dev.naru.topics.Start;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Finds out which offset a place is, by {@code auto.offset.reset} where it is none, or one that is not there. */
record Places(Offsets offsets, Reset reset) {
    /** The offset of a place. */
    long find(TopicPartition partition, Place place) throws IOException {
        return switch (place) {
            case Place.At(long offset) -> offset;
            case Place.Named.FIRST -> offsets.first(partition);
            case Place.Named.LAST -> offsets.end(partition);
            case Place.Named.RESET ->
                offsets.of(
                        partition,
                        reset.start().orElseThrow(() -> new NoOffsetForPartitionException(Set.of(partition))));
        };
    }

    /**
     * The offset of a place, where a record can be read from.
     *
     * @throws OffsetOutOfRangeException when there is none, and the reset says nothing
     */
    long findThere(TopicPartition partition, Place place) throws IOException {
        long found = find(partition, place);
        if (!(place instanceof Place.At) || offsets.isThere(partition, found)) {
            return found;
        }
        Optional<Start> otherwise = reset.start();
        if (otherwise.isEmpty()) {
            throw new OffsetOutOfRangeException(Map.of(partition, found));
        }
        return offsets.of(partition, otherwise.get());
    }

    /** Where a cursor begins with that offset, and how it goes on when it falls behind what is kept. */
    Start start(long offset) {
        return reset.otherwise(Start.offset(offset));
    }
}
