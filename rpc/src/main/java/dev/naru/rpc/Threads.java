package dev.naru.rpc;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Where callbacks run if nothing else is said, and how what was opened ends. */
final class Threads {
    private static final Thread.Builder.OfVirtual CALL = Thread.ofVirtual().name("naru-rpc-call");

    /** A virtual thread for what is told of a call, as long as there is something: it may wait. */
    static final Executor A_CALL_EACH = CALL::start;

    private Threads() {}

    /** Waits for the end. */
    interface Termination {
        boolean await(long timeout, TimeUnit unit) throws InterruptedException;
    }

    /** Waits for the end of what was shut down already, and after that time, or when interrupted, ends it by force. */
    static void closeWithin(Duration grace, Termination termination, Runnable force) {
        boolean interrupted = false;
        try {
            if (termination.await(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException stop) {
            interrupted = true;
        }
        force.run();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
