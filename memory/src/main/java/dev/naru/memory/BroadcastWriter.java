package dev.naru.memory;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.internal.Words;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
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
public final class BroadcastWriter extends SendingEnd {
    private final long data;
    private final long bytes;
    private final long formerOwner;
    private long tail;
    private long intent;
    private long sequence;
    private long woken;

    private long claimedEnd;
    private long frameStart;

    BroadcastWriter(Member member, long formerOwner, Consumer<RingEnd> whenEnded) throws ErrnoException {
        super(member, BroadcastLayout.PRODUCER_AT, maxMessage(member), Waiting.park(), whenEnded);
        this.bytes = BroadcastLayout.bytes(memory);
        this.data = BroadcastLayout.data(BroadcastLayout.rows(memory));
        this.formerOwner = formerOwner;
    }

    @Override
    void takeOver() throws ErrnoException {
        // All afresh: another has sent here, and may have died in a claim.
        this.tail = Words.getAcquire(memory, BroadcastLayout.TAIL_AT);
        this.intent = Words.getAcquire(memory, BroadcastLayout.INTENT_AT);
        this.sequence = BroadcastLayout.sent(memory, tail);
        if (sequence < 0) { // nobody else sends here: this is how it was left
            throw damaged("tail %d, intent %d".formatted(tail, intent));
        }
        this.woken = Words.getOpaque(memory, BroadcastLayout.WOKEN_AT);
        if (formerOwner != 0) {
            long takeovers = Words.getOpaque(memory, BroadcastLayout.TAKEOVERS_AT);
            Words.setOpaque(memory, BroadcastLayout.TAKEOVERS_AT, takeovers + 1);
        }
        wakeReaders(); // the former owner may have died between its commit and its wake
    }

    private static int maxMessage(Member member) {
        return BroadcastLayout.maxMessage(BroadcastLayout.bytes(member.memory()));
    }

    @Override
    SendOutcome reserve(int length) {
        long frame = BroadcastLayout.frame(length);
        long index = tail & (bytes - 1);
        long toWrap = bytes - index;
        long padding = frame <= toWrap ? 0 : toWrap;
        long after = tail + padding + frame;
        if (after > intent) { // never lowered: bytes of a longer claim, given up, may lie ahead
            intent = after;
            Words.setOpaque(memory, BroadcastLayout.INTENT_AT, after);
        }
        VarHandle.storeStoreFence(); // pairs with the readers' loadLoadFence
        if (padding != 0) {
            Words.set(memory, data + index, RingLayout.PADDING | (padding - BroadcastLayout.PADDING_HEADER));
            index = 0;
        }
        claimed = length;
        claimedEnd = after;
        frameStart = tail + padding;
        payloadAt = data + index + BroadcastLayout.FRAME_HEADER;
        return SendOutcome.CLAIMED;
    }

    @Override
    void sendClaimed() {
        long frameAt = payloadAt - BroadcastLayout.FRAME_HEADER;
        Words.set(memory, frameAt, claimed); // the mark of a message is 0
        Words.set(memory, frameAt + BroadcastLayout.SEQUENCE, sequence);
        claimed = NOTHING;
        tail = claimedEnd;
        sequence++;
        // release: pairs with the readers' acquire of the tail
        Words.setRelease(memory, BroadcastLayout.TAIL_AT, claimedEnd);
        Words.setRelease(memory, BroadcastLayout.LATEST_AT, frameStart);
        wakeReaders();
    }

    private void wakeReaders() {
        VarHandle.fullFence(); // pairs with the readers', between arming and their sleep
        if (Words.getOpaque(memory, BroadcastLayout.ARMED_AT) > woken) {
            int _ = Futex.wake(memory, BroadcastLayout.TAIL_AT, Integer.MAX_VALUE);
            woken = tail; // after the wake: if killed before it, the next producer wakes
            Words.setOpaque(memory, BroadcastLayout.WOKEN_AT, woken);
        }
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
