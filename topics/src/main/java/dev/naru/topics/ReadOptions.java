package dev.naru.topics;

import dev.naru.memory.Waiting;

/**
 * How a topic is read: {@code orders.read(Start.earliest(), ReadOptions.committed())}.
 *
 * @param waiting what a cursor does while there is nothing
 * @param committedOnly whether records of transactions come only when those are committed, and none that lies behind an open
 *     one (Kafka's {@code isolation.level=read_committed}); else all come, also of transactions that were aborted
 */
public record ReadOptions(Waiting waiting, boolean committedOnly) {
    /** Every record; waits as is usual. */
    public static ReadOptions all() {
        return new ReadOptions(Waiting.adaptive(), false);
    }

    /** No record of a transaction that is open or was aborted; waits as is usual. */
    public static ReadOptions committed() {
        return new ReadOptions(Waiting.adaptive(), true);
    }

    /** The same, which waits as told. */
    public ReadOptions withWaiting(Waiting how) {
        return new ReadOptions(how, committedOnly);
    }
}
