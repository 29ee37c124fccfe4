package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.InterruptibleChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What reading and writing ends share: taking turns, the JDK's rules for close and interrupt, and the native memory through
 * which heap buffers go. Thread-safe.
 */
public abstract sealed class DescriptorChannel implements InterruptibleChannel permits PipeEnd, SocketEnd {
    /** The deadline of the try forms: already over, so they neither wait nor heed an interrupt. */
    static final long AT_ONCE = Long.MIN_VALUE;

    static final int EAGAIN = Errno.EAGAIN.number();
    static final int EINTR = Errno.EINTR.number();

    private static final int STAGING_BYTES = 64 * 1024;
    private static final int LEAST_STAGING = 1024;

    /** Two are filled and sent in turn, or three; to keep more costs a longer search and memory that nobody else has. */
    private static final int BUFFERS_KEPT = 4;

    private final Descriptor descriptor;
    private final Mode mode;
    private final String address;
    private final ReentrantLock turn = new ReentrantLock();

    /** The direct buffers of the last calls and what was made of them; guarded by {@link #turn}. */
    private final @Nullable ByteBuffer[] buffers = new ByteBuffer[BUFFERS_KEPT];

    private final MemorySegment[] memories = new MemorySegment[BUFFERS_KEPT];
    private int nextKept;

    /** Where heap buffers are copied from and to; guarded by {@link #turn}. */
    private @Nullable Staging staging;

    /** What may be done to the open file description. */
    enum Mode {
        /** It is ours alone and has O_NONBLOCK: call, and wait when it says EAGAIN. */
        OWN,
        /** A socket that others share: each call says itself that it does not wait. */
        SOCKET,
        /** Others share it, so its flags stay as they are: wait first, and then move what surely does not block. */
        SHARED
    }

    DescriptorChannel(Descriptor descriptor, Mode mode, String address) {
        this.descriptor = descriptor;
        this.mode = mode;
        this.address = address;
    }

    /**
     * Waits for this thread's turn and begins a use of the descriptor; {@link #exit} ends it.
     *
     * @return false when the deadline passed first
     */
    final boolean enter(long deadline) throws IOException {
        return enter(deadline, this);
    }

    /**
     * The same in the name of another end, whose call it is.
     *
     * @param caller what an interrupt closes: those who use this end have nothing to do with it
     */
    final boolean enter(long deadline, DescriptorChannel caller) throws IOException {
        if (!descriptor.isOpen()) {
            throw new ClosedChannelException();
        }
        if (deadline != AT_ONCE && Thread.currentThread().isInterrupted()) {
            throw caller.closedByInterrupt();
        }
        if (!turn.tryLock() && !waitForTurn(deadline, caller)) {
            return false;
        }
        if (!descriptor.enter()) {
            turn.unlock();
            throw new AsynchronousCloseException(); // open a moment ago
        }
        return true;
    }

    private boolean waitForTurn(long deadline, DescriptorChannel caller) throws IOException {
        if (deadline == AT_ONCE) {
            return false;
        }
        try {
            if (deadline == Poller.NEVER) {
                turn.lockInterruptibly();
                return true;
            }
            return turn.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw caller.closedByInterrupt();
        }
    }

    final void exit() {
        descriptor.leave();
        turn.unlock();
    }

    /** For a shared description: before the call, not after it. False when the deadline passed. */
    final boolean mayProceed(Poller.Interest interest, long deadline) throws IOException {
        return mode != Mode.SHARED
                || (deadline == AT_ONCE ? Poller.isReady(descriptor, interest) : await(interest, deadline));
    }

    /** Waits between {@link #enter} and {@link #exit}; false when the deadline passed. */
    final boolean await(Poller.Interest interest, long deadline) throws IOException {
        return deadline != AT_ONCE && goesOn(Poller.await(descriptor, interest, deadline));
    }

    /** The same for one of two descriptors that take part in an operation; closing either ends the wait. */
    final boolean await(Descriptor awaited, Poller.Interest interest, long deadline, Descriptor companion)
            throws IOException {
        return goesOn(Poller.await(awaited, interest, deadline, companion));
    }

    private boolean goesOn(Poller.Outcome outcome) throws IOException {
        return switch (outcome) {
            case READY -> true;
            case TIMED_OUT -> false;
            case INTERRUPTED -> throw closedByInterrupt();
            case CLOSED -> throw new AsynchronousCloseException();
        };
    }

