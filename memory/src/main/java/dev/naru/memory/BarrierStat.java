package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.memory.internal.BarrierLayout;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.Observer;
import dev.naru.memory.internal.SharedFile;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at a {@link SharedBarrier} from outside: it is opened for reading alone, takes no id in it and stores nothing.
 * Thread-safe.
 */
public final class BarrierStat implements Closeable {
    private final Observer observer;

    private BarrierStat(Observer observer) {
        this.observer = observer;
    }

    /** Of the barrier at that address. */
    public static BarrierStat open(Address.Barrier address) throws IOException {
        return new BarrierStat(Observer.open(SharedFile.Place.of(address), Kind.BARRIER));
    }

    /**
     * What a barrier shows at one moment.
     *
     * @param parties how many have to arrive
     * @param phase how many phases are over, broken ones too
     * @param places who has a place; a dead one until somebody notices
     * @param brokenBy who died, {@link Identity#NOBODY} when it is whole
     * @param waitedFor whether somebody may be waiting
     */
    public record Snapshot(int parties, long phase, List<Place> places, Identity brokenBy, boolean waitedFor) {
        /** Keeps a copy of the list. */
        public Snapshot {
            places = List.copyOf(places);
        }
    }

    /**
     * A party.
     *
     * @param who it is
     * @param arrived whether it has arrived in this phase
     */
    public record Place(Identity who, boolean arrived) {}

    /** Reads the words. */
    public Snapshot read() throws IOException {
        MemorySegment memory = observer.memory();
        int parties = BarrierLayout.parties(memory);
        long word = Words.getAcquire(memory, BarrierLayout.PHASE_AT);
        long phase = BarrierLayout.phase(word);
        List<Place> places = new ArrayList<>();
        for (int row = 0; row < parties; row++) {
            long id = Words.getAcquire(memory, BarrierLayout.idAt(row));
            if (id != 0) {
                boolean arrived = Words.getAcquire(memory, BarrierLayout.arrivedAt(row)) == phase + 1;
                places.add(new Place(observer.identity(id), arrived));
            }
        }
        boolean broken = (word & BarrierLayout.BROKEN) != 0;
        return new Snapshot(
                parties,
                phase,
                places,
                broken ? observer.identity(Words.getAcquire(memory, BarrierLayout.BROKEN_BY_AT)) : Identity.NOBODY,
                (word & BarrierLayout.WAITED) != 0);
    }

    @Override
    public void close() {
        observer.close();
    }
}
