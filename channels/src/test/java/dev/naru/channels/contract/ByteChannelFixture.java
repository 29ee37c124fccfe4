package dev.naru.channels.contract;

import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import dev.naru.linux.testing.Peer;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * How a kind of byte channel is set up between this process and foreign ones. All that it opens is closed with it, also
 * after a failure.
 */
public abstract class ByteChannelFixture implements Closeable {
    private final Deque<Closeable> opened = new ArrayDeque<>();

    /**
     * Our end that reads.
     *
     * @param channel ours
     * @param peers each has the end that writes open
     */
    public record Inbound(InputChannel channel, List<Peer> peers) {
        /** The first. */
        public Peer peer() {
            return peers.getFirst();
        }
    }

    /**
     * Our end that writes.
     *
     * @param channel ours
     * @param peer has the end that reads open
     * @param others each has another end that writes open
     */
    public record Outbound(OutputChannel channel, Peer peer, List<Peer> others) {}

    /**
     * Both ends in this process.
     *
     * @param reader reads
     * @param writer what this wrote
     */
    public record Loopback(InputChannel reader, OutputChannel writer) {}

    /** A peer writes, and we read. */
    public final Inbound inbound() throws Exception {
        return inbound(1);
    }

    /** So many peers write, and we read. */
    public abstract Inbound inbound(int writers) throws Exception;

    /** We write, and a peer reads. */
    public final Outbound outbound() throws Exception {
        return outbound(0);
    }

    /** We and so many peers write, and another peer reads. */
    public abstract Outbound outbound(int otherWriters) throws Exception;

    /** We write, and we read. */
    public abstract Loopback loopback() throws Exception;

    /**
     * Whether a write fails as soon as nobody will read. Otherwise, over TCP, only after the far side has answered to one, and how it
     * says so depends on who is quicker.
     */
    public boolean refusesAtOnce() {
        return true;
    }

    /** Notes what is to be closed. */
    protected final synchronized <T extends Closeable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Closes all, the last that was opened first. */
    @Override
    public final synchronized void close() throws IOException {
        IOException first = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (IOException failed) {
                first = first == null ? failed : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
