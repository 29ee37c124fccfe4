package dev.naru.codecs;

import dev.naru.topics.Codec;
import dev.naru.topics.CodecProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;
import org.xerial.snappy.SnappyError;

/**
 * Snappy by snappy-java, in its stream format: a header, then blocks, each after its length. A bare block, as clients in C
 * write it, is read too.
 *
 * <pre>
 *   0  magic 82 "SNAPPY" 00, 8    8  version, int32    12  lowest version that reads it, int32    16  length, int32; block …
 * </pre>
 */
public final class Snappy implements CodecProvider {
    private static final long MAGIC = 0x82_53_4e_41_50_50_59_00L;
    private static final int MAGIC_START = (int) (MAGIC >>> 32);
    private static final int VERSION = 1;
    private static final int HEADER = 16;
    private static final int BLOCK = 32 << 10;

    /**
     * No byte of a block yields more: a copy of 64 bytes takes three. Some versions of snappy-java look at that, and some that come
     * with Kafka do not.
     */
    private static final long MOST_YIELD = 22;

    /** For {@link java.util.ServiceLoader}. */
    public Snappy() {}

    @Override
    public Codec codec() {
        return Codec.SNAPPY;
    }

    @Override
    public boolean compress(ByteBuffer from, ByteBuffer to) {
        if (to.remaining() < HEADER) {
            return false;
        }
        var _ = to.order(ByteOrder.BIG_ENDIAN).putLong(MAGIC).putInt(VERSION).putInt(VERSION);
        int end = from.limit();
        int limit = to.limit();
        try {
            while (from.hasRemaining()) {
                int size = Math.min(BLOCK, from.remaining());
                if (to.remaining() < Integer.BYTES + org.xerial.snappy.Snappy.maxCompressedLength(size)) {
                    return false;
                }
                int lengthAt = to.position();
                int blockEnd = from.position() + size;
                int packed =
                        org.xerial.snappy.Snappy.compress(from.limit(blockEnd), to.position(lengthAt + Integer.BYTES));
                var _ = from.limit(end).position(blockEnd);
                var _ = to.limit(limit).putInt(lengthAt, packed).position(lengthAt + Integer.BYTES + packed);
            }
            return true;
        } catch (IOException refused) {
            throw new IllegalStateException(refused);
        } finally {
            var _ = from.limit(end);
            var _ = to.limit(limit);
        }
    }

    @Override
    public boolean decompress(ByteBuffer from, ByteBuffer to) throws DataFormatException {
        var _ = from.order(ByteOrder.BIG_ENDIAN);
        int end = from.limit();
        int limit = to.limit();
        try {
            if (from.remaining() < HEADER || from.getLong(from.position()) != MAGIC) {
                return block(from, to);
            }
            while (from.hasRemaining()) {
                if (from.remaining() < Integer.BYTES) {
                    throw new DataFormatException("snappy: it ends too early");
                }
                int size = from.getInt();
                if (size == MAGIC_START) { // a stream behind a stream
                    skip(from, HEADER - Integer.BYTES);
                    continue;
                }
                if (size < 0 || size > from.remaining()) {
                    throw new DataFormatException("snappy: a block of " + size + " B in " + from.remaining() + " B");
                }
                var _ = from.limit(from.position() + size);
                if (!block(from, to)) {
                    return false;
                }
                var _ = from.limit(end);
            }
            return true;
        } finally {
            var _ = from.limit(end);
            var _ = to.limit(limit);
        }
    }

    private static void skip(ByteBuffer from, int bytes) throws DataFormatException {
        if (from.remaining() < bytes) {
            throw new DataFormatException("snappy: it ends too early");
        }
        var _ = from.position(from.position() + bytes);
    }

    /** All of {@code from} is one block. */
    private static boolean block(ByteBuffer from, ByteBuffer to) throws DataFormatException {
        int start = to.position();
        int limit = to.limit();
        try {
            int size = org.xerial.snappy.Snappy.uncompressedLength(from);
            if (size < 0) {
                throw new DataFormatException("snappy: a block of more than 2 GiB");
            }
            if (size > MOST_YIELD * from.remaining()) {
                throw new DataFormatException(
                        "snappy: a block of " + from.remaining() + " B claims to yield " + size + " B");
            }
            if (size > to.remaining()) {
                return false;
            }
            int got = org.xerial.snappy.Snappy.uncompress(from, to);
            var _ = to.limit(limit).position(start + got);
            var _ = from.position(from.limit());
            return true;
        } catch (IOException | SnappyError damaged) {
            throw malformed(damaged);
        }
    }

    private static DataFormatException malformed(Throwable cause) {
        DataFormatException malformed = new DataFormatException("snappy: " + cause.getMessage());
        var _ = malformed.initCause(cause);
        return malformed;
    }
}
