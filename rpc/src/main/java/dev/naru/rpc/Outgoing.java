package dev.naru.rpc;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The messages that one side of a call sends, as fast as the other side grants room. It never waits: what is beyond the window is
 * kept, and {@link #isReady} says that it is so, as gRPC's flow control wants.
 *
 * <p>Thread-safe.
 */
final class Outgoing {
    /** What every connection takes, whatever the size of its rings. */
    static final int LEAST_PIECE = 8_000;

    /** Larger ones would fill the caches of both sides. */
    static final int MOST_PIECE = 64 << 10;

    /** Guarded by this object's monitor, as all below. Null before the call has a connection. */
    private @Nullable Outbox outbox;

    private int call;

    /** The call's beginning is sent, and messages may be. */
    private boolean begun;

    private long window;

    /** Frames that wait; made when there is one, since most calls have none. */
    private @Nullable ArrayDeque<Kept> kept;

    /** Somebody was told that it is not ready. */
    private boolean blocked = true;

    private boolean closing;
    private boolean dropped;

    /** What of it has changed, and somebody is to be told. */
    enum Change {
        NONE,
        /** It was not ready, and is. */
        READY,
        /** All that was kept is sent, and the end of the call too. */
        CLOSED
    }

    /** A frame that waits. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Kept(byte type, int flags, Outbox.@Nullable Head head, byte[] body, long cost) {}

    /** The call is going to begin on that connection: what is urgent goes there from now on. */
    synchronized void open(Outbox connection, int number) {
        outbox = connection;
        call = number;
    }

    /**
     * Its beginning is sent.
     *
     * @param spent what that took of the window
     */
    synchronized Change begin(long spent) {
        begun = true;
        window += FrameLayout.WINDOW_BYTES - spent; // some may be granted already
        return flush();
    }

    /** The longest piece of a message, in bytes: before there is a connection, one that any takes. */
    synchronized int maxPiece() {
        return outbox == null || !begun ? LEAST_PIECE : Math.min(MOST_PIECE, outbox.maxFrame() - FrameLayout.HEADER);
    }

    /** A message, or a piece of one; a copy is made of what has to be kept, unless the whole array is given away. */
    synchronized void message(int flags, byte[] body, int from, int length, boolean givenAway) {
        if (dropped) {
            return;
        }
        long cost = FrameLayout.cost(length);
        if (outbox != null && begun && isKeptEmpty() && window > 0) {
            window -= cost;
            boolean _ = outbox.send(call, FrameLayout.MESSAGE, flags, null, body, from, length);
        } else {
            byte[] own = givenAway ? body : Arrays.copyOfRange(body, from, from + length);
            keep(new Kept(FrameLayout.MESSAGE, flags, null, own, cost));
        }
    }

    /** What is no message, behind all messages. False when it is too long, and nothing is kept or sent. */
    synchronized boolean control(byte type, int flags, Outbox.@Nullable Head head, byte[] body) {
        if (dropped) {
            return true;
        }
        if (outbox != null && begun && isKeptEmpty()) {
            return outbox.send(call, type, flags, head, body, 0, body.length);
        }
        keep(new Kept(type, flags, head, body, 0));
        return true;
    }

    /** At once, ahead of what is kept. */
    synchronized void urgent(byte type, Outbox.Head head) {
        if (outbox != null) {
            boolean _ = outbox.send(call, type, 0, head, Outbox.NOTHING, 0, 0);
        }
    }

    /** Tells the far side that this one has room for so many bytes more. */
    void giveRoom(long bytes) {
        urgent(FrameLayout.WINDOW, out -> out.putLong(bytes));
    }

    /** The far side has room for so many bytes more. */
    synchronized Change grant(long bytes) {
        if (bytes <= 0 || bytes > FrameLayout.WINDOW_BYTES - window) {
            throw new BrokenProtocolException("a window of " + window + " B and " + bytes + " more");
        }
        window += bytes;
        return flush();
    }

    /** Sends what there is room for. */
    private Change flush() {
        Outbox connection = outbox;
        if (connection == null || !begun || dropped) {
            return Change.NONE;
        }
        boolean hadSome = !isKeptEmpty();
        for (Kept next = first(); next != null && (next.cost == 0 || window > 0); next = first()) {
            window -= next.cost;
            boolean _ = connection.send(call, next.type, next.flags, next.head, next.body, 0, next.body.length);
            removeFirst();
        }
        if (!isKeptEmpty()) {
            return Change.NONE;
        }
        if (closing) {
            return hadSome ? Change.CLOSED : Change.NONE;
        }
        boolean ready = blocked && window > 0;
        blocked &= !ready;
        return ready ? Change.READY : Change.NONE;
    }

    /** As {@link #control}, and nothing comes after it. True when it was sent; else it is kept, and {@link Change#CLOSED} tells when not any more. */
    synchronized boolean close(byte type, int flags, Outbox.@Nullable Head head, byte[] body) {
        closing = true;
        boolean _ = control(type, flags, head, body);
        return isKeptEmpty();
    }

    synchronized boolean isReady() {
        boolean ready = begun && !dropped && isKeptEmpty() && window > 0;
        blocked |= !ready;
        return ready;
    }

    /** The call is over: nothing more is sent. */
    synchronized void drop() {
        dropped = true;
        kept = null;
    }

    private boolean isKeptEmpty() {
        return kept == null || kept.isEmpty();
    }

    private void keep(Kept frame) {
        ArrayDeque<Kept> frames = kept;
        if (frames == null) {
            frames = new ArrayDeque<>();
            kept = frames;
        }
        frames.add(frame);
    }

    private @Nullable Kept first() {
        return kept == null ? null : kept.peek();
    }

    private void removeFirst() {
        if (kept != null) {
            Kept _ = kept.poll();
        }
    }
}
