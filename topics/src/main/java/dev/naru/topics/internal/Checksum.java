package dev.naru.topics.internal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The CRC-32C of batches, by the processor's own instruction. For one thread at a time; nothing is allocated. */
public final class Checksum {
    private final CRC32C crc = new CRC32C();

    /**
     * Of a batch.
     *
     * @param bytes the segment; its position and limit are moved
     */
    public int of(ByteBuffer bytes, long at, long size) {
        crc.reset();
        var _ = bytes.limit((int) (at + size)).position((int) at + Batch.CRC_FROM);
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
