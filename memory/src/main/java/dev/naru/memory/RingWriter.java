package dev.naru.memory;

import dev.naru.channels.MessageSender;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.memory.internal.LaneEnd;
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
    private final long tailMask;
    private final int maxMessage;
    private final Fences fences;

    /** Where the next frame begins: behind what is sent and what is staged. */
    private long end;

    /** The word of the first frame that is staged, which sends it and all behind it; 0 when none is. */
    private long first;

    private long firstPosition;

    /** How far there is room for frames, by the head that was last seen. */
    private long roomEnd;

    private long woken;
    private long sent;
    private long full;
    private long fullSince = NOTHING;
    private long wanted;

    private int claimed = NOTHING;
    private long frameAt;

    private final int lane;
    private final long formerOwner;

    /** {@code formerOwner}: the dead id that had the lane, or 0. */
    RingWriter(Member member, int lane, long formerOwner, Waiting policy, Consumer<RingEnd> whenClosed)
            throws ErrnoException {
        super(member, RingLayout.lane(lane) + RingLayout.PRODUCER, policy, whenClosed);
        this.lane = lane;
        this.formerOwner = formerOwner;
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
        this.tailMask = -RingLayout.tailStep(laneBytes);
        this.fences = new Fences(memory, words + RingLayout.BARRIER, policy);
    }

    @Override
    void takeOver() throws ErrnoException {
        long words = RingLayout.lane(lane);
        // All afresh: somebody else has had this lane.
        LaneEnd found = LaneEnd.of(memory, lane);
        this.end = found.position();
        this.sent = found.messages();
        long head = Words.getAcquire(memory, headAt);
        if (head < 0 || end < head || end - head > laneBytes) {
            throw damaged("lane %d: head %d, end %d".formatted(lane, head, end));
        }
        storeTail(end);
        this.roomEnd = roomEnd(head);
        this.woken = Words.getOpaque(memory, wokenAt);
        this.full = Words.getOpaque(memory, fullAt);
        if (formerOwner != 0) {
            long takeovers = Words.getOpaque(memory, words + RingLayout.TAKEOVERS);
            Words.setOpaque(memory, words + RingLayout.TAKEOVERS, takeovers + 1);
        }
        wakeReader(memory, end); // the former owner may have died between its commit and its wake
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
        long position = end;
        long toWrap = laneBytes - (position & mask);
        long frame = RingLayout.frame(length);
        if (frame > toWrap) {
            position += toWrap; // padding goes there
        }
        if (position + frame > roomEnd) {
            SendOutcome outcome = lookForRoom(position + frame);
            if (outcome != SendOutcome.CLAIMED) {
                return outcome;
            }
        }
        claimed = length;
        frameAt = at(position);
        return SendOutcome.CLAIMED;
    }

    private SendOutcome lookForRoom(long after) {
        try {
            return hasRoom(after) ? SendOutcome.CLAIMED : full(after);
        } catch (IllegalStateException gone) {
            var _ = closedMeanwhile(gone);
            return SendOutcome.CLOSED;
        }
    }

    private boolean hasRoom(long after) {
        if (after > roomEnd) {
            // acquire: pairs with the reader's release of the room
            roomEnd = roomEnd(Words.getAcquire(memory, headAt));
        }
        return after <= roomEnd;
    }

    /** Behind the last frame there is room for the word of the next one, which says that nothing was sent yet. */
    private long roomEnd(long head) {
        return head + laneBytes - RingLayout.FRAME_HEADER;
    }

    private long at(long position) {
        return data + (position & mask);
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
        int length = claimed;
        if (length < 0) {
            throw nothingClaimed();
        }
        if (first != 0 || frameAt != at(end)) { // others are staged, or padding goes before it
            finish(length);
            return publish();
        }
        claimed = NOTHING;
        if (!isOpen()) {
            return false;
        }
        sent++;
        return send(end, RingLayout.MESSAGE | length, end + RingLayout.frame(length));
    }

    /**
     * Finishes the claimed message and sends it with the next {@link #commit} or {@link #publish}, together with others:
     * cheaper for many small ones. When a quarter of the lane is staged, it is sent at once.
     *
     * @return false when another thread has closed the writer meanwhile: it is not sent
     * @throws IllegalStateException when nothing is claimed
     */
    public boolean stage() {
        int length = claimed;
        if (length < 0) {
            throw nothingClaimed();
        }
        finish(length);
        return end - firstPosition < maxStaged ? isOpen() : publish();
    }

    private IllegalStateException nothingClaimed() {
        return new IllegalStateException(member.target() + ": nothing is claimed");
    }

    private void finish(int length) {
        claimed = NOTHING;
        try {
            if (frameAt != at(end)) {
                long toWrap = laneBytes - (end & mask);
                put(RingLayout.PADDING | (toWrap - RingLayout.FRAME_HEADER), toWrap);
            }
            put(RingLayout.MESSAGE | length, RingLayout.frame(length));
            sent++;
        } catch (IllegalStateException gone) {
            var _ = closedMeanwhile(gone);
        }
    }

    private void put(long word, long frame) {
        if (first == 0) {
            first = word;
            firstPosition = end;
        } else {
            Words.set(memory, at(end), word); // it counts when the first does
        }
        end += frame;
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
        long word = first;
        if (word == 0) {
            return true;
        }
        first = 0;
        return send(firstPosition, word, end);
    }

    /** Sends the frames from that position on, by the word of the first. */
    private boolean send(long from, long word, long after) {
        MemorySegment shared = memory; // a local, so that its checks are made once
        try {
            Words.set(shared, at(after), 0); // nothing was sent there yet
            // release: pairs with the reader's acquire of the word
            Words.setRelease(shared, at(from), word);
        } catch (IllegalStateException gone) {
            var _ = closedMeanwhile(gone);
            return false;
        }
        end = after;
        try {
            if (((from ^ after) & tailMask) != 0) {
                storeTail(after);
            }
            wakeReader(shared, after);
        } catch (IllegalStateException gone) {
            var _ = closedMeanwhile(gone); // it is sent
        }
        return true;
    }

    private void storeTail(long tail) {
        Words.setOpaque(memory, sentAt, sent);
        // release: pairs with the acquire of who finds the end from there
        Words.setRelease(memory, tailAt, tail);
        VarHandle.storeStoreFence(); // before what is written over next: pairs with an observer's loadLoadFence
    }

    private void wakeReader(MemorySegment shared, long tail) {
        fences.afterStore(RingLayout.READER_BARRIER_AT);
        if (Words.getOpaque(shared, armedAt) > woken) {
            long _ = Words.getAndAdd(shared, RingLayout.BELL_AT, 1); // atomic: all lanes share the bell
            int _ = Futex.wake(shared, RingLayout.BELL_AT, Integer.MAX_VALUE);
            woken = tail; // after the wake: if killed before it, the next owner wakes
            Words.setOpaque(shared, wokenAt, woken);
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
        return hasRoom(wanted);
    }

    @Override
    boolean arm() {
        if (isReady()) {
            return false;
        }
        long head = roomEnd - roomEnd(0);
        Words.setOpaque(memory, roomArmedAt, head + 1);
        fences.afterArming();
        expected = (int) head; // the kernel itself compares the head
        return true;
    }

    @Override
    long futex() {
        return headAt;
    }
}
