package dev.naru.cli;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts a stream of bytes at a delimiter, as they come. */
final class Splitter {
    private static final int FIRST = 1 << 16;

    private final byte[] delimiter;
    private byte[] bytes = new byte[FIRST];
    private int from;
    private int searched;
    private int end;

    Splitter(byte[] delimiter) {
        this.delimiter = delimiter;
    }

    /** More of the stream. */
    void add(ByteBuffer piece) {
        int count = piece.remaining();
        if (bytes.length - end < count) {
            int kept = end - from;
            int room = Math.max(bytes.length, kept + count);
            byte[] larger =
                    2L * (kept + count) > room ? new byte[(int) Math.min(2L * room, Integer.MAX_VALUE - 8)] : bytes;
            System.arraycopy(bytes, from, larger, 0, kept);
            bytes = larger;
            searched -= from;
            from = 0;
            end = kept;
        }
        piece.get(bytes, end, count);
        end += count;
    }

    /** What comes before the next delimiter; null when that has not come yet. */
    byte @Nullable [] next() {
        for (; searched <= end - delimiter.length; searched++) {
            if (Arrays.equals(bytes, searched, searched + delimiter.length, delimiter, 0, delimiter.length)) {
                byte[] part = Arrays.copyOfRange(bytes, from, searched);
                searched += delimiter.length;
                from = searched;
                return part;
            }
        }
        return null;
    }

    /** How many bytes have come behind the last delimiter. */
    int pending() {
        return end - from;
    }

    /** Forgets what comes behind the last delimiter. */
    void clear() {
        from = end;
        searched = end;
    }

    /** What comes behind the last delimiter. */
    byte[] rest() {
        return Arrays.copyOfRange(bytes, from, end);
    }

    /** Where one stands in the other first; -1 when it does not. */
    static int find(byte[] bytes, byte[] delimiter) {
        for (int at = 0; at <= bytes.length - delimiter.length; at++) {
            if (Arrays.equals(bytes, at, at + delimiter.length, delimiter, 0, delimiter.length)) {
                return at;
            }
        }
        return -1;
    }
}
