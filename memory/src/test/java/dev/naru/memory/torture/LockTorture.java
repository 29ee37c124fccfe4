package dev.naru.memory.torture;

import dev.naru.memory.LockOutcome;
import dev.naru.memory.SharedLock;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Owners of one lock that are killed at any moment. What it guards are two words that are equal, except in the middle of a
 * section, and a word for who is inside.
 */
public final class LockTorture {
    static final int ERROR = 0;
    static final int FIRST = 1;
    static final int SECOND = 2;
    static final int INSIDE = 3;
    static final int DIED = 4;
    static final int LONGEST_WAIT = 5;
    static final int SECTIONS_OF = 16;

    private LockTorture() {}

    /** What goes wrong. */
    enum Fault {
        NONE(0),
        /** Two were inside at once. */
        NOT_EXCLUSIVE(1),
        /** Half changed, and nobody was told. */
        NOT_TOLD(2);

        private final int number;

        Fault(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static Fault of(long number) {
            for (Fault fault : values()) {
                if (fault.number == number) {
                    return fault;
                }
            }
            throw new AssertionError(number);
        }
    }

    /** Arguments: lock, journal, number of this life, {@code sound}, {@code no-repair} or {@code no-lock}. */
    static final class Owner {
        private Owner() {}

        public static void main(String[] arguments) throws Exception {
            int life = Integer.parseInt(arguments[2]);
            boolean repairs = !arguments[3].equals("no-repair");
            boolean locks = !arguments[3].equals("no-lock");
            try (SharedLock lock = SharedLock.open(Path.of(arguments[0]));
                    Journal journal = Journal.open(Path.of(arguments[1]))) {
                for (long section = 1; ; section++) {
                    long begin = System.nanoTime();
                    LockOutcome outcome = locks ? lock.lock() : LockOutcome.ACQUIRED;
                    journal.raise(LONGEST_WAIT, System.nanoTime() - begin);
                    section(journal, life, repairs && outcome == LockOutcome.OWNER_DIED);
                    if (locks) {
                        lock.unlock();
                    }
                    journal.set(SECTIONS_OF + life, section);
                }
            }
        }

        private static void section(Journal journal, int life, boolean repair) {
            if (repair) {
                journal.count(DIED);
                journal.set(SECOND, journal.get(FIRST));
            } else if (journal.get(FIRST) != journal.get(SECOND)) {
                journal.set(ERROR, Fault.NOT_TOLD.number());
            }
            journal.set(INSIDE, life);
            journal.set(FIRST, journal.get(FIRST) + 1);
            for (int i = ThreadLocalRandom.current().nextInt(50); i > 0; i--) {
                Thread.onSpinWait();
            }
            journal.set(SECOND, journal.get(SECOND) + 1);
            if (journal.get(INSIDE) != life) {
                journal.set(ERROR, Fault.NOT_EXCLUSIVE.number());
            }
        }
    }
}
