package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.Observer;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;

/**
 * Looks at a {@link SharedLock} from outside: it is opened for reading alone, takes no id in it and stores nothing.
 * Thread-safe.
 */
public final class LockStat implements Closeable {
    private final Observer observer;

    private LockStat(Observer observer) {
        this.observer = observer;
    }

    /** Of the lock at that address. */
    public static LockStat open(Address.Lock address) throws IOException {
        return new LockStat(Observer.open(Place.of(address), Kind.LOCK));
    }

    /**
     * What a lock shows at one moment.
     *
     * @param holder who has it; a dead one until somebody takes it over
     * @param waitedFor whether somebody may be waiting for it
     * @param dirty whether its last owner said that what it guards may be half changed
     */
    public record Snapshot(Identity holder, boolean waitedFor, boolean dirty) {}

    /** Reads the word. */
    public Snapshot read() throws IOException {
        long word = Words.getAcquire(observer.memory(), LockLayout.WORD_AT);
        return new Snapshot(
                observer.identity(LockLayout.owner(word)),
                (word & LockLayout.WAITED) != 0,
                (word & LockLayout.DIRTY) != 0);
    }

    @Override
    public void close() {
        observer.close();
    }
}
