package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.Observer;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at a {@link Broadcast} from outside: it is opened for reading alone and stores nothing. Each counter is read once
 * while the ring goes on; they are no picture of one moment. Thread-safe.
 */
public final class BroadcastStat implements Closeable {
    private final Observer observer;

    private BroadcastStat(Observer observer) {
        this.observer = observer;
    }

    /** Of the broadcast ring of that name. */
    public static BroadcastStat open(String name) throws IOException {
        return new BroadcastStat(Observer.open(Broadcast.place(name), Kind.BROADCAST));
    }

    /** Of the broadcast ring in that file. */
    public static BroadcastStat open(Path file) throws IOException {
        return new BroadcastStat(Observer.open(Place.file(Broadcast.SCHEME, file), Kind.BROADCAST));
    }

    /** Of the broadcast ring at that address. */
    public static BroadcastStat open(Address.Ring address) throws IOException {
        return new BroadcastStat(Observer.open(Place.of(address), Kind.BROADCAST));
    }

    /**
     * What a broadcast ring shows.
     *
     * @param producer who has it open for sending
     * @param bytes of the ring
     * @param sent messages since it was made; -1 when that could not be read, as they come too fast
     * @param takeovers how often the producer's role was taken over from a dead one
     * @param position bytes that were sent, with headers and padding
     * @param readers those who have a row, dead ones too until somebody takes the row
     */
    public record Snapshot(
            Identity producer, long bytes, long sent, long takeovers, long position, List<Reader> readers) {}

    /**
     * What a row shows.
     *
     * @param reader who has it
     * @param received messages that it got
     * @param missed messages that it was too slow for
     * @param lag bytes from its place to the end; more than the ring has when it will miss some
     */
    public record Reader(Identity reader, long received, long missed, long lag) {}

    /** Reads the counters. */
    public Snapshot read() throws IOException {
        MemorySegment memory = observer.memory();
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < BroadcastLayout.rows(memory); i++) {
            long row = BroadcastLayout.row(i);
            long id = Words.getAcquire(memory, row + BroadcastLayout.ID);
            if (id != 0) {
                long position = Words.getOpaque(memory, row + BroadcastLayout.POSITION);
                long tail = Words.getAcquire(memory, BroadcastLayout.TAIL_AT);
                readers.add(new Reader(
                        observer.identity(id),
                        Words.getOpaque(memory, row + BroadcastLayout.RECEIVED),
                        Words.getOpaque(memory, row + BroadcastLayout.MISSED),
                        Math.max(0, tail - position)));
            }
        }
        long tail = Words.getAcquire(memory, BroadcastLayout.TAIL_AT);
        return new Snapshot(
                observer.identity(Words.getAcquire(memory, BroadcastLayout.PRODUCER_AT)),
                BroadcastLayout.bytes(memory),
                BroadcastLayout.sent(memory, tail),
                Words.getOpaque(memory, BroadcastLayout.TAKEOVERS_AT),
                tail,
                List.copyOf(readers));
    }

    @Override
    public void close() {
        observer.close();
    }
}
