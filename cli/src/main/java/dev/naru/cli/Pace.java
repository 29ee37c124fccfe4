package dev.naru.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A clock, and how its moments are waited for. */
interface Pace {
    /** The clock of this JVM: {@link System#nanoTime}. */
    Pace REAL = new Pace() {
        // a thread that sleeps wakes so much too late; the rest of the time it looks at the clock
        private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

        @Override
        public long now() {
            return System.nanoTime();
        }

        @Override
        public void await(long moment) throws InterruptedException {
            for (long left = moment - now(); left > 0; left = moment - now()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (left > SPIN_NANOS) {
                    LockSupport.parkNanos(left - SPIN_NANOS);
                } else {
                    Thread.onSpinWait();
                }
            }
        }
    };

    /** In nanoseconds since some moment. */
    long now();

    /** Waits until it is that moment or later; not at all when it is past. */
    void await(long moment) throws InterruptedException;
}
