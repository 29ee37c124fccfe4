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
 * unparks whose word was woken or has changed. Those who wait for the same value of the same word share a place; when all
 * places of a hub are taken, another hub is started. Where the kernel lets a thread wait for one word only, a hub has one
 * place, and looks at its control word every {@link #SLICE_NANOS}.
 *
 * <p>A hub never touches a word: it knows addresses, and the kernel looks. Whose file was cut or whose arena was closed is
 * told to look itself, and its fault is its own; a fault in the hub would be that of all who sleep in it.
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

    /** Run by each hub before it sleeps; a test kills hubs so. */
    static volatile Runnable beforeSleep = () -> {};

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

    /** Whether the last sleep failed and a newcomer was taken for the reason. The hub's thread alone touches it. */
    private boolean blamedNewcomer;

    private FutexHub(Hubs siblings) {
        this.siblings = siblings;
        this.mostWords = siblings.vectored ? FutexCalls.MOST_WORDS - 1 : 1;
        Arena arena = Arena.ofAuto();
        this.waits = arena.allocate(FutexCalls.SIZEOF_WAIT * (mostWords + 1), Long.BYTES);
        this.slice = arena.allocate(Timespec.SIZEOF, Long.BYTES);
        Timespec.set(slice, SLICE_NANOS);
    }

    /** A word that somebody waits for, with the value that it had. */
    private static final class Word {
        private final long address;
        private final int expected;
        private final List<Sleeper> sleepers = new ArrayList<>(1);

        Word(Sleeper first) {
            this.address = first.address;
            this.expected = first.expected;
            sleepers.add(first);
        }

        boolean isOf(Sleeper sleeper) {
            return address == sleeper.address && expected == sleeper.expected;
        }
    }

    /** A virtual thread that waits. */
    public static final class Sleeper extends Waiter {
        private final Thread thread = Thread.currentThread();
        private final long address;
        private final int expected;
        private volatile boolean woken;

        /** For the calling thread, which waits as long as the word has that value. */
        public Sleeper(long address, int expected) {
            this.address = address;
            this.expected = expected;
        }

        /** Whether the word has another value now, or is gone. */
        public boolean hasChanged() {
            return !FutexCalls.has(address, expected);
        }

        /** Whether the word was woken, had another value, or was gone, since the wait began: it has to be looked at. */
        public boolean isWoken() {
            return woken;
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
            Thread.ofPlatform().daemon().name("naru-futex").start(hub::run); // throws where no thread can be had
            siblings.hubs.add(hub);
            return hub;
        }
    }

    private synchronized boolean accept(Sleeper sleeper) {
        for (Word word : words) {
            if (word.isOf(sleeper)) {
                word.sleepers.add(sleeper);
                lookAgain(); // the word may have changed since the hub fell asleep
                return true;
            }
        }
        if (words.size() == mostWords) {
            return false;
        }
        words.add(new Word(sleeper));
        lookAgain();
        return true;
    }

    /** Ends a wait, however it went. */
    public synchronized void deregister(Sleeper sleeper) {
        for (Iterator<Word> each = words.iterator(); each.hasNext(); ) {
            Word word = each.next();
            if (word.isOf(sleeper) && word.sleepers.remove(sleeper)) {
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

    private int control() {
        return (int) INT.getVolatile(control, 0L);
    }

    private void run() {
        try {
            while (true) {
                int seen = control();
                List<Word> watched = name(seen);
                if (!watched.isEmpty()) {
                    watch(watched, seen);
                } else if (retire()) {
                    return;
                } else {
                    boolean _ = FutexCalls.waitPrivate(control.address(), seen, MemorySegment.NULL);
                }
            }
        } finally {
            abandon();
        }
    }

    /** Names the words to the kernel. */
    private synchronized List<Word> name(int seen) {
        setWait(CONTROL, control.address(), seen, Constants.FUTEX2_PRIVATE);
        int index = FIRST_WORD;
        for (Word word : words) {
            setWait(index++, word.address, word.expected, 0);
        }
        return List.copyOf(words);
    }

    private void setWait(int index, long address, int expected, int flags) {
        long at = index * FutexCalls.SIZEOF_WAIT;
        waits.set(ValueLayout.JAVA_LONG, at + FutexCalls.WAIT_VALUE, Integer.toUnsignedLong(expected));
        waits.set(ValueLayout.JAVA_LONG, at + FutexCalls.WAIT_ADDRESS, address);
        waits.set(ValueLayout.JAVA_INT, at + FutexCalls.WAIT_FLAGS, Constants.FUTEX2_SIZE_U32 | flags);
    }

    private void watch(List<Word> watched, int seen) {
        beforeSleep.run();
        int answer = sleep(watched);
        if (answer == -Constants.EAGAIN && control() != seen && !blamedNewcomer) {
            blamedNewcomer = true; // most likely it was the control word alone; if not, the next sleep fails too
            return;
        }
        blamedNewcomer = false;
        if (answer >= FIRST_WORD) {
            wakeAll(watched.get(answer - FIRST_WORD).address);
        } else if (answer == -Constants.EAGAIN || answer == -Constants.EFAULT) {
            search(watched);
        } else if (answer < 0 && answer != -Constants.EINTR) { // no memory, a filter since: we cannot but look around
            boolean _ = FutexCalls.waitPrivate(control.address(), seen, slice);
            search(watched);
        }
    }

    /** The place that was woken, or the negated errno for which nobody slept: EAGAIN when some word has changed. */
    private int sleep(List<Word> watched) {
        if (siblings.vectored) {
            return FutexCalls.waitAny(waits, watched.size() + 1);
        }
        Word word = watched.getFirst();
        return FutexCalls.wait(word.address, word.expected, slice) ? FIRST_WORD : -Constants.EAGAIN;
    }

    /** Unparks those for whose words the kernel did not sleep. It does not say which, and a look at each is a call. */
    private void search(List<Word> watched) {
        for (Word word : watched) {
            if (!FutexCalls.has(word.address, word.expected)) {
                unpark(word);
            }
        }
    }

    /** Unparks all who wait for that word, whatever value they expect. */
    private synchronized void wakeAll(long address) {
        boolean found = false;
        for (int i = words.size() - 1; i >= 0; i--) {
            Word word = words.get(i);
            if (word.address == address) {
                unpark(word);
                found = true;
            }
        }
        if (!found) {
            int _ = FutexCalls.wake(address, 1); // it was for us, and we have gone: the next one's
        }
    }

    /** Only then the word goes: if this fails, {@link #abandon} has them still. */
    private synchronized void unpark(Word word) {
        word.sleepers.forEach(Sleeper::wakeUp);
        var _ = words.remove(word);
    }

    /** Ends this hub's life when it has no work and is not the only one. */
    private boolean retire() {
        synchronized (siblings) {
            synchronized (this) {
                return words.isEmpty() && siblings.hubs.size() > 1 && siblings.hubs.remove(this);
            }
        }
    }

    /** However this hub ended, nobody sleeps on in it, and nobody registers any more. */
    private void abandon() {
        synchronized (siblings) {
            synchronized (this) {
                var _ = siblings.hubs.remove(this);
                for (int i = 0; i < words.size(); i++) { // no iterator: it may have ended for want of memory
                    words.get(i).sleepers.forEach(Sleeper::wakeUp);
                }
                words.clear();
            }
        }
    }
}
