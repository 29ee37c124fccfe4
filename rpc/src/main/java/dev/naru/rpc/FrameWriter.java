package dev.naru.rpc;

import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the head of a frame, in an array that grows and is used again. Not thread-safe. */
final class FrameWriter {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** An array that has grown beyond this is not kept. */
    private static final int KEPT = 64 << 10;

    private static final int FIRST = 1 << 10;

    /** Of a status's text that is sent, in characters: what any frame has room for. */
    private static final int MOST_TEXT = 2_048;

    private byte[] bytes = new byte[FIRST];
    private int length;

    void begin(int call, byte type, int flags) {
        if (bytes.length > KEPT) {
            bytes = new byte[FIRST];
        }
        INT.set(bytes, FrameLayout.CALL_AT, call);
        INT.set(bytes, FrameLayout.TYPE_AT, (type & 0xFF) | ((flags & 0xFF) << 8));
        length = FrameLayout.HEADER;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    private int make(int more) {
        int at = length;
        if (bytes.length - at < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
        }
        length = at + more;
        return at;
    }

    void putInt(int value) {
        int at = make(Integer.BYTES);
        INT.set(bytes, at, value);
    }

    /** Over what stands there. */
    void setInt(int at, int value) {
        INT.set(bytes, at, value);
    }

    void putLong(long value) {
        int at = make(Long.BYTES);
        LONG.set(bytes, at, value);
    }

    /** Its length (4), and the bytes. */
    void putBytes(byte[] value) {
        putInt(value.length);
        int at = make(value.length);
        System.arraycopy(value, 0, bytes, at, value.length);
    }

    /** Its length in bytes (4), and its UTF-8. */
    void putText(String text) {
        if (text.isEmpty()) {
            putInt(0);
        } else {
            putBytes(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Its code (4), and its text, cut where that is too long for any frame. */
    void putStatus(Status status) {
        putInt(status.getCode().value());
        String text = status.getDescription();
        putText(text == null ? "" : cut(text));
    }

    private static String cut(String text) {
        if (text.length() <= MOST_TEXT) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(MOST_TEXT - 1)) ? MOST_TEXT - 1 : MOST_TEXT);
    }
}
