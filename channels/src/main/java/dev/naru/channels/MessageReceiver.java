package dev.naru.channels;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Receives messages: pieces of bytes, each whole, in the order of their sender.
 *
 * <table>
 * <caption>The three forms</caption>
 * <tr><th>form</th><th>when there is none</th></tr>
 * <tr><td>{@link #receive()}</td><td>waits; an interrupt ends it</td></tr>
 * <tr><td>{@link #receive(Duration)}</td><td>waits so long, then answers empty</td></tr>
 * <tr><td>{@link #tryReceive}</td><td>answers empty at once; heeds no interrupt</td></tr>
 * </table>
 *
 * <p>After an {@link InterruptedException} nothing was taken, and the receiver is usable as before. A receiver that another
 * thread closes while a call waits ends it with {@link java.nio.channels.AsynchronousCloseException}; afterwards every
 * call throws {@link java.nio.channels.ClosedChannelException}.
 *
 * <p>Each kind says whether several threads may use one receiver.
 */
public interface MessageReceiver extends Closeable {
    /** The next message; waits for it. */
    byte[] receive() throws IOException, InterruptedException;

    /** The next message, if it comes in that time. */
    Optional<byte[]> receive(Duration timeout) throws IOException, InterruptedException;

    /** The next message, if there is one now. */
    Optional<byte[]> tryReceive() throws IOException;

    /** Whether it was not closed yet. */
    boolean isOpen();
}
