package dev.naru.channels.contract;

import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
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

    /** A new channel, both ends in this process. What each waits for is seen as a sleep by {@link #isFutex}. */
    public abstract Ends ends() throws Exception;

    /** Whether it sleeps for a word of memory, and not in the poller. */
    public abstract boolean isFutex();

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
