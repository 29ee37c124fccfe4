package dev.naru.channels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.InterruptibleChannel;
import java.time.Duration;

/**
 * The end of a byte stream that writes.
 *
 * <p>{@link #write(ByteBuffer)} waits until all is written. The other two answer how many bytes were written, and the
 * buffer's position says the same: fewer than were there, or 0, when the stream is full and the time over. Try again with
 * the same buffer.
 *
 * <p><b>Several writers.</b> A buffer of at most {@link dev.naru.linux.Pipes#ATOMIC_BYTES} goes into a pipe as a whole or
 * not at all, and never mixes with another process's bytes; a larger one may. Within one channel object buffers never mix.
 *
 * <p><b>The reader.</b> When it is gone, a write throws {@link dev.naru.linux.ErrnoException} with
 * {@link dev.naru.linux.Problem#READER_GONE}; over TCP it may also be {@link dev.naru.linux.Problem#CONNECTION_RESET}, and only the
 * write after the far side has said so. Bytes that were written but not read are lost with it.
 *
 * <p><b>Waiting, threads, garbage</b>: as in {@link InputChannel}.
 */
public sealed interface OutputChannel extends GatheringByteChannel, InterruptibleChannel
        permits PipeWriter, Connection {
    /** Waits until all of the buffer is written. */
    @Override
    int write(ByteBuffer src) throws IOException;

    /** Writes what goes in time. A time of zero or less does not wait. */
    int write(ByteBuffer src, Duration timeout) throws IOException;

    /** Writes what goes at once. */
    int tryWrite(ByteBuffer src) throws IOException;
}
