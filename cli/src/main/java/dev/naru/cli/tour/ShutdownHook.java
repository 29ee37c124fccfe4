package dev.naru.cli.tour;

import java.io.Closeable;

/** What is to be done if a signal ends the tour, until it is closed: no {@code finally} runs then. */
final class ShutdownHook implements Closeable {
    private final Thread thread;

    private ShutdownHook(Runnable action) {
        this.thread = Thread.ofPlatform().unstarted(action);
    }

    /** Throws when the signal was faster; then it is done at once. */
    static ShutdownHook register(Runnable action) throws InterruptedException {
        ShutdownHook hook = new ShutdownHook(action);
        try {
            Runtime.getRuntime().addShutdownHook(hook.thread);
        } catch (IllegalStateException shuttingDown) {
            action.run();
            throw new InterruptedException();
        }
        return hook;
    }

    @Override
    public void close() {
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException shuttingDown) {
            // it runs, or has run
        }
    }
}
