package dev.naru.codecs;

import dev.naru.topics.Codec;
import dev.naru.topics.CodecProvider;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** gzip (RFC 1952) by the JDK's zlib. */
public final class Gzip implements CodecProvider {
    private static final int MAGIC = 0x1f8b;
    private static final byte DEFLATE = 8;
    private static final byte ANY_SYSTEM = (byte) 0xff;
    private static final int HEADER = 10;
    private static final int TRAILER = 8;
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;

    private static final Pool<Packing> PACKING = new Pool<>(Packing::new, Packing::end);
    private static final Pool<Unpacking> UNPACKING = new Pool<>(Unpacking::new, Unpacking::end);

    /** For {@link java.util.ServiceLoader}. */
    public Gzip() {}

    @Override
    public Codec codec() {
        return Codec.GZIP;
    }

    @Override
    public boolean compress(ByteBuffer from, ByteBuffer to) {
        Packing packing = PACKING.take();
        try {
            return packing.run(from, to);
        } finally {
            PACKING.giveBack(packing);
        }
    }

    @Override
    public boolean decompress(ByteBuffer from, ByteBuffer to) throws DataFormatException {
        Unpacking unpacking = UNPACKING.take();
        try {
            while (from.hasRemaining()) { // a file may have many members
                if (!unpacking.member(from, to)) {
                    return false;
                }
            }
            return true;
        } finally {
            UNPACKING.giveBack(unpacking);
        }
    }

    private static final class Packing {
        private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        private final CRC32 crc = new CRC32();

        boolean run(ByteBuffer from, ByteBuffer to) {
            if (to.remaining() < HEADER + TRAILER) {
                return false;
            }
            var _ = to.order(ByteOrder.BIG_ENDIAN)
                    .putShort((short) MAGIC)
                    .put(DEFLATE)
                    .put((byte) 0)
                    .putInt(0)
                    .put((byte) 0)
                    .put(ANY_SYSTEM);
            int size = from.remaining();
            int start = from.position();
            crc.reset();
            crc.update(from);
            var _ = from.position(start);
            deflater.reset();
            deflater.setInput(from);
            deflater.finish();
            while (!deflater.finished()) {
                if (deflater.deflate(to) == 0 && !deflater.finished()) {
                    return false;
                }
            }
            if (to.remaining() < TRAILER) {
                return false;
            }
            var _ = to.order(ByteOrder.LITTLE_ENDIAN)
                    .putInt((int) crc.getValue())
                    .putInt(size);
            return true;
        }

        void end() {
            deflater.end();
        }
    }

    private static final class Unpacking {
        private final Inflater inflater = new Inflater(true);
        private final CRC32 crc = new CRC32();

        boolean member(ByteBuffer from, ByteBuffer to) throws DataFormatException {
            skipHeader(from.order(ByteOrder.BIG_ENDIAN));
            int start = to.position();
            inflater.reset();
            inflater.setInput(from);
            while (!inflater.finished()) {
                if (inflater.inflate(to) == 0 && !inflater.finished()) {
                    if (!to.hasRemaining()) {
                        return false;
                    }
                    throw new DataFormatException("gzip: it ends too early");
                }
            }
            int end = to.position();
            int limit = to.limit();
            crc.reset();
            crc.update(to.limit(end).position(start));
            var _ = to.limit(limit).position(end);
            require(from, TRAILER);
            var _ = from.order(ByteOrder.LITTLE_ENDIAN);
            if (from.getInt() != (int) crc.getValue() || from.getInt() != end - start) {
                throw new DataFormatException("gzip: another CRC or length than it says");
            }
            return true;
        }

        private static void skipHeader(ByteBuffer from) throws DataFormatException {
            require(from, HEADER);
            if ((from.getShort() & 0xffff) != MAGIC || from.get() != DEFLATE) {
                throw new DataFormatException("gzip: no header");
            }
            int flags = from.get();
            skip(from, HEADER - 4);
            if ((flags & EXTRA) != 0) {
                require(from, Short.BYTES);
                skip(from, Short.reverseBytes(from.getShort()) & 0xffff);
            }
            if ((flags & NAME) != 0) {
                skipText(from);
            }
            if ((flags & COMMENT) != 0) {
                skipText(from);
            }
            if ((flags & HEADER_CRC) != 0) {
                skip(from, Short.BYTES);
            }
        }

        private static void skipText(ByteBuffer from) throws DataFormatException {
            do {
                require(from, 1);
            } while (from.get() != 0);
        }

        private static void skip(ByteBuffer from, int bytes) throws DataFormatException {
            require(from, bytes);
            var _ = from.position(from.position() + bytes);
        }

        private static void require(ByteBuffer from, int bytes) throws DataFormatException {
            if (from.remaining() < bytes) {
                throw new DataFormatException("gzip: it ends too early");
            }
        }

        void end() {
            inflater.end();
        }
    }
}
