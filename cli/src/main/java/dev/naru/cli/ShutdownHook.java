package dev.naru.cli;

import java.io.Closeable;

/** What is to be done if a signal ends the process, until it is closed: no {@code finally} runs then. */
public final class ShutdownHook implements Closeable {
    private final Thread thread;

    private ShutdownHook(Runnable action) {
        this.thread = Thread.ofPlatform().unstarted(action);
    }

    /** Throws when the signal was faster; then it is done at once. */
    public static ShutdownHook register(Runnable action) throws InterruptedException {
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
