package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Receives what a {@link FrameSender} sends through a stream of bytes.
 *
 * <table>
 * <caption>What may come instead of a message</caption>
 * <tr><th>what came</th><th>what this says</th></tr>
 * <tr><td>the end, after a whole message</td><td>{@link Problem#ENDED}; -1 of {@link #receive(ByteBuffer)}</td></tr>
 * <tr><td>the end in the middle of one</td><td>{@link Problem#FRAME_CUT_OFF}</td></tr>
 * <tr><td>a length that is negative or over the limit</td><td>{@link Problem#FRAME_TOO_LONG}: where the next one begins cannot be known</td></tr>
 * </table>
 *
 * <p>After the last two every call says the same again. Memory is taken as bytes come, not as a length promises them.
 *
 * <p>One thread at a time. <b>Garbage</b>: none by {@link #receive(ByteBuffer)}.
 */
public final class FrameReceiver implements MessageReceiver {
    private static final int LEAST_BYTES = 16 * 1024;
    private static final int NONE = -2;
    private static final int END = -1;

    private final InputChannel channel;
    private final Descriptor descriptor;
    private final int maxMessage;

    /** What has come and was not received yet, between 0 and its position. */
    private ByteBuffer come = ByteBuffer.allocateDirect(LEAST_BYTES);

    /** Where the next frame begins in it. */
    private int next;

    private boolean ended;
    private @Nullable ErrnoException broken;

    private FrameReceiver(InputChannel channel, Descriptor descriptor, int maxMessage) {
        this.channel = channel;
        this.descriptor = descriptor;
        this.maxMessage = maxMessage;
    }

    /**
     * Receives from that channel, which is closed with this.
     *
     * @param maxMessage the longest message that is taken, in bytes, at most 512 MiB
     */
    public static FrameReceiver over(InputChannel channel, int maxMessage) {
        if (maxMessage < 0 || maxMessage > Integer.MAX_VALUE / 4) {
            throw new IllegalArgumentException("messages of " + maxMessage + " bytes");
        }
        return new FrameReceiver(channel, descriptorOf(channel), maxMessage);
    }

    private static Descriptor descriptorOf(InputChannel channel) {
        return switch (channel) {
            case PipeReader pipe -> pipe.descriptor();
            case Connection connection -> connection.descriptor();
        };
    }

    @Override
    public byte[] receive() throws IOException, InterruptedException {
        return receive(Poller.NEVER).orElseThrow();
    }

    @Override
    public Optional<byte[]> receive(Duration timeout) throws IOException, InterruptedException {
        return receive(Poller.deadlineIn(timeout));
    }

    private Optional<byte[]> receive(long deadline) throws IOException, InterruptedException {
        int length = await(deadline);
        return length == NONE ? Optional.empty() : Optional.of(take(length));
    }

    @Override
    public Optional<byte[]> tryReceive() throws IOException {
        int length = fetch();
        return length == NONE ? Optional.empty() : Optional.of(take(length));
    }

    private byte[] take(int length) throws ErrnoException {
        if (length == END) {
            throw ErrnoException.of(Problem.ENDED, channel.toString());
        }
        byte[] message = new byte[length];
        come.get(next + FrameSender.HEADER_BYTES, message);
        next += FrameSender.HEADER_BYTES + length;
        return message;
    }

    /**
     * Waits for the next message and puts it into a buffer.
     *
     * @return its length, or -1 at the end
     * @throws BufferOverflowException when it is longer than the buffer has room; it stays, to be received into a larger one
     */
    public int receive(ByteBuffer dst) throws IOException, InterruptedException {
        int length = await(Poller.NEVER);
        if (length == END) {
            return END;
        }
        if (length > dst.remaining()) {
            throw new BufferOverflowException();
        }
        dst.put(dst.position(), come, next + FrameSender.HEADER_BYTES, length);
        dst.position(dst.position() + length);
        next += FrameSender.HEADER_BYTES + length;
        return length;
    }

    private int await(long deadline) throws IOException, InterruptedException {
        DescriptorUse.requireUninterrupted();
        int length = fetch();
        while (length == NONE) {
            if (Poller.isOver(deadline) || !DescriptorUse.await(descriptor, Interest.READABLE, deadline)) {
                return NONE;
            }
            length = fetch();
        }
        return length;
    }

    /** The length of the next message, which then stands at {@link #next}; {@link #NONE} or {@link #END}. */
    private int fetch() throws IOException {
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        if (broken != null) {
            throw broken;
        }
        int length = lengthOfNext();
        while (length == NONE && !ended) {
            makeRoom();
            int read = channel.tryRead(come);
            if (read == 0) {
                return NONE;
            }
            ended = read < 0;
            length = lengthOfNext();
        }
        if (length == NONE && come.position() > next) {
            throw broken(Problem.FRAME_CUT_OFF, wanted() + " bytes", come.position() - next + " bytes");
        }
        return length == NONE ? END : length;
    }

    /** Of a message that has come as a whole. */
    private int lengthOfNext() throws ErrnoException {
        if (come.position() - next < FrameSender.HEADER_BYTES) {
            return NONE;
        }
        int length = come.getInt(next);
        if (length < 0 || length > maxMessage) {
            throw broken(Problem.FRAME_TOO_LONG, maxMessage + " bytes", length + " bytes");
        }
        return come.position() - next - FrameSender.HEADER_BYTES < length ? NONE : length;
    }

    private ErrnoException broken(Problem problem, String limit, String value) {
        broken = ErrnoException.of(problem, Errno.UNKNOWN.number(), "", channel.toString(), limit, value);
        return broken;
    }

    /** How many bytes the next frame has, as far as that has come. */
    private int wanted() {
        return come.position() - next < FrameSender.HEADER_BYTES
                ? FrameSender.HEADER_BYTES
                : FrameSender.HEADER_BYTES + come.getInt(next);
    }

    /** What was received goes; a buffer that is full nevertheless becomes twice as large, and no larger than the frame needs. */
    private void makeRoom() {
        int waiting = come.position() - next;
        if (waiting == 0) {
            come.clear();
        } else if (waiting == come.capacity()) {
            ByteBuffer larger =
                    ByteBuffer.allocateDirect(Math.min(2 * come.capacity(), Math.max(wanted(), LEAST_BYTES)));
            larger.put(0, come, next, waiting).position(waiting);
            come = larger;
        } else if (!come.hasRemaining()) {
            come.put(0, come, next, waiting).position(waiting);
        } else {
            return;
        }
        next = 0;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    /** Closes the channel. Idempotent; any thread may call it, and whoever waits here wakes at once. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** The address, as errors show it. */
    @Override
    public String toString() {
        return channel.toString();
    }
}
