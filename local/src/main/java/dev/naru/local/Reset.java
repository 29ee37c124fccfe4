package dev.naru.local;

import dev.naru.topics.Start;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;

/** {@code auto.offset.reset}: where to go on when no offset is known, or the one that is known is not there. */
record Reset(AutoOffsetResetStrategy strategy) {
    /** From what the configuration says, which was checked. */
    static Reset of(String setting) {
        return new Reset(AutoOffsetResetStrategy.fromString(setting));
    }

    /** Where to go on; empty when that is an error. */
    Optional<Start> start() {
        return switch (strategy.type()) {
            case EARLIEST -> Optional.of(Start.earliest());
            case LATEST -> Optional.of(Start.latest());
            case BY_DURATION ->
                Optional.of(Start.at(Instant.now().minus(strategy.duration().orElse(Duration.ZERO))));
            case NONE -> Optional.empty();
        };
    }

    /** Where a cursor or a member goes on by itself; empty when it cannot be told so. */
    Optional<Start> startOfCursor() {
        return switch (strategy.type()) {
            case EARLIEST, LATEST -> start();
            case BY_DURATION, NONE -> Optional.empty();
        };
    }

    /** The same start, by which a cursor goes on by itself when it falls behind, if it can be told how. */
    Start otherwise(Start start) {
        return switch (strategy.type()) {
            case EARLIEST -> start.orEarliest();
            case LATEST -> start.orLatest();
            case BY_DURATION, NONE -> start;
        };
    }
}
