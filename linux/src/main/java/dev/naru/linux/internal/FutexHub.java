package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where virtual threads wait for words: a daemon thread sleeps in futex_waitv(2) on their words and on a control word, and
 * unparks whose word was woken or has changed. Those who wait for the same word share a place; when all places of a hub
 * are taken, another hub is started. Where the kernel lets a thread wait for one word only, a hub has one place, and
 * looks at its control word every {@link #SLICE_NANOS}.
 *
 * <p>One wake of the kernel unparks all who share the word, since nobody knows how many were meant. Between two sleeps of
 * the hub its words are not watched, and of several that are woken at once the kernel names the last: a value that changed
 * is seen all the same, a wake that left it as it was is not.
 */
public final class FutexHub {
    /** How long a wait for one word lasts before the waiter looks around. */
    public static final long SLICE_NANOS = 10_000_000;

    /** How many hubs there may be: each is a thread of the machine. */
    public static final int MOST_HUBS = 1024;

    /** The places in {@link #waits}. The control word is named when it alone was woken. */
    private static final int CONTROL = 0;

    private static final int FIRST_WORD = 1;

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    /** The hubs of one kind. */
    private static final class Hubs {
        private final boolean vectored;

        /** Guarded by this object's monitor. */
        private final List<FutexHub> hubs = new ArrayList<>();

        Hubs(boolean vectored) {
            this.vectored = vectored;
        }
    }

    private static final Hubs VECTORED = new Hubs(true);
    private static final Hubs SLICED = new Hubs(false);

    private final Hubs siblings;
    private final int mostWords;
    private final MemorySegment waits;
    private final MemorySegment control = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
    private final MemorySegment slice;

    /** In the order of {@link #waits}; guarded by this object's monitor. */
    private final List<Word> words = new ArrayList<>();

    private FutexHub(Hubs siblings) {
        this.siblings = siblings;
        this.mostWords = siblings.vectored ? FutexCalls.MOST_WORDS - 1 : 1;
        Arena arena = Arena.ofAuto();
        this.waits = arena.allocate(FutexCalls.SIZEOF_WAIT * (mostWords + 1), Long.BYTES);
        this.slice = arena.allocate(Timespec.SIZEOF, Long.BYTES);
        Timespec.set(slice, SLICE_NANOS);
    }

    /** A word that somebody waits for. */
    private static final class Word {
        private final long address;
        private final List<Sleeper> sleepers = new ArrayList<>(1);

        Word(long address) {
            this.address = address;
        }
    }

    /** A virtual thread that waits. */
    public static final class Sleeper extends Waiter {
        private final Thread thread = Thread.currentThread();
        private final MemorySegment memory;
        private final long offset;
        private final int expected;
        private volatile boolean woken;

        /** For the calling thread, which waits as long as the word has that value. */
        public Sleeper(MemorySegment memory, long offset, int expected) {
            this.memory = memory;
            this.offset = offset;
            this.expected = expected;
        }

        /** Whether the word was woken, or had another value, since the wait began. */
        public boolean isWoken() {
            return woken;
        }

        private long address() {
            return memory.address() + offset;
        }

        /** Whether the word has another value now. */
        public boolean hasChanged() {
            return (int) INT.getVolatile(memory, offset) != expected;
        }

        private void wakeUp() {
            woken = true;
            wake();
        }

        @Override
        public void wake() {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Begins a wait, to be ended by {@link #deregister} before the memory goes. Null when there are {@link #MOST_HUBS}
     * already, and all are full.
     *
     * @param vectored whether futex_waitv may be used
     */
    public static @Nullable FutexHub register(Sleeper sleeper, boolean vectored) {
        Hubs siblings = vectored ? VECTORED : SLICED;
        synchronized (siblings) {
            for (FutexHub hub : siblings.hubs) {
                if (hub.accept(sleeper)) {
                    return hub;
                }
            }
            if (siblings.hubs.size() == MOST_HUBS) {
                return null;
            }
            FutexHub hub = new FutexHub(siblings);
            var _ = hub.accept(sleeper);
            siblings.hubs.add(hub);
            Thread.ofPlatform().daemon().name("naru-futex").start(hub::run);
            return hub;
        }
    }

    private synchronized boolean accept(Sleeper sleeper) {
        long address = sleeper.address();
        for (Word word : words) {
            if (word.address == address) {
                word.sleepers.add(sleeper);
                lookAgain(); // it may expect another value than those who wait there already
                return true;
            }
        }
        if (words.size() == mostWords) {
            return false;
        }
        Word word = new Word(address);
        word.sleepers.add(sleeper);
        words.add(word);
        lookAgain();
        return true;
    }

    /** Ends a wait, however it went. From then on, this hub leaves the memory alone. */
    public synchronized void deregister(Sleeper sleeper) {
        long address = sleeper.address();
        for (Iterator<Word> each = words.iterator(); each.hasNext(); ) {
            Word word = each.next();
            if (word.address == address && word.sleepers.remove(sleeper)) {
                if (word.sleepers.isEmpty()) {
                    each.remove();
                }
                return;
            }
        }
    }

    private void lookAgain() {
        int _ = (int) INT.getAndAdd(control, 0L, 1);
        int _ = FutexCalls.wakePrivate(control.address(), 1);
    }

    private void run() {
        while (true) {
            int seen = (int) INT.getVolatile(control, 0L);
            List<Word> watched = prepare(seen);
            if (watched.isEmpty()) {
                if (retire()) {
                    return;
                }
                boolean _ = FutexCalls.waitPrivate(control.address(), seen);
            } else {
                Word woken = sleep(watched);
                if (woken != null) {
                    wakeUp(woken);
                }
            }
        }
    }

    /** Unparks those whose word has changed, and names the other words to the kernel. */
    private synchronized List<Word> prepare(int seen) {
        for (Iterator<Word> each = words.iterator(); each.hasNext(); ) {
            Word word = each.next();
            word.sleepers.removeIf(sleeper -> {
                boolean changed = sleeper.hasChanged();
                if (changed) {
                    sleeper.wakeUp();
                }
                return changed;
            });
            if (word.sleepers.isEmpty()) {
                each.remove();
            }
        }
        setWait(CONTROL, control.address(), seen, Constants.FUTEX2_PRIVATE);
        int index = FIRST_WORD;
        for (Word word : words) {
            setWait(index++, word.address, word.sleepers.getFirst().expected, 0);
        }
        return List.copyOf(words);
    }

    private void setWait(int index, long address, int expected, int flags) {
        long at = index * FutexCalls.SIZEOF_WAIT;
        waits.set(ValueLayout.JAVA_LONG, at + FutexCalls.WAIT_VALUE, Integer.toUnsignedLong(expected));
        waits.set(ValueLayout.JAVA_LONG, at + FutexCalls.WAIT_ADDRESS, address);
        waits.set(ValueLayout.JAVA_INT, at + FutexCalls.WAIT_FLAGS, Constants.FUTEX2_SIZE_U32 | flags);
    }

    /** The word that was woken; null when it was the control word, or none. */
    private @Nullable Word sleep(List<Word> watched) {
        if (!siblings.vectored) {
            Word word = watched.getFirst();
            long value = FIRST_WORD * FutexCalls.SIZEOF_WAIT + FutexCalls.WAIT_VALUE;
            int expected = (int) waits.get(ValueLayout.JAVA_LONG, value);
            return FutexCalls.wait(word.address, expected, slice) ? word : null;
        }
        int woken = FutexCalls.waitv(waits, watched.size() + 1, MemorySegment.NULL);
        return woken >= FIRST_WORD ? watched.get(woken - FIRST_WORD) : null;
    }

    private synchronized void wakeUp(Word word) {
        if (words.remove(word)) {
            word.sleepers.forEach(Sleeper::wakeUp);
        } else {
            int _ = FutexCalls.wake(word.address, 1); // it was for us, and we have gone: the next one's
        }
    }

    /** Ends this hub's life when it has no work and is not the only one. */
    private boolean retire() {
        synchronized (siblings) {
            synchronized (this) {
                return words.isEmpty() && siblings.hubs.size() > 1 && siblings.hubs.remove(this);
            }
        }
    }
}
