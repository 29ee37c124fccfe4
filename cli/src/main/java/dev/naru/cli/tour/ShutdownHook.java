package dev.naru.cli.tour;

import java.io.Closeable;

/** What is to be done if a signal ends the tour, until it is closed: no {@code finally} runs then. */
final class ShutdownHook implements Closeable {
    private final Thread thread;

    private ShutdownHook(Runnable action) {
        this.thread = Thread.ofPlatform().unstarted(action);
    }

    static ShutdownHook register(Runnable action) {
        ShutdownHook hook = new ShutdownHook(action);
        Runtime.getRuntime().addShutdownHook(hook.thread);
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
