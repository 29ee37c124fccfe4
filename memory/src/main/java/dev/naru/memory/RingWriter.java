package dev.naru.memory;

import dev.naru.channels.MessageSender;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
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
 * Sends messages into one lane of a {@link Ring}: by copying them in, or in place.
 *
 * <pre>{@code
 * if (writer.claim(16) == SendOutcome.CLAIMED) {
 *     writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), price);
 *     writer.memory().set(ValueLayout.JAVA_LONG, writer.offset() + 8, quantity);
 *     writer.commit();
 * }
 * }</pre>
 *
 * <p>Claim, {@link #commit} and {@link #offer} make no garbage, and no system call unless the reader sleeps.
 *
 * <p>When this process dies, every committed message stays, and the one between claim and commit is lost; it holds nobody
 * up. When the reader dies, messages wait for the next one.
 *
 * <p>Used by one thread at a time: each thread takes a writer, and so a lane, of its own. Any thread may close it.
 */
public final class RingWriter extends RingEnd implements MessageSender {
    private static final int NOTHING = -1;

    private final long tailAt;
    private final long headAt;
    private final long sentAt;
    private final long fullAt;
    private final long wokenAt;
    private final long armedAt;
    private final long roomArmedAt;
    private final long data;
    private final long mask;
    private final long laneBytes;
    private final long maxStaged;
    private final int maxMessage;

    /** Where the next frame begins: the published tail, or the end of what is staged. */
    private long end;

    private long published;
    private long knownHead;
    private long woken;
    private long sent;
    private long full;
    private long fullSince = NOTHING;
    private long wanted;

    private int claimed = NOTHING;
    private long claimedEnd;
    private long frameAt;

    RingWriter(Member member, int lane, long formerOwner, Waiting policy, Consumer<RingEnd> whenClosed)
            throws ErrnoException {
        super(member, RingLayout.lane(lane) + RingLayout.PRODUCER, policy, whenClosed);
        long words = RingLayout.lane(lane);
        this.tailAt = words + RingLayout.TAIL;
        this.headAt = words + RingLayout.HEAD;
        this.sentAt = words + RingLayout.SENT;
        this.fullAt = words + RingLayout.FULL;
        this.wokenAt = words + RingLayout.WOKEN;
        this.armedAt = words + RingLayout.ARMED;
        this.roomArmedAt = words + RingLayout.ROOM_ARMED;
        this.laneBytes = RingLayout.laneBytes(memory);
        this.data = RingLayout.data(RingLayout.lanes(memory), lane, laneBytes);
        this.mask = laneBytes - 1;
        this.maxMessage = RingLayout.maxMessage(laneBytes);
        this.maxStaged = RingLayout.maxStaged(laneBytes);
        // All afresh: somebody else has had this lane.
        this.end = Words.getAcquire(memory, tailAt);
        this.published = end;
        this.knownHead = Words.getAcquire(memory, headAt);
        this.woken = Words.getOpaque(memory, wokenAt);
        this.sent = Words.getOpaque(memory, sentAt);
        this.full = Words.getOpaque(memory, fullAt);
        if (formerOwner != 0) {
            long takeovers = Words.getOpaque(memory, words + RingLayout.TAKEOVERS);
            Words.setOpaque(memory, words + RingLayout.TAKEOVERS, takeovers + 1);
        }
        wakeReader(); // the former owner may have died between its commit and its wake
    }

    @Override
    public long maxMessage() {
        return maxMessage;
    }

    /**
     * Room for a message, to be written in place at {@link #offset} of {@link #memory}.
     *
     * @param length of the payload, in bytes
     * @return {@link SendOutcome#CLAIMED}, {@link SendOutcome#BACK_PRESSURED}, {@link SendOutcome#NOT_CONNECTED} or
     *     {@link SendOutcome#CLOSED}
     * @throws IllegalArgumentException when it is longer than {@link #maxMessage}
     */
    public SendOutcome claim(int length) {
        if (length < 0 || length > maxMessage) {
            throw tooLong(length);
        }
        if (!isOpen()) {
            return SendOutcome.CLOSED;
        }
        long frame = RingLayout.frame(length);
        long position = end;
        long index = position & mask;
        long toWrap = laneBytes - index;
        long padding = frame <= toWrap ? 0 : toWrap;
        long after = position + padding + frame;
        try {
            if (after - knownHead > laneBytes) {
                // acquire: pairs with the reader's release of the room
                knownHead = Words.getAcquire(memory, headAt);
                if (after - knownHead > laneBytes) {
                    return full(after);
                }
            }
            if (padding != 0) {
                Words.set(memory, data + index, RingLayout.PADDING | (padding - RingLayout.FRAME_HEADER));
                index = 0;
            }
        } catch (IllegalStateException gone) {
            var _ = closedMeanwhile(gone);
            return SendOutcome.CLOSED;
        }
        claimed = length;
        claimedEnd = after;
        frameAt = data + index;
        return SendOutcome.CLAIMED;
    }

    private SendOutcome full(long after) {
        wanted = after;
        if (fullSince != end) { // once for each message that finds no room
            fullSince = end;
            full++;
            Words.setOpaque(memory, fullAt, full);
        }
        return Words.getOpaque(memory, RingLayout.READER_AT) == 0
                ? SendOutcome.NOT_CONNECTED
                : SendOutcome.BACK_PRESSURED;
    }

    private IllegalArgumentException tooLong(int length) {
        return new IllegalArgumentException("%s: a message has 0 to %d B, not %d; make the ring with larger lanes"
                .formatted(member.target(), maxMessage, length));
    }

    /** The memory to write a claimed message to. It stands until this is closed; write only what is claimed. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where the payload of the claimed message begins, in bytes: a multiple of 8. */
    public long offset() {
        return frameAt + RingLayout.FRAME_HEADER;
    }

    /**
     * Sends the claimed message, and all that were staged.
     *
     * @return false when another thread has closed the writer meanwhile: it is not sent
     * @throws IllegalStateException when nothing is claimed
     */
    public boolean commit() {
        finish();
        return publish();
    }

    /**
     * Finishes the claimed message and sends it with the next {@link #commit} or {@link #publish}, together with others:
     * cheaper for many small ones. When a quarter of the lane is staged, it is sent at once.
     *
     * @return false when another thread has closed the writer meanwhile: it is not sent
     * @throws IllegalStateException when nothing is claimed
     */
    public boolean stage() {
        finish();
        return end - published < maxStaged ? isOpen() : publish();
    }

    private void finish() {
        int length = claimed;
        if (length < 0) {
            throw new IllegalStateException(member.target() + ": nothing is claimed");
        }
        claimed = NOTHING;
        try {
            Words.set(memory, frameAt, length); // the mark of a message is 0
            end = claimedEnd;
            sent++;
        } catch (IllegalStateException gone) {
            var _ = closedMeanwhile(gone);
        }
    }

    /** Gives the claim back; nothing of it is sent. */
    public void abort() {
        claimed = NOTHING;
    }

    /**
     * Sends what is staged.
     *
     * @return false when another thread has closed the writer meanwhile: it is not sent
     */
    public boolean publish() {
        if (!isOpen()) {
            return false;
        }
        if (end == published) {
            return true;
        }
        try {
            Words.set(memory, sentAt, sent);
            // release: pairs with the reader's acquire of the tail
            Words.setRelease(memory, tailAt, end);
            published = end;
            wakeReader();
            return true;
        } catch (IllegalStateException gone) {
            var _ = closedMeanwhile(gone);
            return published == end;
        }
    }

    private void wakeReader() {
        VarHandle.fullFence(); // pairs with the reader's, between arming and its last look
        if (Words.getOpaque(memory, armedAt) > woken) {
            long _ = Words.getAndAdd(memory, RingLayout.BELL_AT, 1); // atomic: all lanes share the bell
            int _ = Futex.wake(memory, RingLayout.BELL_AT, Integer.MAX_VALUE);
            woken = published; // after the wake: if killed before it, the next owner wakes
            Words.setOpaque(memory, wokenAt, woken);
        }
    }

    /**
     * Copies a message in and sends it, if there is room now.
     *
     * @return {@link SendOutcome#SENT}, or why not
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
        boolean _ = send(message, Poller.NEVER);
    }

    @Override
    public boolean send(ByteBuffer message, Duration timeout) throws IOException, InterruptedException {
        return send(message, Poller.deadlineIn(timeout));
    }

    private boolean send(ByteBuffer message, long deadline) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        while (!trySend(message)) {
            if (!await(deadline)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean trySend(ByteBuffer message) throws IOException {
        return switch (claim(message.remaining())) {
            case CLAIMED -> {
                copy(message);
                if (!commit()) {
                    throw new AsynchronousCloseException();
                }
                message.position(message.limit());
                yield true;
            }
            case CLOSED -> throw new ClosedChannelException();
            default -> false;
        };
    }

    private void copy(ByteBuffer message) throws AsynchronousCloseException {
        int length = message.remaining();
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
    }

    @Override
    boolean isReady() {
        if (wanted - knownHead > laneBytes) {
            knownHead = Words.getAcquire(memory, headAt);
        }
        return wanted - knownHead <= laneBytes;
    }

    @Override
    boolean arm() {
        if (isReady()) {
            return false;
        }
        Words.setOpaque(memory, roomArmedAt, knownHead + 1);
        VarHandle.fullFence(); // pairs with the reader's, between its release of the room and its look for sleepers
        expected = (int) knownHead; // the kernel itself compares the head
        return true;
    }

    @Override
    long futex() {
        return headAt;
    }
}
