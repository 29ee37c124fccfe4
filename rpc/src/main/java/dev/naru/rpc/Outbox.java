package dev.naru.rpc;

import dev.naru.memory.RingWriter;
import dev.naru.memory.SendOutcome;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a side of a connection sends: frames of all its calls, in the order in which they were given. It never waits. What finds
 * no room in the ring is kept, and a thread of its own sends it, which the windows of the calls keep short.
 *
 * <p>Thread-safe.
 */
final class Outbox {
    static final byte[] NOTHING = {};

    private final RingWriter writer;
    private final Consumer<Throwable> whenBroken;

    /** Guarded by this object's monitor, as all below. */
    private final FrameWriter scratch = new FrameWriter();

    private final ArrayDeque<byte[]> backlog = new ArrayDeque<>();

    /** A thread sends the backlog: the writer is its. */
    private boolean flushing;

    private boolean over;
    private long backlogBytes;
    private @Nullable Runnable whenSent;

    /** {@code whenBroken} is told, on a thread of this, that nothing more can be sent though nobody has closed it. */
    Outbox(RingWriter writer, Consumer<Throwable> whenBroken) {
        this.writer = writer;
        this.whenBroken = whenBroken;
    }

    /** What stands before the bytes of a message, if any. It runs under a lock: quick, and ours. */
    interface Head {
        void write(FrameWriter out);
    }

    /** The longest frame, in bytes with its header. */
    int maxFrame() {
        return (int) writer.maxMessage();
    }

    /**
     * Sends a frame, or keeps it until there is room.
     *
     * @return false when it is longer than any may be; nothing is sent
     */
    boolean send(int call, byte type, int flags, @Nullable Head head, byte[] body, int from, int length) {
        synchronized (this) {
            scratch.begin(call, type, flags);
            if (head != null) {
                head.write(scratch);
            }
            int total = scratch.length() + length;
            if (total > maxFrame()) {
                return false;
            }
            if (over) {
                return true; // and all its calls are told so
            }
            if (!flushing) {
                SendOutcome outcome = writer.claim(total);
                if (outcome == SendOutcome.CLAIMED) {
                    copyIn(body, from, length);
                    writer.commit();
                    return true;
                }
                if (outcome == SendOutcome.CLOSED) {
                    giveUp();
                    return true;
                }
                // No virtual thread: services may have all carriers, and wait for what this is to send.
                var _ = Thread.ofPlatform().daemon().name("naru-rpc-flusher").start(this::flush);
                flushing = true;
            }
            byte[] frame = Arrays.copyOf(scratch.bytes(), total);
            System.arraycopy(body, from, frame, scratch.length(), length);
            backlog.add(frame);
            backlogBytes += frame.length;
            return true;
        }
    }

    private void copyIn(byte[] body, int from, int length) {
        MemorySegment memory = writer.memory();
        long at = writer.offset();
        MemorySegment.copy(scratch.bytes(), 0, memory, ValueLayout.JAVA_BYTE, at, scratch.length());
        if (length > 0) {
            MemorySegment.copy(body, from, memory, ValueLayout.JAVA_BYTE, at + scratch.length(), length);
        }
    }

    /** Does it when nothing is kept any more, or nothing more is sent: at once, or on the thread that sends what is kept. */
    void whenSent(Runnable then) {
        synchronized (this) {
            if (flushing && !over) {
                whenSent = then;
                return;
            }
        }
        then.run();
    }

    /** Waits while so many bytes, or more, are kept for a far side that does not read. */
    synchronized void awaitLessThan(long bytes) throws InterruptedException {
        while (backlogBytes >= bytes && !over) {
            wait();
        }
    }

    private void flush() {
        try {
            for (byte[] frame = first(); frame != null; frame = next()) {
                writer.send(ByteBuffer.wrap(frame));
            }
        } catch (ClosedChannelException closed) {
            giveUp();
        } catch (IOException | InterruptedException | RuntimeException | Error broken) {
            giveUp();
            whenBroken.accept(broken);
        }
        Runnable then;
        synchronized (this) {
            then = whenSent;
            whenSent = null;
        }
        if (then != null) {
            then.run();
        }
    }

    /** Nothing more is sent, and nobody waits for it. */
    synchronized void giveUp() {
        over = true;
        backlog.clear();
        backlogBytes = 0;
        notifyAll();
    }

    private synchronized byte @Nullable [] first() {
        byte[] frame = backlog.peek();
        flushing = frame != null;
        return frame;
    }

    private synchronized byte @Nullable [] next() {
        byte[] sent = backlog.poll();
        backlogBytes -= sent == null ? 0 : sent.length;
        notifyAll();
        return first();
    }
}
