package dev.naru.cli;

import dev.naru.linux.ChildProcess;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Signal;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs under a lock or with a permit. When a signal ends us, it is asked to end too, and we wait: what it has is held so
 * long.
 */
final class GuardedChild {
    private final Thread hook = Thread.ofPlatform().unstarted(this::endWithUs);
    private final CountDownLatch givenBack = new CountDownLatch(1);
    private @Nullable ChildProcess child;
    private boolean ending;

    /** The hook stands before the command starts: a signal may come as soon as it does. */
    synchronized ChildProcess start(dev.naru.channels.Command command) throws IOException, InterruptedException {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            ending = true;
        }
        if (ending) {
            throw new InterruptedException();
        }
        ChildProcess started = command.start();
        child = started;
        return started;
    }

    void ended() {
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // it runs, or has run
        }
    }

    void gaveBack() {
        givenBack.countDown();
    }

    private void endWithUs() {
        ChildProcess running = end();
        if (running != null) {
            try {
                boolean _ = running.send(Signal.SIGTERM);
                var _ = running.onExit().join();
                givenBack.await(); // by the thread that has it: else it would look as if we had been killed
            } catch (ErrnoException refused) {
                // another user's by now: it keeps the lock by itself
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized @Nullable ChildProcess end() {
        ending = true;
        return child;
    }
}
