package dev.naru.rpc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads the body of a frame that was copied out of the ring: what the far side wrote may be anything, and whatever does not fit is
 * a {@link BrokenProtocolException}. One object reads one frame after the other. Not thread-safe.
 */
final class FrameReader {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes = Outbox.NOTHING;
    private int position;

    /** Reads that one from now on. */
    FrameReader of(byte[] body) {
        bytes = body;
        position = 0;
        return this;
    }

    byte[] bytes() {
        return bytes;
    }

    int position() {
        return position;
    }

    int remaining() {
        return bytes.length - position;
    }

    private int take(int count) {
        if (count < 0 || count > remaining()) {
            throw new BrokenProtocolException("a frame ends early: " + count + " B of " + remaining());
        }
        int at = position;
        position += count;
        return at;
    }

    int getInt() {
        int at = take(Integer.BYTES);
        return (int) INT.get(bytes, at);
    }

    long getLong() {
        int at = take(Long.BYTES);
        return (long) LONG.get(bytes, at);
    }

    byte[] getBytes() {
        int count = getInt();
        int at = take(count);
        byte[] value = new byte[count];
        System.arraycopy(bytes, at, value, 0, count);
        return value;
    }

    String getText() {
        int count = getInt();
        int at = take(count);
        return count == 0 ? "" : new String(bytes, at, count, StandardCharsets.UTF_8);
    }

    /** Refuses a part that does not end where it was said to. */
    void requireAt(int end) {
        if (position != end) {
            throw new BrokenProtocolException("a part of a frame ends at " + position + " and not at " + end);
        }
    }
}