    /** The thread's interrupt status stays set, as the JDK has it. */
    private ClosedByInterruptException closedByInterrupt() throws IOException {
        close();
        return new ClosedByInterruptException();
    }

    /**
     * The whole memory of a direct buffer. Who uses one buffer over and over makes no garbage: that must not hang on what the
     * compiler inlines. The price is that an end holds the last {@value #BUFFERS_KEPT} buffers it was used with.
     */
    @SuppressWarnings("ReferenceEquality") // this buffer, not one with the same bytes
    final MemorySegment memoryOf(ByteBuffer direct) {
        for (int i = 0; i < BUFFERS_KEPT; i++) {
            if (buffers[i] == direct) {
                return memories[i];
            }
        }
        MemorySegment memory = MemorySegment.ofBuffer(direct.duplicate().clear());
        buffers[nextKept] = direct;
        memories[nextKept] = memory;
        nextKept = (nextKept + 1) % BUFFERS_KEPT;
        return memory;
    }

    /** A call that moves bytes between memory and the descriptor: the count, or a negated errno. */
    interface Call {
        int move(MemorySegment memory, int offset, int count) throws IOException;
    }

    /** One read(2), or what it is for a socket: the count, 0 at the end, or a negated errno. */
    final int readOnce(MemorySegment memory, int offset, int count) {
        return (int)
                (mode == Mode.SOCKET
                        ? descriptor.receiveNow(memory, offset, count)
                        : descriptor.read(memory, offset, count));
    }

    /** One write(2), or what it is for a socket: the count, or a negated errno. */
    final int writeOnce(MemorySegment memory, int offset, int count) {
        return (int)
                (mode == Mode.SOCKET
                        ? descriptor.sendNow(memory, offset, count)
                        : descriptor.write(memory, offset, count));
    }

    /** A buffer that stands there twice has one position, so what was to happen to it cannot be said. */
    @SuppressWarnings("ReferenceEquality") // the same buffer, not one with the same bytes
    static void requireDistinct(ByteBuffer[] buffers, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            for (int j = offset; j < i; j++) {
                if (buffers[i] == buffers[j]) {
                    throw new IllegalArgumentException("the buffers at " + j + " and " + i + " are one");
                }
            }
        }
    }

    /** Room for so many bytes, at most {@value #STAGING_BYTES}: who uses small buffers does not pay for large ones. */
    final Staging staging(long bytes) {
        Staging present = staging;
        if (present == null || present.capacity() < Math.min(bytes, STAGING_BYTES)) {
            present = new Staging((int) Math.min(bytes, STAGING_BYTES));
            staging = present;
        }
        return present;
    }

    /** Native memory and the buffer that shows it. */
    static final class Staging {
        final MemorySegment memory;
        final ByteBuffer buffer;

        Staging(int least) {
            memory = Arena.ofAuto()
                    .allocate(Math.max(LEAST_STAGING, Integer.highestOneBit(Math.max(1, least - 1)) << 1));
            buffer = memory.asByteBuffer();
        }

        /** How much fits. */
        int capacity() {
            return buffer.capacity();
        }
    }

    static long remaining(ByteBuffer[] buffers, int offset, int length) {
        long bytes = 0;
        for (int i = offset; i < offset + length; i++) {
            bytes += buffers[i].remaining();
        }
        return bytes;
    }

    final Descriptor descriptor() {
        return descriptor;
    }

    final Mode mode() {
        return mode;
    }

    /**
     * After a call that moved nothing: whether to try again. False when the deadline passed.
     *
     * @param errno what it answered
     */
    final boolean goesOn(int errno, Poller.Interest interest, long deadline, String call) throws IOException {
        if (errno == EINTR) {
            return true;
        }
        if (errno == EAGAIN) {
            // It was asked just now. Who is over time does not go on with a room that is too small, or with faster
            // others.
            return !Poller.isOver(deadline) && await(interest, deadline);
        }
        throw refused(errno, call);
    }

    final IOException refused(int errno, String call) {
        return ErrnoException.of(errno, call, address);
    }

    @Override
    public final boolean isOpen() {
        return descriptor.isOpen();
    }

    /** Closes this end. Idempotent; any thread may call it, and whoever waits in this end wakes at once. */
    @Override
    public final void close() throws IOException {
        descriptor.close();
    }

    /** The address, as errors show it. */
    @Override
    public final String toString() {
        return address;
    }
}
