package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.Observer;
import dev.naru.memory.internal.ReadWriteLockLayout;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at a {@link SharedReadWriteLock} from outside: it is opened for reading alone, takes no id in it and stores nothing.
 * Thread-safe.
 */
public final class ReadWriteLockStat implements Closeable {
    private final Observer observer;

    private ReadWriteLockStat(Observer observer) {
        this.observer = observer;
    }

    /** Of the read-write lock at that address. */
    public static ReadWriteLockStat open(Address.ReadWriteLock address) throws IOException {
        return new ReadWriteLockStat(Observer.open(Place.of(address), Kind.READ_WRITE_LOCK));
    }

    /**
     * What a read-write lock shows at one moment.
     *
     * @param writer who changes something, or waits for the readers to leave, or repairs; a dead one until somebody follows
     * @param readers who reads, once for each thread; dead ones until a writer comes
     * @param waitedFor whether somebody may be waiting for the writer or for a reader
     * @param dirty whether its last writer said that what it guards may be half changed
     */
    public record Snapshot(Identity writer, List<Identity> readers, boolean waitedFor, boolean dirty) {
        /** Keeps a copy of the list. */
        public Snapshot {
            readers = List.copyOf(readers);
        }
    }

    /** Reads the words. */
    public Snapshot read() throws IOException {
        MemorySegment memory = observer.memory();
        long word = Words.getAcquire(memory, ReadWriteLockLayout.WORD_AT);
        long marks = word;
        List<Identity> readers = new ArrayList<>();
        for (int row = 0; row < ReadWriteLockLayout.ROWS; row++) {
            long reader = Words.getAcquire(memory, ReadWriteLockLayout.rowAt(row));
            if (LockLayout.owner(reader) != 0) {
                readers.add(observer.identity(LockLayout.owner(reader)));
                marks |= reader & LockLayout.WAITED;
            }
        }
        return new Snapshot(
                observer.identity(LockLayout.owner(word)),
                readers,
                (marks & LockLayout.WAITED) != 0,
                (word & LockLayout.DIRTY) != 0);
    }

    @Override
    public void close() {
        observer.close();
    }
}
