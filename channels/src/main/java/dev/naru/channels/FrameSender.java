package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Sends messages through a stream of bytes, each as a frame: its length in 4 bytes, the highest first, and then so many bytes. The far side
 * has a {@link FrameReceiver}, or reads them in any language.
 *
 * {@snippet file="SocketSnippets.java" region="frames"}
 *
 * <p>A stream may take a part of a frame and no more. The rest stays here and goes ahead of the next message: then a message counts as sent,
 * also by the try and timed forms, and {@link #flush} waits until it has gone. {@link #close} throws when a rest is lost by it.
 *
 * <p>One thread at a time. <b>Garbage</b>: none. It keeps native memory as large as the longest frame so far.
 */
public final class FrameSender implements MessageSender {
    /** The length in front of each message, in bytes. */
    public static final int HEADER_BYTES = Integer.BYTES;

    private static final int LEAST_BYTES = 4096;

    private final OutputChannel channel;
    private final Descriptor descriptor;
    private final int maxMessage;

    /** What has not gone yet, between position and limit. */
    private ByteBuffer rest = ByteBuffer.allocateDirect(LEAST_BYTES).limit(0);

    private FrameSender(OutputChannel channel, Descriptor descriptor, int maxMessage) {
        this.channel = channel;
        this.descriptor = descriptor;
        this.maxMessage = maxMessage;
    }

    /**
     * Sends through that channel, which is closed with this.
     *
     * @param maxMessage the longest message, in bytes, at most 512 MiB; the far side takes as long ones
     */
    public static FrameSender over(OutputChannel channel, int maxMessage) {
        if (maxMessage < 0 || maxMessage > Integer.MAX_VALUE / 4) {
            throw new IllegalArgumentException("messages of " + maxMessage + " bytes");
        }
        return new FrameSender(channel, descriptorOf(channel), maxMessage);
    }

    private static Descriptor descriptorOf(OutputChannel channel) {
        return switch (channel) {
            case PipeWriter pipe -> pipe.descriptor();
            case Connection connection -> connection.descriptor();
        };
    }

    @Override
    public long maxMessage() {
        return maxMessage;
    }

    @Override
    public void send(ByteBuffer message) throws IOException, InterruptedException {
        requireFits(message);
        boolean _ = flush(Poller.NEVER);
        put(message);
        try {
            boolean _ = flush(Poller.NEVER);
        } catch (InterruptedException sentAlready) {
            Thread.currentThread().interrupt(); // the next call heeds it
        }
    }

    @Override
    public boolean send(ByteBuffer message, Duration timeout) throws IOException, InterruptedException {
        requireFits(message);
        if (!flush(Poller.deadlineIn(timeout))) {
            return false;
        }
        put(message);
        return true;
    }

    @Override
    public boolean trySend(ByteBuffer message) throws IOException {
        requireFits(message);
        if (!tryFlush()) {
            return false;
        }
        put(message);
        return true;
    }

    /** Waits until all that was sent is in the stream. */
    public void flush() throws IOException, InterruptedException {
        boolean _ = flush(Poller.NEVER);
    }

    private boolean flush(long deadline) throws IOException, InterruptedException {
        DescriptorUse.requireUninterrupted();
        while (!tryFlush()) {
            if (Poller.isOver(deadline) || !DescriptorUse.await(descriptor, Interest.WRITABLE, deadline)) {
                return false;
            }
        }
        return true;
    }

    private boolean tryFlush() throws IOException {
        int _ = channel.tryWrite(rest);
        return !rest.hasRemaining();
    }

    private void requireFits(ByteBuffer message) {
        if (message.remaining() > maxMessage) {
            throw new IllegalArgumentException(
                    "a message of " + message.remaining() + " bytes; the longest has " + maxMessage);
        }
    }

    /** Takes a message, and writes of it what goes at once. */
    private void put(ByteBuffer message) throws IOException {
        int length = message.remaining();
        if (rest.capacity() - HEADER_BYTES < length) {
            rest = ByteBuffer.allocateDirect(Integer.highestOneBit(length + HEADER_BYTES) << 1);
        }
        rest.clear().putInt(length).put(rest.position(), message, message.position(), length);
        rest.position(0).limit(HEADER_BYTES + length);
        int _ = channel.tryWrite(rest);
        message.position(message.limit());
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    /**
     * Closes the channel. Idempotent; any thread may call it, and whoever waits here wakes at once.
     *
     * @throws IOException also when a part of the last message had not gone: {@link #flush} first
     */
    @Override
    public void close() throws IOException {
        int lost = channel.isOpen() ? rest.remaining() : 0;
        channel.close();
        if (lost > 0) {
            throw new IOException(
                    channel + ": closed before the last " + lost + " bytes had gone; flush() waits for them");
        }
    }

    /** The address, as errors show it. */
    @Override
    public String toString() {
        return channel.toString();
    }
}
