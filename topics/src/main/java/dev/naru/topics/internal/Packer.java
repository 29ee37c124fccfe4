package dev.naru.topics.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Codec;
import dev.naru.topics.CodecProvider;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Compresses batches between their layout and their publication, where the topic says so: into memory of this process, and from
 * there over what was laid out. A batch that does not get smaller stays as it is.
 *
 * <p>Guarded by the lock of its partition, but {@link #require}. Nothing is allocated once a batch was as large.
 */
final class Packer {
    /** What a codec may want beside what it is given: a sixth for Snappy, and the frames of small blocks. */
    private static final int SLACK = 4096;

    private final Codec codec;
    private final Scratch scratch = new Scratch();

    Packer(Codec codec) {
        this.codec = codec;
    }

    /** Refuses when the topic is compressed and this process cannot do that. */
    void require(Path folder) throws ErrnoException {
        if (codec != Codec.NONE && Codecs.of(codec.number()) == null) {
            throw ErrnoException.of(
                    Problem.NO_CODEC,
                    Errno.EOPNOTSUPP.number(),
                    "append",
                    folder.toString(),
                    "compression.type=" + codec,
                    codec.toString());
        }
    }

    /** Compresses the records of the batch that is laid out there, if that makes it smaller: the bytes that it has then. */
    int pack(Segment segment, long start, int size) {
        @Nullable CodecProvider provider = codec == Codec.NONE ? null : Codecs.of(codec.number());
        int records = size - Batch.HEADER;
        if (provider == null || records > Unpacker.MOST) {
            return size;
        }
        int from = (int) start + Batch.HEADER;
        ByteBuffer packed = scratch.room(records + records / 6 + SLACK);
        ByteBuffer plain = segment.bytes().limit(from + records).position(from);
        if (!provider.compress(plain, packed) || packed.position() >= records) {
            return size;
        }
        int packedSize = Batch.HEADER + packed.position();
        var _ = segment.bytes().clear().put(from, packed, 0, packed.position());
        Batch.setCodec(segment.memory(), start, codec.number(), packedSize);
        return packedSize;
    }
}
