package dev.naru.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

/** The ends of one ring that are open in this process: they are closed before it. Thread-safe. */
final class RingEnds {
    /** Guarded by this object's monitor, as is {@link #closed}. */
    private final List<RingEnd> open = new ArrayList<>();

    private boolean closed;

    /** Takes a role. */
    @FunctionalInterface
    interface Opening<T extends RingEnd> {
        /** The end that has it. */
        T open() throws IOException;
    }

    /** Opens an end, if the ring is not closed, and keeps it until it is closed or {@link #forget forgotten}. */
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

    /** What an end calls that was closed. */
    synchronized void forget(RingEnd end) {
        boolean _ = open.remove(end);
    }

    synchronized void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Closes them all, and then that of which they are the ends. Idempotent. */
    void close(Closeable ring) throws IOException {
        List<RingEnd> left;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            left = List.copyOf(open);
        }
        for (RingEnd end : left) {
            end.close();
        }
        ring.close();
    }
}
