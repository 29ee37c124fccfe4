package dev.naru.memory;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.memory.internal.LaneEnd;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.internal.Words;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
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
public final class RingWriter extends SendingEnd {
    /** A cache line, in bytes. */
    private static final long LINE = 64;

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
    private long fullSince = -1;
    private long wanted;
    private long roomArmed;
    private long fetched;

    private final RingGeometry geometry;
    private final Sleepless sleepless;
    private final int lane;
    private final long formerOwner;

    /** {@code formerOwner}: the dead id that had the lane, or 0. */
    RingWriter(
            Member member,
            RingGeometry geometry,
            int lane,
            long formerOwner,
            Waiting policy,
            Consumer<RingEnd> whenEnded)
            throws ErrnoException {
        super(member, RingLayout.lane(lane) + RingLayout.PRODUCER, geometry.maxMessage(), policy, whenEnded);
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
        this.geometry = geometry;
        this.laneBytes = geometry.laneBytes();
        this.data = geometry.data(lane);
        this.mask = laneBytes - 1;
        this.maxStaged = geometry.maxStaged();
        this.tailMask = -geometry.tailStep();
        this.sleepless = new Sleepless(memory, words + RingLayout.SLEEPLESS, policy);
    }

    @Override
    void takeOver() throws ErrnoException {
        long words = RingLayout.lane(lane);
        // All afresh: somebody else has had this lane.
        LaneEnd found = LaneEnd.of(memory, geometry, lane);
        this.end = found.position();
        this.sent = found.messages();
        long head = Words.getAcquire(memory, headAt);
        if (!geometry.isPosition(head) || !geometry.isPosition(end) || end < head || end - head > laneBytes) {
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
        sleepless.takeOver();
        wakeReader(memory, end); // the former owner may have died between its commit and its wake
    }

    @Override
    SendOutcome reserve(int length) {
        long position = end;
        long toWrap = laneBytes - (position & mask);
        long frame = RingLayout.frame(length);
        if (frame > toWrap) {
            position += toWrap; // padding goes there
        }
        long after = position + frame;
        if (after > roomEnd && !hasRoom(after)) {
            return full(after);
        }
        claimed = length;
        payloadAt = at(position) + RingLayout.FRAME_HEADER;
        return SendOutcome.CLAIMED;
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

    @Override
    void sendClaimed() {
        int length = claimed;
        claimed = NOTHING;
        if (first != 0 || isPadded()) { // others are staged, or padding goes before it
            finish(length);
            sendStaged();
        } else {
            sent++;
            send(end, RingLayout.MESSAGE | length, end + RingLayout.frame(length));
        }
    }

    /**
     * Finishes the claimed message and sends it with the next {@link #commit} or {@link #publish}, together with others:
     * cheaper for many small ones. When a quarter of the lane is staged, it is sent at once. What is staged when the writer is
     * closed is not sent.
     *
     * @throws IllegalStateException when nothing is claimed
     */
    public void stage() {
        requireClaim();
        try {
            int length = claimed;
            claimed = NOTHING;
            finish(length);
            if (end - firstPosition >= maxStaged) {
                sendStaged();
            }
        } finally {
            leave();
        }
    }

    /** Whether what is claimed does not stand at the end: padding goes before it. */
    private boolean isPadded() {
        return payloadAt != at(end) + RingLayout.FRAME_HEADER;
    }

    private void finish(int length) {
        if (isPadded()) {
            long toWrap = laneBytes - (end & mask);
            put(RingLayout.PADDING | (toWrap - RingLayout.FRAME_HEADER), toWrap);
        }
        put(RingLayout.MESSAGE | length, RingLayout.frame(length));
        sent++;
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

    /**
     * Sends what is staged.
     *
     * @return false when it was not sent, since the writer was closed meanwhile
     * @throws IllegalStateException when something is claimed, which is to be committed or aborted first
     */
    public boolean publish() {
        if (claimed != NOTHING) {
            throw new IllegalStateException(member.target() + ": something is claimed");
        }
        if (!enterBriefly()) {
            return false;
        }
        try {
            if (first != 0) {
                sendStaged();
            }
        } finally {
            leave();
        }
        return true;
    }

    private void sendStaged() {
        long word = first;
        first = 0;
        send(firstPosition, word, end);
    }

    /** Sends the frames from that position on, by the word of the first. */
    private void send(long from, long word, long after) {
        MemorySegment shared = memory; // a local, so that its checks are made once
        Words.set(shared, at(after), 0); // nothing was sent there yet
        // release: pairs with the reader's acquire of the word
        Words.setRelease(shared, at(from), word);
        end = after;
        if (((from ^ after) & tailMask) != 0) {
            storeTail(after);
        }
        wakeReader(shared, after);
        sleepless.worked(1);
        fetchLineAhead(shared, after);
    }

    /**
     * Stores in the line behind the end, where nothing is yet: so it is on its way here while the message is on its way to the
     * reader, and the next message does not wait for it.
     */
    private void fetchLineAhead(MemorySegment shared, long after) {
        long line = (after | (LINE - 1)) + 1;
        if (line != fetched && line < roomEnd) {
            fetched = line;
            Words.set(shared, at(line), 0);
        }
    }

    private void storeTail(long tail) {
        Words.setOpaque(memory, sentAt, sent);
        // release: pairs with the acquire of who finds the end from there
        Words.setRelease(memory, tailAt, tail);
        VarHandle.storeStoreFence(); // before what is written over next: pairs with an observer's loadLoadFence
    }

    private void wakeReader(MemorySegment shared, long tail) {
        if (Sleepless.mayBeAsleep(shared, RingLayout.READER_SLEEPLESS_AT) && Words.getOpaque(shared, armedAt) > woken) {
            long _ = Words.getAndAdd(shared, RingLayout.BELL_AT, 1); // atomic: all lanes share the bell
            int _ = Futex.wake(shared, RingLayout.BELL_AT, Integer.MAX_VALUE);
            woken = tail; // after the wake: if killed before it, the next owner wakes
            Words.setOpaque(shared, wokenAt, woken);
        }
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
    boolean isReady() {
        return hasRoom(wanted);
    }

    @Override
    boolean arm() {
        sleepless.beforeArming();
        if (isReady()) {
            return false;
        }
        long head = roomEnd - roomEnd(0);
        if (roomArmed != head + 1) { // else it stands, and so does the fence behind it
            roomArmed = head + 1;
            Words.setOpaque(memory, roomArmedAt, roomArmed);
            VarHandle.fullFence(); // pairs with the reader's, between its store and its look for a sleeper
        }
        expected = (int) head; // the kernel itself compares the head
        sleepless.afterArming();
        return true;
    }

    @Override
    boolean looksOften() {
        return sleepless.owes();
    }

    @Override
    long futex() {
        return headAt;
    }
}
