package dev.naru.memory;

import dev.naru.channels.MessageSender;
import dev.naru.linux.ErrnoException;
import dev.naru.memory.internal.Member;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.function.Consumer;

/** The end of a ring that writes: claims, and the friendly forms that are made of them. */
abstract sealed class SendingEnd extends RingEnd implements MessageSender permits RingWriter, BroadcastWriter {
    static final int NOTHING = -1;

    /** The length of the message that is claimed. */
    int claimed = NOTHING;

    /** Where its payload goes. */
    long payloadAt;

    private final int maxMessage;

    SendingEnd(Member member, long role, int maxMessage, Waiting policy, Consumer<RingEnd> whenEnded)
            throws ErrnoException {
        super(member, role, policy, whenEnded);
        this.maxMessage = maxMessage;
    }

    /** Finds room, and sets what is claimed and where; else says why not. */
    abstract SendOutcome reserve(int length);

    /** Sends what is claimed, which it is no more then. */
    abstract void sendClaimed();

    @Override
    public final long maxMessage() {
        return maxMessage;
    }

    /**
     * Room for a message, to be written in place at {@link #offset} of {@link #memory}. A claim that was open is given back.
     *
     * @param length of the payload, in bytes
     * @return {@link SendOutcome#CLAIMED}, or why not
     * @throws IllegalArgumentException when it is longer than {@link #maxMessage}
     */
    public final SendOutcome claim(int length) {
        requireFits(length);
        claimed = NOTHING;
        if (!enter()) {
            return SendOutcome.CLOSED;
        }
        SendOutcome outcome = SendOutcome.CLOSED;
        try {
            outcome = reserve(length);
        } finally {
            if (outcome != SendOutcome.CLAIMED) {
                leave();
            }
        }
        return outcome;
    }

    private void requireFits(int length) {
        if (length < 0 || length > maxMessage) {
            throw new IllegalArgumentException("%s: a message has 0 to %d B, not %d; make the ring larger"
                    .formatted(member.target(), maxMessage, length));
        }
    }

    /** The memory to write a claimed message to. It stands as long as the claim; write only what is claimed. */
    public final MemorySegment memory() {
        return memory;
    }

    /** Where the payload of the claimed message begins, in bytes: a multiple of 8. */
    public final long offset() {
        return payloadAt;
    }

    /**
     * Sends the claimed message. A claim stands: it is sent also when another thread has closed the writer meanwhile.
     *
     * @throws IllegalStateException when nothing is claimed
     */
    public final void commit() {
        requireClaim();
        try {
            sendClaimed();
        } finally {
            leave();
        }
    }

    final void requireClaim() {
        if (claimed < 0) {
            throw new IllegalStateException(member.target() + ": nothing is claimed");
        }
    }

    /** Gives the claim back; nothing of it is sent. */
    public final void abort() {
        if (claimed != NOTHING) {
            claimed = NOTHING;
            leave();
        }
    }

    /**
     * Copies a message in and sends it, if there is room now.
     *
     * @return {@link SendOutcome#SENT}, or why not
     * @throws IllegalArgumentException when it is longer than {@link #maxMessage}
     */
    public final SendOutcome offer(MemorySegment source, long offset, int length) {
        requireFits(length);
        claimed = NOTHING;
        if (!enterBriefly()) {
            return SendOutcome.CLOSED;
        }
        try {
            SendOutcome outcome = reserve(length);
            if (outcome != SendOutcome.CLAIMED) {
                return outcome;
            }
            MemorySegment.copy(source, offset, memory, payloadAt, length);
            sendClaimed();
            return SendOutcome.SENT;
        } finally {
            claimed = NOTHING; // also when the source cannot be read
            leave();
        }
    }

    @Override
    public final boolean trySend(ByteBuffer message) throws IOException {
        int length = message.remaining();
        requireFits(length);
        claimed = NOTHING;
        if (!enterBriefly()) {
            throw new ClosedChannelException();
        }
        try {
            if (reserve(length) != SendOutcome.CLAIMED) {
                return false;
            }
            copyIn(message, length);
            sendClaimed();
        } finally {
            claimed = NOTHING;
            leave();
        }
        message.position(message.limit());
        return true;
    }

    private void copyIn(ByteBuffer message, int length) {
        if (message.hasArray()) { // no garbage
            int from = message.arrayOffset() + message.position();
            MemorySegment.copy(message.array(), from, memory, ValueLayout.JAVA_BYTE, payloadAt, length);
        } else {
            MemorySegment.copy(MemorySegment.ofBuffer(message), 0, memory, payloadAt, length);
        }
    }

    /** As of any end. The thread that has a claim and closes its own writer gives the claim back. */
    @Override
    public final void close() throws IOException {
        if (isUsedByThisThread()) {
            abort();
        }
        super.close();
    }
}
