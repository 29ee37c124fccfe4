package dev.naru.topics.internal;

import dev.naru.topics.CodecProvider;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses the records of batches, into memory that is used again. It grows to what the largest batch took, and not
 * further than {@link #MOST}, whatever a batch claims.
 *
 * <p>For one thread at a time. Nothing is allocated once a batch was as large, where the codec's library allows that.
 */
public final class Unpacker {
    /** The most bytes that the records of a compressed batch may have: 256 MiB. */
    public static final int MOST = 256 << 20;

    /** No codec of that number is there. */
    public static final int NO_CODEC = -1;

    /** It decompresses to more than {@link #MOST}. */
    public static final int TOO_LARGE = -2;

    private static final int USUAL_RATIO = 4;

    private final Scratch scratch = new Scratch();

    /** For one who reads. */
    public static Unpacker create() {
        return new Unpacker();
    }

    private Unpacker() {}

    /**
     * Decompresses the records of a batch.
     *
     * @param bytes where it lies; position and limit are moved
     * @return how many bytes they have in {@link #memory}, {@link #NO_CODEC} or {@link #TOO_LARGE}
     * @throws DataFormatException when it is damaged
     */
    public int unpack(ByteBuffer bytes, long at, long size, int codec) throws DataFormatException {
        @Nullable CodecProvider provider = Codecs.of(codec);
        if (provider == null) {
            return NO_CODEC;
        }
        int from = (int) at + Batch.HEADER;
        int room = (int) Math.min(MOST, USUAL_RATIO * size);
        while (true) {
            ByteBuffer unpacked = scratch.room(room);
            room = unpacked.capacity();
            if (provider.decompress(bytes.limit((int) (at + size)).position(from), unpacked)) {
                return unpacked.position();
            }
            if (room >= MOST) {
                return TOO_LARGE;
            }
            room = (int) Math.min(MOST, (long) USUAL_RATIO * room);
        }
    }

    /** Where the records of the last batch lie, from 0 on; until the next one is decompressed. */
    public MemorySegment memory() {
        return scratch.memory();
    }

    /** What people call the codec of that number. */
    public static String name(int codec) {
        return Codecs.name(codec);
    }
}
