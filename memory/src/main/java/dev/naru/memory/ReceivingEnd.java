package dev.naru.memory;

import dev.naru.channels.MessageReceiver;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.memory.internal.Member;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The end of a ring that reads: the friendly forms, each made of a wait and a {@link #drain} of one message. */
abstract sealed class ReceivingEnd extends RingEnd implements MessageReceiver permits RingReader, BroadcastReader {
    /** What {@link #drain} answers when another thread has closed the reader. */
    public static final int CLOSED = -1;

    private final CopyOut copyOut = new CopyOut();

    ReceivingEnd(Member member, long role, Waiting policy, Consumer<RingEnd> whenEnded) throws ErrnoException {
        super(member, role, policy, whenEnded);
    }

    /**
     * Handles what is there, at most so many messages, each in place or in a copy, valid until the handler returns. Does not
     * wait. When the handler closes the reader, or another thread does, it ends after the message in hand.
     *
     * @param limit the most messages, at least 1
     * @return how many were handled, or {@link #CLOSED}
     * @throws IllegalStateException when the bytes in the ring are none that a writer of ours leaves, or within a handler of
     *     this reader
     */
    public final int drain(MessageHandler handler, int limit) {
        refuseWithinHandler();
        if (!enter()) {
            return CLOSED;
        }
        try {
            return take(handler, limit);
        } finally {
            leave();
        }
    }

    /** The same, within a use. */
    abstract int take(MessageHandler handler, int limit);

    /**
     * Waits until there is a message.
     *
     * @throws InterruptedException when the thread was interrupted; the reader stays usable
     */
    public final void await() throws IOException, InterruptedException {
        boolean _ = awaitMessage(Poller.NEVER);
    }

    /** The same, for at most so long: false when none came. */
    public final boolean await(Duration timeout) throws IOException, InterruptedException {
        return awaitMessage(Poller.deadlineIn(timeout));
    }

    private boolean awaitMessage(long deadline) throws IOException, InterruptedException {
        refuseWithinHandler();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        return await(deadline);
    }

    @Override
    public final byte[] receive() throws IOException, InterruptedException {
        return receive(Poller.NEVER).orElseThrow();
    }

    @Override
    public final Optional<byte[]> receive(Duration timeout) throws IOException, InterruptedException {
        return receive(Poller.deadlineIn(timeout));
    }

    private Optional<byte[]> receive(long deadline) throws IOException, InterruptedException {
        while (awaitMessage(deadline)) {
            Optional<byte[]> message = tryReceive();
            if (message.isPresent()) {
                return message;
            } // only padding, or it was overtaken to the very end
        }
        return Optional.empty();
    }

    @Override
    public final Optional<byte[]> tryReceive() throws IOException {
        refuseWithinHandler();
        if (!enterBriefly()) {
            throw new ClosedChannelException();
        }
        copyOut.message = null;
        try {
            int _ = take(copyOut, 1);
        } finally {
            leave();
        }
        return Optional.ofNullable(copyOut.message);
    }

    /** The message in hand is not handled yet: it would come once more. */
    private void refuseWithinHandler() {
        if (isUsedByThisThread()) {
            throw new IllegalStateException("within its own handler, a reader is not read");
        }
    }

    /** Copies a message out. */
    private static final class CopyOut implements MessageHandler {
        byte @Nullable [] message;

        @Override
        public void onMessage(MemorySegment memory, long offset, int length) {
            byte[] bytes = new byte[length];
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
            message = bytes;
        }
    }
}
