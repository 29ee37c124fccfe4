package dev.naru.rpc;

import io.grpc.KnownLength;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

/** A message that has come, in as many pieces as it came in. Not thread-safe. */
final class MessageInput extends InputStream implements KnownLength {
    /**
     * A piece, or a whole message.
     *
     * @param from where it begins in the array; it ends with that
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Piece(byte[] bytes, int from) {
        int length() {
            return bytes.length - from;
        }
    }

    private final List<Piece> pieces;
    private int next = 1;
    private byte[] bytes;
    private int position;
    private int left;

    /** Of one piece, from there to the end of the array. */
    MessageInput(byte[] bytes, int from) {
        this.pieces = List.of();
        this.bytes = bytes;
        this.position = from;
        this.left = bytes.length - from;
    }

    /** Of at least one piece. */
    MessageInput(List<Piece> pieces) {
        this.pieces = pieces;
        Piece first = pieces.getFirst();
        this.bytes = first.bytes;
        this.position = first.from;
        for (Piece piece : pieces) {
            left += piece.length();
        }
    }

    /** Lends its pieces out again, unless somebody may still read it: whoever keeps a message unread may do so later. */
    void recycle(PiecePool pool) {
        if (left == 0) {
            for (Piece piece : pieces) {
                pool.giveBack(piece.bytes);
            }
        }
    }

    private void advance() {
        while (position == bytes.length && next < pieces.size()) {
            Piece piece = pieces.get(next++);
            bytes = piece.bytes;
            position = piece.from;
        }
    }

    @Override
    public int read() {
        if (left == 0) {
            return -1;
        }
        advance();
        left--;
        return bytes[position++] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int _ = Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int copied = 0;
        while (copied < length && left > 0) {
            advance();
            int count = Math.min(length - copied, bytes.length - position);
            System.arraycopy(bytes, position, into, offset + copied, count);
            position += count;
            copied += count;
            left -= count;
        }
        return copied;
    }

    @Override
    public long skip(long count) {
        long skipped = 0;
        while (skipped < count && left > 0) {
            advance();
            int step = (int) Math.min(count - skipped, bytes.length - position);
            position += step;
            left -= step;
            skipped += step;
        }
        return skipped;
    }

    /** What is left of the message. */
    @Override
    public int available() {
        return left;
    }
}
