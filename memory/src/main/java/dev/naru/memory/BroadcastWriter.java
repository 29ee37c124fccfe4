package dev.naru.memory;

import dev.naru.channels.MessageSender;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.internal.Words;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The one producer of a {@link Broadcast}. It never waits: who reads too slowly misses messages.
 *
 * <p>Claim, {@link #commit} and {@link #offer} make no garbage, and no system call unless a reader sleeps. When this process
 * dies, the message between claim and commit is lost, and the next producer goes on after the last committed one.
 *
 * <p>Used by one thread at a time; any thread may close it.
 */
public final class BroadcastWriter extends RingEnd implements MessageSender {
    private static final int NOTHING = -1;

    private final long data;
    private final long bytes;
    private final int maxMessage;
    private long tail;
    private long intent;
    private long sequence;
    private long woken;

    private int claimed = NOTHING;
    private long claimedEnd;
    private long frameStart;
    private long frameAt;

    BroadcastWriter(Member member, long formerOwner, Consumer<RingEnd> whenClosed) throws ErrnoException {
        super(member, BroadcastLayout.PRODUCER_AT, Waiting.park(), whenClosed);
        this.bytes = BroadcastLayout.bytes(memory);
        this.data = BroadcastLayout.data(BroadcastLayout.rows(memory));
        this.maxMessage = BroadcastLayout.maxMessage(bytes);
        // All afresh: another has sent here, and may have died in a claim.
        this.tail = Words.getAcquire(memory, BroadcastLayout.TAIL_AT);
        this.intent = Words.getAcquire(memory, BroadcastLayout.INTENT_AT);
        this.sequence = BroadcastLayout.sent(memory, tail);
        this.woken = Words.getOpaque(memory, BroadcastLayout.WOKEN_AT);
        if (formerOwner != 0) {
            long takeovers = Words.getOpaque(memory, BroadcastLayout.TAKEOVERS_AT);
            Words.setOpaque(memory, BroadcastLayout.TAKEOVERS_AT, takeovers + 1);
        }
        wakeReaders(); // the former owner may have died between its commit and its wake
    }

    @Override
    public long maxMessage() {
        return maxMessage;
    }

    /**
     * Room for a message, to be written in place at {@link #offset} of {@link #memory}. There always is.
     *
     * @param length of the payload, in bytes
     * @return {@link SendOutcome#CLAIMED} or {@link SendOutcome#CLOSED}
     * @throws IllegalArgumentException when it is longer than {@link #maxMessage}
     */
    public SendOutcome claim(int length) {
        if (length < 0 || length > maxMessage) {
            throw new IllegalArgumentException("%s: a message has 0 to %d B, not %d; make the ring larger"
                    .formatted(member.target(), maxMessage, length));
        }
        if (!isOpen()) {
            return SendOutcome.CLOSED;
        }
        long frame = BroadcastLayout.frame(length);
        long index = tail & (bytes - 1);
        long toWrap = bytes - index;
        long padding = frame <= toWrap ? 0 : toWrap;
        long after = tail + padding + frame;
        try {
            if (after > intent) { // never lowered: bytes of a longer claim, given up, may lie ahead
                intent = after;
                Words.setOpaque(memory, BroadcastLayout.INTENT_AT, after);
            }
            VarHandle.storeStoreFence(); // pairs with the readers' loadLoadFence
            if (padding != 0) {
                Words.set(memory, data + index, RingLayout.PADDING | (padding - BroadcastLayout.PADDING_HEADER));
                index = 0;
            }
        } catch (IllegalStateException gone) {
            var _ = closedMeanwhile(gone);
            return SendOutcome.CLOSED;
        }
        claimed = length;
        claimedEnd = after;
        frameStart = tail + padding;
        frameAt = data + index;
        return SendOutcome.CLAIMED;
    }

    /** The memory to write a claimed message to. It stands until this is closed; write only what is claimed. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where the payload of the claimed message begins, in bytes: a multiple of 8. */
    public long offset() {
        return frameAt + BroadcastLayout.FRAME_HEADER;
    }

    /** Gives the claim back; nothing of it is sent. */
    public void abort() {
        claimed = NOTHING;
    }

    /**
     * Sends the claimed message.
     *
     * @return false when another thread has closed the writer meanwhile: it is not sent
     * @throws IllegalStateException when nothing is claimed
     */
    public boolean commit() {
        int length = claimed;
        if (length < 0) {
            throw new IllegalStateException(member.target() + ": nothing is claimed");
        }
        claimed = NOTHING;
        boolean sent = false;
        try {
            Words.set(memory, frameAt, length); // the mark of a message is 0
            Words.set(memory, frameAt + BroadcastLayout.SEQUENCE, sequence);
            // release: pairs with the readers' acquire of the tail
            Words.setRelease(memory, BroadcastLayout.TAIL_AT, claimedEnd);
            sent = true;
            tail = claimedEnd;
            sequence++;
            Words.setRelease(memory, BroadcastLayout.LATEST_AT, frameStart);
            wakeReaders();
        } catch (IllegalStateException gone) {
            var _ = closedMeanwhile(gone);
        }
        return sent;
    }

    private void wakeReaders() {
        VarHandle.fullFence(); // pairs with the readers', between arming and their sleep
        if (Words.getOpaque(memory, BroadcastLayout.ARMED_AT) > woken) {
            int _ = Futex.wake(memory, BroadcastLayout.TAIL_AT, Integer.MAX_VALUE);
            woken = tail; // after the wake: if killed before it, the next producer wakes
            Words.setOpaque(memory, BroadcastLayout.WOKEN_AT, woken);
        }
    }

    /**
     * Copies a message in and sends it.
     *
     * @return {@link SendOutcome#SENT} or {@link SendOutcome#CLOSED}
     * @throws IllegalArgumentException when it is longer than {@link #maxMessage}
     */
    public SendOutcome offer(MemorySegment source, long offset, int length) {
        SendOutcome outcome = claim(length);
        if (outcome != SendOutcome.CLAIMED) {
            return outcome;
        }
        try {
            MemorySegment.copy(source, offset, memory, offset(), length);
        } catch (IllegalStateException gone) {
            abort();
            var _ = closedMeanwhile(gone);
            return SendOutcome.CLOSED;
        }
        return commit() ? SendOutcome.SENT : SendOutcome.CLOSED;
    }

    @Override
    public void send(ByteBuffer message) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean _ = trySend(message);
    }

    /** As {@link #send(ByteBuffer)}: it never waits. */
    @Override
    public boolean send(ByteBuffer message, Duration timeout) throws IOException, InterruptedException {
        send(message);
        return true;
    }

    @Override
    public boolean trySend(ByteBuffer message) throws IOException {
        int length = message.remaining();
        if (claim(length) != SendOutcome.CLAIMED) {
            throw new ClosedChannelException();
        }
        try {
            if (message.hasArray()) {
                int from = message.arrayOffset() + message.position();
                MemorySegment.copy(message.array(), from, memory, ValueLayout.JAVA_BYTE, offset(), length);
            } else {
                MemorySegment.copy(MemorySegment.ofBuffer(message), 0, memory, offset(), length);
            }
        } catch (IllegalStateException gone) {
            abort();
            throw closedMeanwhile(gone);
        }
        if (!commit()) {
            throw new AsynchronousCloseException();
        }
        message.position(message.limit());
        return true;
    }

    @Override
    boolean isReady() {
        return true; // it never waits
    }

    @Override
    boolean arm() {
        return false;
    }

    @Override
    long futex() {
        return BroadcastLayout.TAIL_AT;
    }
}
