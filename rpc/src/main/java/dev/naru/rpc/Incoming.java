package dev.naru.rpc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages that come in for one side of a call: put together from their pieces, and handed on as many as were requested. The
 * far side is granted room for what was handed on, so what waits here is bounded by the window, or else by one message.
 *
 * <p>Thread-safe. What is handed on goes to the call's {@link SerialQueue}, which is to be submitted afterwards.
 */
final class Incoming {
    /** Granting each message by itself would send a frame for each. */
    private static final long GRANT_STEP = FrameLayout.WINDOW_BYTES / 4;

    /** What the call does with what comes. */
    interface Receiver {
        /** Makes the task that hands a message on, and says then that it is {@link #taken}. */
        Runnable message(MessageInput message, boolean compressed, long cost);
    }

    private final Receiver receiver;
    private final Outgoing outgoing;
    private final SerialQueue queue;
    private final int maxMessage;

    /** Guarded by this object's monitor, as all below. */
    private int requested;

    /** The first message that nobody has requested yet. */
    private @Nullable Whole first;

    /** Those behind it; made when there is one. */
    private @Nullable ArrayDeque<Whole> others;

    /** What has come of a message of several pieces. */
    private @Nullable Partial partial;

    private long toGrant;

    /** What the far side may still send. */
    private long window = FrameLayout.WINDOW_BYTES;

    /** What comes behind all messages. */
    private @Nullable Runnable end;

    private boolean ended;
    private boolean over;

    private record Whole(MessageInput message, boolean compressed, long cost) {}

    private static final class Partial {
        private final List<MessageInput.Piece> pieces = new ArrayList<>();
        private final boolean compressed;
        private long bytes;

        /** Of it what was not counted as taken yet. */
        private long cost;

        Partial(boolean compressed) {
            this.compressed = compressed;
        }
    }

    /** {@code outgoing} is this side's, by which the far side is granted room. */
    Incoming(Receiver receiver, Outgoing outgoing, SerialQueue queue, int maxMessage) {
        this.receiver = receiver;
        this.outgoing = outgoing;
        this.queue = queue;
        this.maxMessage = maxMessage;
    }

    int maxMessage() {
        return maxMessage;
    }

    /** So many messages more are wanted. */
    synchronized void request(int count) {
        requested = requested + count < 0 ? Integer.MAX_VALUE : requested + count;
        handOn();
        takePieces();
    }

    /**
     * A piece has come, or a whole message.
     *
     * @param cost what it took of the window
     * @throws MessageTooLongException when the message is longer than it may be
     */
    synchronized void piece(byte[] bytes, int from, int flags, long cost) throws MessageTooLongException {
        if (over) {
            return;
        }
        if (ended) {
            throw new BrokenProtocolException("a message behind the end of a call");
        }
        if (cost > 0 && window <= 0) {
            throw new BrokenProtocolException("a message beyond the window");
        }
        window -= cost;
        boolean isLast = (flags & FrameLayout.MORE) == 0;
        Partial begun = partial;
        if (begun == null && isLast) {
            requireFits(bytes.length - from);
            add(new MessageInput(bytes, from), (flags & FrameLayout.COMPRESSED) != 0, cost);
            return;
        }
        if (begun == null) {
            begun = new Partial((flags & FrameLayout.COMPRESSED) != 0);
        }
        begun.bytes += bytes.length - from;
        begun.cost += cost;
        partial = null; // if it is too long
        requireFits(begun.bytes);
        begun.pieces.add(new MessageInput.Piece(bytes, from));
        if (isLast) {
            add(new MessageInput(begun.pieces), begun.compressed, begun.cost);
        } else {
            partial = begun;
            takePieces();
        }
    }

    private void requireFits(long bytes) throws MessageTooLongException {
        if (bytes > maxMessage) {
            throw new MessageTooLongException(bytes, maxMessage);
        }
    }

    /** The far side ends: this task comes behind all messages. Only the first counts. */
    synchronized void end(Runnable task) {
        if (!ended) {
            ended = true;
            end = task;
            handOn();
        }
    }

    /** The user has taken a message: there is room for another one. */
    synchronized void taken(long cost) {
        grant(cost);
    }

    /** The last message has not come in full. */
    synchronized boolean isInMessage() {
        return partial != null;
    }

    /** Nothing more is handed on. */
    synchronized void drop() {
        over = true;
        ended = true;
        end = null;
        partial = null;
        first = null;
        others = null;
    }

    private void add(MessageInput message, boolean compressed, long cost) {
        if (requested > 0) { // then none waits
            requested--;
            queue.add(receiver.message(message, compressed, cost));
            return;
        }
        Whole unrequested = new Whole(message, compressed, cost);
        if (first == null) {
            first = unrequested;
            return;
        }
        ArrayDeque<Whole> behind = others;
        if (behind == null) {
            behind = new ArrayDeque<>();
            others = behind;
        }
        behind.add(unrequested);
    }

    private void handOn() {
        for (Whole next = first; requested > 0 && next != null; next = first) {
            first = others == null ? null : others.poll();
            requested--;
            queue.add(receiver.message(next.message, next.compressed, next.cost));
        }
        if (first == null && end != null) {
            queue.add(end);
            end = null;
        }
    }

    /** The pieces of a message that is wanted count as taken: else one that is longer than the window would never come. */
    private void takePieces() {
        Partial begun = partial;
        if (begun != null && requested > 0) {
            long taken = begun.cost;
            begun.cost = 0;
            grant(taken);
        }
    }

    private void grant(long cost) {
        toGrant += cost;
        if (toGrant >= GRANT_STEP && !ended) {
            long granted = toGrant;
            toGrant = 0;
            window += granted;
            outgoing.giveRoom(granted);
        }
    }
}
