package dev.naru.channels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.InterruptibleChannel;
import java.nio.channels.ScatteringByteChannel;
import java.time.Duration;

/**
 * The end of a byte stream that reads.
 *
 * <table>
 * <caption>What an answer means</caption>
 * <tr><th>answer</th><th>means</th></tr>
 * <tr><td>above 0</td><td>so many bytes came; they are the next of the stream, in the order in which they were written</td></tr>
 * <tr><td>-1</td><td>the end: every writer has closed, and all that they wrote was read</td></tr>
 * <tr><td>0</td><td>nothing yet ({@code tryRead}), or not in time ({@code read} with a time); or the buffer has no room</td></tr>
 * </table>
 *
 * <p><b>Waiting.</b> {@link #read(ByteBuffer)} waits, on a virtual thread without holding its carrier. As with every
 * {@link InterruptibleChannel}, an interrupt of the waiting thread closes the channel (it sees
 * {@link java.nio.channels.ClosedByInterruptException}), and a close by another thread ends the wait
 * ({@link java.nio.channels.AsynchronousCloseException}). {@code tryRead} neither waits nor heeds an interrupt.
 *
 * <p><b>Threads.</b> Any number; one reads at a time, the others wait their turn. <b>Garbage.</b> None with direct
 * buffers, up to four in turn; a heap buffer goes through native memory that the channel keeps.
 *
 * <p>What the kernel refuses is a {@link dev.naru.linux.ErrnoException}.
 */
public sealed interface InputChannel extends ScatteringByteChannel, InterruptibleChannel
        permits PipeReader, Connection {
    /** Waits for bytes and reads some, at most what the buffer has room for. */
    @Override
    int read(ByteBuffer dst) throws IOException;

    /** Reads some bytes if they come in time. A time of zero or less does not wait. */
    int read(ByteBuffer dst, Duration timeout) throws IOException;

    /** Reads the bytes that are there. */
    int tryRead(ByteBuffer dst) throws IOException;
}
