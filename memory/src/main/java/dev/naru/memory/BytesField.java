package dev.naru.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A number of bytes of a {@link SharedLayout} in shared memory, found once by its name: {@code memory.bytesField("symbol")}.
 *
 * <p>Nothing orders these bytes, and a reader may see a part of them new and a part old: guard them by a
 * {@link SharedLock}, or by a field that is stored afterwards with release. When the memory is closed, every access throws
 * {@link IllegalStateException}.
 */
public final class BytesField {
    private final MemorySegment bytes;
    private final long offset;

    BytesField(MemorySegment bytes, long offset) {
        this.bytes = bytes;
        this.offset = offset;
    }

    /** Its offset in {@link SharedMemory#segment}, in bytes. */
    public long offset() {
        return offset;
    }

    /** How many bytes it has. */
    public int size() {
        return (int) bytes.byteSize();
    }

    /** The bytes themselves. */
    public MemorySegment segment() {
        return bytes;
    }

    /** Copies the first bytes of the field. */
    public void read(byte[] target, int start, int count) {
        int _ = Objects.checkFromIndexSize(0, count, size());
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, target, start, count);
    }

    /** Stores into the first bytes of the field; the rest stays as it is. */
    public void write(byte[] source, int start, int count) {
        int _ = Objects.checkFromIndexSize(0, count, size());
        MemorySegment.copy(source, start, bytes, ValueLayout.JAVA_BYTE, 0, count);
    }

    /** The text before the first zero byte, as UTF-8. */
    public String text() {
        byte[] all = bytes.toArray(ValueLayout.JAVA_BYTE);
        int length = 0;
        while (length < all.length && all[length] != 0) {
            length++;
        }
        return new String(all, 0, length, StandardCharsets.UTF_8);
    }

    /**
     * Stores a text as UTF-8, and zero bytes behind it.
     *
     * @throws IllegalArgumentException when it takes more bytes than there are
     */
    public void setText(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        if (encoded.length > size()) {
            throw new IllegalArgumentException(encoded.length + " B of text for a field of " + size() + " B");
        }
        write(encoded, 0, encoded.length);
        var _ = bytes.asSlice(encoded.length).fill((byte) 0);
    }
}
