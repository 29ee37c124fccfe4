package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.memory.internal.EventLayout;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.Observer;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;

/**
 * Looks at a {@link SharedEvent} from outside: it is opened for reading alone, takes no id in it and stores nothing.
 * Thread-safe.
 */
public final class EventStat implements Closeable {
    private final Observer observer;

    private EventStat(Observer observer) {
        this.observer = observer;
    }

    /** Of the event at that address. */
    public static EventStat open(Address.Event address) throws IOException {
        return new EventStat(Observer.open(Place.of(address), Kind.EVENT));
    }

    /**
     * What an event shows at one moment.
     *
     * @param set whether it is set
     * @param times how often it was set
     * @param waitedFor whether somebody may be waiting for it
     */
    public record Snapshot(boolean set, long times, boolean waitedFor) {}

    /** Reads the word. */
    public Snapshot read() {
        long word = Words.getAcquire(observer.memory(), EventLayout.WORD_AT);
        return new Snapshot((word & EventLayout.SET) != 0, EventLayout.times(word), (word & EventLayout.WAITED) != 0);
    }

    @Override
    public void close() {
        observer.close();
    }
}
