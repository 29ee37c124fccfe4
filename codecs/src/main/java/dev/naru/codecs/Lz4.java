package dev.naru.codecs;

import dev.naru.topics.Codec;
import dev.naru.topics.CodecProvider;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * LZ4 by lz4-java, in the LZ4 frame format as batches of magic 2 have it: independent blocks of 64 KiB, and no checksum but
 * the header's. Checksums that another writer put in are checked.
 *
 * <pre>
 *   0  magic, int32    4  flags    5  largest block    (content size, 8)    header checksum, 1
 *   length, int32, top bit: not compressed; block …    (its checksum, 4)
 *   0, int32    (checksum of all, 4)
 * </pre>
 */
public final class Lz4 implements CodecProvider {
    private static final int MAGIC = 0x184D2204;
    private static final int HEADER = 7;
    private static final int VERSION = 1 << 6;
    private static final int VERSION_BITS = 3 << 6;
    private static final int INDEPENDENT = 1 << 5;
    private static final int BLOCK_CHECKSUM = 1 << 4;
    private static final int CONTENT_SIZE = 1 << 3;
    private static final int CONTENT_CHECKSUM = 1 << 2;
    private static final int DICTIONARY = 1;
    private static final int KIB_64 = 4;
    private static final int LARGEST_KIND = 7;
    private static final int BLOCK = 64 << 10;
    private static final int PLAIN = 1 << 31;

    /** Loaded when it is first needed. */
    private static final class Library {
        static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
        static final LZ4SafeDecompressor DECOMPRESSOR =
                LZ4Factory.fastestInstance().safeDecompressor();
        static final XXHash32 HASH = XXHashFactory.fastestInstance().hash32();

        private Library() {}
    }

    /** For {@link java.util.ServiceLoader}. */
    public Lz4() {}

    @Override
    public Codec codec() {
        return Codec.LZ4;
    }

    @Override
    public boolean compress(ByteBuffer from, ByteBuffer to) {
        if (to.remaining() < HEADER + Integer.BYTES) {
            return false;
        }
        int start = to.position();
        var _ = to.order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC)
                .put((byte) (VERSION | INDEPENDENT))
                .put((byte) (KIB_64 << 4));
        var _ = to.put(headerChecksum(to, start + Integer.BYTES));
        while (from.hasRemaining()) {
            int size = Math.min(BLOCK, from.remaining());
            if (to.remaining() < 2 * Integer.BYTES + Library.COMPRESSOR.maxCompressedLength(size)) {
                return false;
            }
            int at = to.position();
            int bodyAt = at + Integer.BYTES;
            int packed = Library.COMPRESSOR.compress(from, from.position(), size, to, bodyAt, to.limit() - bodyAt);
            if (packed >= size) {
                packed = size;
                var _ = to.putInt(at, size | PLAIN).put(bodyAt, from, from.position(), size);
            } else {
                var _ = to.putInt(at, packed);
            }
            var _ = to.position(bodyAt + packed);
            var _ = from.position(from.position() + size);
        }
        var _ = to.putInt(0);
        return true;
    }

    /** Of the header from its flags up to where the buffer stands. */
    private static byte headerChecksum(ByteBuffer header, int from) {
        return (byte) (Library.HASH.hash(header, from, header.position() - from, 0) >> 8);
    }

    @Override
    public boolean decompress(ByteBuffer from, ByteBuffer to) throws DataFormatException {
        var _ = from.order(ByteOrder.LITTLE_ENDIAN);
        require(from, HEADER);
        int flagsAt = from.position() + Integer.BYTES;
        if (from.getInt() != MAGIC) {
            throw new DataFormatException("lz4: no frame");
        }
        int flags = from.get();
        int kind = (from.get() >> 4) & LARGEST_KIND;
        if ((flags & VERSION_BITS) != VERSION
                || (flags & INDEPENDENT) == 0
                || (flags & DICTIONARY) != 0
                || kind < KIB_64) {
            throw new DataFormatException("lz4: a frame of a kind that Kafka does not know, flags " + flags);
        }
        if ((flags & CONTENT_SIZE) != 0) {
            require(from, Long.BYTES);
            long _ = from.getLong();
        }
        require(from, 1);
        byte expected = headerChecksum(from, flagsAt);
        if (from.get() != expected) {
            throw new DataFormatException("lz4: another checksum of its header than it says");
        }
        return blocks(from, to, flags, 1 << (2 * kind + 8));
    }

    private static boolean blocks(ByteBuffer from, ByteBuffer to, int flags, int largest) throws DataFormatException {
        int start = to.position();
        while (true) {
            require(from, Integer.BYTES);
            int word = from.getInt();
            if (word == 0) {
                break;
            }
            int size = word & ~PLAIN;
            require(from, size);
            if (!block(from, size, to, word < 0, largest)) {
                return false;
            }
            int at = from.position();
            var _ = from.position(at + size);
            if ((flags & BLOCK_CHECKSUM) != 0) {
                check(from, from, at, size);
            }
        }
        if ((flags & CONTENT_CHECKSUM) != 0) {
            check(from, to, start, to.position() - start);
        }
        return true;
    }

    /** False when there is no room for it. */
    private static boolean block(ByteBuffer from, int size, ByteBuffer to, boolean plain, int largest)
            throws DataFormatException {
        if (plain) {
            if (size > to.remaining()) {
                return false;
            }
            var _ = to.put(to.position(), from, from.position(), size).position(to.position() + size);
            return true;
        }
        int room = Math.min(largest, to.remaining());
        try {
            int got = Library.DECOMPRESSOR.decompress(from, from.position(), size, to, to.position(), room);
            var _ = to.position(to.position() + got);
            return true;
        } catch (LZ4Exception refused) {
            if (room < largest) {
                return false; // too little room, or damaged: with more room it is told
            }
            DataFormatException malformed = new DataFormatException("lz4: " + refused.getMessage());
            var _ = malformed.initCause(refused);
            throw malformed;
        }
    }

    private static void check(ByteBuffer from, ByteBuffer what, int at, int size) throws DataFormatException {
        require(from, Integer.BYTES);
        if (from.getInt() != Library.HASH.hash(what, at, size, 0)) {
            throw new DataFormatException("lz4: another checksum than it says");
        }
    }

    private static void require(ByteBuffer from, int bytes) throws DataFormatException {
        if (bytes < 0 || from.remaining() < bytes) {
            throw new DataFormatException("lz4: it ends too early");
        }
    }
}
