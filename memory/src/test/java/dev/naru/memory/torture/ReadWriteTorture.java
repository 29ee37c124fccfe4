package dev.naru.memory.torture;

import dev.naru.memory.LockOutcome;
import dev.naru.memory.SharedReadWriteLock;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Readers and writers of one lock that are killed at any moment. What it guards are two words that are equal, except while
 * a writer changes them.
 */
public final class ReadWriteTorture {
    static final int ERROR = 0;
    static final int FIRST = 1;
    static final int SECOND = 2;
    static final int DIED = 3;
    static final int READS = 4;
    static final int LONGEST_WAIT = 5;
    static final int TURNS_OF = 16;

    private ReadWriteTorture() {}

    /** Arguments: lock, journal, number of this life, {@code sound}, {@code no-repair} or {@code no-lock}, where readers do not lock. */
    static final class Party {
        private Party() {}

        public static void main(String[] arguments) throws Exception {
            int life = Integer.parseInt(arguments[2]);
            boolean repairs = !arguments[3].equals("no-repair");
            boolean readersLock = !arguments[3].equals("no-lock");
            try (SharedReadWriteLock lock = SharedReadWriteLock.open(Path.of(arguments[0]));
                    Journal journal = Journal.open(Path.of(arguments[1]))) {
                for (long turn = 1; ; turn++) {
                    boolean writes = ThreadLocalRandom.current().nextInt(4) == 0;
                    boolean locks = writes || readersLock;
                    long begin = System.nanoTime();
                    LockOutcome outcome = LockOutcome.ACQUIRED;
                    if (locks) {
                        outcome = writes ? lock.lockWrite() : lock.lockRead();
                    }
                    journal.raise(LONGEST_WAIT, System.nanoTime() - begin);
                    if (outcome == LockOutcome.OWNER_DIED && repairs) {
                        journal.count(DIED);
                        journal.set(SECOND, journal.get(FIRST));
                    }
                    look(journal);
                    if (writes) {
                        change(journal);
                    } else {
                        journal.count(READS);
                    }
                    if (locks) {
                        lock.unlock();
                    }
                    journal.set(TURNS_OF + life, turn);
                }
            }
        }

        private static void look(Journal journal) {
            long first = journal.get(FIRST);
            pause();
            if (journal.get(SECOND) != first) {
                journal.set(ERROR, 1);
            }
        }

        private static void change(Journal journal) {
            journal.set(FIRST, journal.get(FIRST) + 1);
            pause();
            journal.set(SECOND, journal.get(SECOND) + 1);
        }

        private static void pause() {
            for (int i = ThreadLocalRandom.current().nextInt(50); i > 0; i--) {
                Thread.onSpinWait();
            }
        }
    }
}
