package dev.naru.memory;

import dev.naru.memory.internal.Member;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

/** The ends of one ring that are open in this process: they are closed before it. Thread-safe. */
final class RingEnds implements Closeable {
    private final Member member;

    /** Guarded by this object's monitor, as are the flags. */
    private final List<RingEnd> open = new ArrayList<>();

    private boolean closed;
    private boolean ended;

    /** {@code member} ends with the last of them. */
    RingEnds(Member member) {
        this.member = member;
    }

    /** Takes a role. */
    @FunctionalInterface
    interface Opening<T extends RingEnd> {
        /** The end that has it. */
        T open() throws IOException;
    }

    /** Opens an end, if the ring is not closed, and keeps it until it has ended. */
    synchronized <T extends RingEnd> T add(Opening<T> opening) throws IOException {
        requireOpen();
        T end = opening.open();
        try {
            end.takeOver();
        } catch (IOException | RuntimeException | Error failed) {
            end.close(); // its role is given back
            throw failed;
        }
        open.add(end);
        return end;
    }

    /** What an end calls that has ended. Idempotent. */
    void forget(RingEnd end) {
        synchronized (this) {
            boolean _ = open.remove(end);
        }
        endAfterTheLast();
    }

    synchronized void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Closes them all, and the member with the last that is at work. Idempotent. */
    @Override
    public void close() throws IOException {
        List<RingEnd> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(open);
        }
        for (RingEnd end : left) {
            end.close();
        }
        endAfterTheLast();
    }

    /** Opens no more of them, and closes the member with the last of those that are open. */
    synchronized void closeWithTheLast() {
        closed = true;
        endAfterTheLast();
    }

    private synchronized void endAfterTheLast() {
        if (closed && open.isEmpty() && !ended) {
            ended = true;
            member.close();
        }
    }
}
