package dev.naru.channels;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Sends messages: pieces of bytes that arrive whole or not at all.
 *
 * <table>
 * <caption>The three forms</caption>
 * <tr><th>form</th><th>when there is no room</th></tr>
 * <tr><td>{@link #send(ByteBuffer)}</td><td>waits; an interrupt ends it</td></tr>
 * <tr><td>{@link #send(ByteBuffer, Duration)}</td><td>waits so long, then answers false</td></tr>
 * <tr><td>{@link #trySend}</td><td>answers false at once; heeds no interrupt</td></tr>
 * </table>
 *
 * <p>A message is what lies between the buffer's position and its limit. When it was sent, the position is at the limit;
 * otherwise the buffer is as it was. An empty message is a message.
 *
 * <p>After an {@link InterruptedException} nothing was sent, and the sender is usable as before. A sender that another
 * thread closes while a call waits ends it with {@link java.nio.channels.AsynchronousCloseException}; afterwards every
 * call throws {@link java.nio.channels.ClosedChannelException}.
 *
 * <p>Each kind says whether several threads may use one sender.
 */
public interface MessageSender extends Closeable {
    /** The longest message, in bytes. */
    long maxMessage();

    /**
     * Sends a message, and waits for room.
     *
     * @throws IllegalArgumentException when it is longer than {@link #maxMessage}
     */
    void send(ByteBuffer message) throws IOException, InterruptedException;

    /** The same, for at most so long: false when there was no room in time. */
    boolean send(ByteBuffer message, Duration timeout) throws IOException, InterruptedException;

    /** Sends a message if there is room now. */
    boolean trySend(ByteBuffer message) throws IOException;

    /** Sends all bytes of an array, and waits for room. */
    default void send(byte[] message) throws IOException, InterruptedException {
        send(ByteBuffer.wrap(message));
    }

    /** Whether it was not closed yet. */
    boolean isOpen();
}
