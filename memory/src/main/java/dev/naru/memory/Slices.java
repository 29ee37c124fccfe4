package dev.naru.memory;

import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.linux.Sleepers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.TimeUnit;

/** Sleeps at a word that end after a while in any case: whoever was to wake the sleeper may have been killed first. */
final class Slices {
    /** How long a sleep lasts at most. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private Slices() {}

    /**
     * Sleeps while the low half of the word is that of what was seen, for a slice at most.
     *
     * @param at where the word is, in bytes
     * @param deadline in the time of {@link System#nanoTime}, or {@link Poller#NEVER}
     * @return whether there is time left: look again
     * @throws InterruptedException when the thread was interrupted
     * @throws AsynchronousCloseException when the sleepers were closed
     */
    static boolean sleep(MemorySegment memory, long at, long seen, long deadline, Sleepers sleepers)
            throws IOException, InterruptedException {
        long slice = Math.min(SLICE_NANOS, deadline == Poller.NEVER ? SLICE_NANOS : deadline - System.nanoTime());
        return switch (Futex.await(memory, at, (int) seen, System.nanoTime() + slice, sleepers)) {
            case INTERRUPTED -> {
                boolean _ = Thread.interrupted();
                throw new InterruptedException();
            }
            case CLOSED -> throw new AsynchronousCloseException();
            case TIMED_OUT -> !Poller.isOver(deadline);
            case WOKEN -> true;
        };
    }
}
