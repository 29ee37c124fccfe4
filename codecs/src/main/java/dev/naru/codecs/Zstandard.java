package dev.naru.codecs;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.naru.topics.Codec;
import dev.naru.topics.CodecProvider;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/** Zstandard (RFC 8878) by zstd-jni: frames, whose size need not stand in their header. */
public final class Zstandard implements CodecProvider {
    /** ZSTD_error_dstSize_tooSmall. */
    private static final long TOO_SMALL = 70;

    private static final Pool<ZstdCompressCtx> PACKING = new Pool<>(ZstdCompressCtx::new, ZstdCompressCtx::close);
    private static final Pool<ZstdDecompressCtx> UNPACKING =
            new Pool<>(ZstdDecompressCtx::new, ZstdDecompressCtx::close);

    /** For {@link java.util.ServiceLoader}. */
    public Zstandard() {}

    @Override
    public Codec codec() {
        return Codec.ZSTD;
    }

    @Override
    public boolean compress(ByteBuffer from, ByteBuffer to) {
        ZstdCompressCtx packing = PACKING.take();
        try {
            int packed = packing.compressDirectByteBuffer(
                    to, to.position(), to.remaining(), from, from.position(), from.remaining());
            var _ = to.position(to.position() + packed);
            var _ = from.position(from.limit());
            return true;
        } catch (ZstdException refused) {
            if (refused.getErrorCode() == TOO_SMALL) {
                return false;
            }
            throw refused;
        } finally {
            PACKING.giveBack(packing);
        }
    }

    @Override
    public boolean decompress(ByteBuffer from, ByteBuffer to) throws DataFormatException {
        ZstdDecompressCtx unpacking = UNPACKING.take();
        try {
            unpacking.reset();
            boolean whole = true;
            while (from.hasRemaining() || !whole) {
                int before = from.position() + to.position();
                whole = unpacking.decompressDirectByteBufferStream(to, from);
                if (!whole && !to.hasRemaining()) {
                    return false;
                }
                if (!whole && from.position() + to.position() == before) {
                    throw new DataFormatException("zstd: it ends too early");
                }
            }
            return true;
        } catch (ZstdException refused) {
            DataFormatException malformed = new DataFormatException("zstd: " + refused.getMessage());
            var _ = malformed.initCause(refused);
            throw malformed;
        } finally {
            UNPACKING.giveBack(unpacking);
        }
    }
}
