package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.LaneEnd;
import dev.naru.memory.internal.Observer;
import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at a {@link Ring} from outside: it is opened for reading alone, takes no role in it and stores nothing.
 *
 * <p>The counters of a lane are each read once, one after the other, while the ring goes on; they are no picture of one
 * moment. Thread-safe.
 */
public final class RingStat implements Closeable {
    private final Observer observer;
    private final RingGeometry geometry;

    private RingStat(Observer observer) {
        this.observer = observer;
        this.geometry = RingGeometry.of(observer.memory());
    }

    /** Of the ring of that name. */
    public static RingStat open(String name) throws IOException {
        return new RingStat(Observer.open(Place.named(Ring.SCHEME, name), Kind.RING));
    }

    /** Of the ring in that file. */
    public static RingStat open(Path file) throws IOException {
        return new RingStat(Observer.open(Place.file(Ring.SCHEME, file), Kind.RING));
    }

    /** Of the ring at that address. */
    public static RingStat open(Address.Ring address) throws IOException {
        return new RingStat(Observer.open(Place.of(address), Kind.RING));
    }

    /**
     * What a ring shows.
     *
     * @param reader who has it open for receiving
     * @param laneBytes of each lane
     * @param lanes all, also those that nobody has
     */
    public record Snapshot(Identity reader, long laneBytes, List<Lane> lanes) {}

    /**
     * What a lane shows.
     *
     * @param producer who has it
     * @param sent messages that were sent since the ring was made
     * @param received messages that were handled
     * @param full messages that found no room at first
     * @param takeovers how often it was taken over from a dead producer: each may have lost the message it had not committed
     * @param position bytes that were sent, with headers and padding
     * @param lag bytes that wait to be received
     */
    public record Lane(
            Identity producer, long sent, long received, long full, long takeovers, long position, long lag) {}

    /** Reads the counters. */
    public Snapshot read() throws IOException {
        MemorySegment memory = observer.memory();
        List<Lane> lanes = new ArrayList<>();
        for (int lane = 0; lane < geometry.lanes(); lane++) {
            long words = RingLayout.lane(lane);
            long head = Words.getAcquire(memory, words + RingLayout.HEAD); // first: the end is never behind it
            LaneEnd end = LaneEnd.of(memory, geometry, lane);
            lanes.add(new Lane(
                    observer.identity(Words.getOpaque(memory, words + RingLayout.PRODUCER)),
                    end.messages(),
                    Words.getOpaque(memory, words + RingLayout.RECEIVED),
                    Words.getOpaque(memory, words + RingLayout.FULL),
                    Words.getOpaque(memory, words + RingLayout.TAKEOVERS),
                    end.position(),
                    Math.clamp(end.position() - head, 0, geometry.laneBytes())));
        }
        Identity reader = observer.identity(Words.getOpaque(memory, RingLayout.READER_AT));
        return new Snapshot(reader, geometry.laneBytes(), List.copyOf(lanes));
    }

    @Override
    public void close() {
        observer.close();
    }
}
