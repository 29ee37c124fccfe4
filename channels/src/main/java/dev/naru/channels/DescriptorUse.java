package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;

/**
 * How a descriptor is used by calls that stay usable: while one is under way the number stays its own, a close by another thread ends a wait, and
 * an interrupt leaves all as it was.
 */
final class DescriptorUse {
    private DescriptorUse() {}

    /** What is asked of a descriptor without waiting. */
    interface Question<T> {
        T ask(Descriptor descriptor) throws IOException;
    }

    /** What is told to a descriptor without waiting. */
    interface Step {
        void go(Descriptor descriptor) throws IOException;
    }

    static <T> T ask(Descriptor descriptor, Question<T> question) throws IOException {
        if (!descriptor.enter()) {
            throw new ClosedChannelException();
        }
        try {
            return question.ask(descriptor);
        } finally {
            descriptor.leave();
        }
    }

    static void tell(Descriptor descriptor, Step step) throws IOException {
        boolean _ = ask(descriptor, used -> {
            step.go(used);
            return true;
        });
    }

    /** Before a call that may wait: an interrupt that came earlier ends it too. */
    static void requireUninterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Waits; false when the deadline passed. */
    static boolean await(Descriptor descriptor, Interest interest, long deadline)
            throws IOException, InterruptedException {
        if (!descriptor.enter()) {
            throw new ClosedChannelException();
        }
        try {
            return switch (Poller.await(descriptor, interest, deadline)) {
                case READY -> true;
                case TIMED_OUT -> false;
                case INTERRUPTED -> {
                    boolean _ = Thread.interrupted();
                    throw new InterruptedException();
                }
                case CLOSED -> throw new AsynchronousCloseException();
            };
        } finally {
            descriptor.leave();
        }
    }

    /** A try that does not wait; empty when it has to be made again. */
    interface Attempt<T> {
        Optional<T> make() throws IOException;
    }

    /** Tries until it succeeds, waiting for the descriptor in between; empty when the deadline passed. */
    static <T> Optional<T> retry(Descriptor descriptor, Interest interest, long deadline, Attempt<T> attempt)
            throws IOException, InterruptedException {
        requireUninterrupted();
        Optional<T> made = attempt.make();
        while (made.isEmpty() && !Poller.isOver(deadline) && await(descriptor, interest, deadline)) {
            made = attempt.make();
        }
        return made;
    }
}
