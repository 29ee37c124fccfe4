package dev.naru.channels.contract;

import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.linux.testing.Task;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** How a kind of message channel is set up. All that it opens is closed with it, also after a failure. */
public abstract class MessageFixture implements Closeable {
    private final Deque<Closeable> opened = new ArrayDeque<>();

    /**
     * Both ends.
     *
     * @param sender holds a bounded number of messages that nobody receives
     * @param receiver of what it sends
     */
    public record Ends(MessageSender sender, MessageReceiver receiver) {}

    /** A new channel, both ends in this process. */
    public abstract Ends ends() throws Exception;

    /** Waits until it sleeps in the kernel, for a message or for room. */
    public abstract <T> Task<T> awaitAsleep(Task<T> task);

    /** Notes what is to be closed. */
    protected final synchronized <T extends Closeable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Closes all, the last that was opened first. */
    @Override
    public final synchronized void close() throws IOException {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
