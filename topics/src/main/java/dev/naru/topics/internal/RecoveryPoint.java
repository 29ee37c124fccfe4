package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What is on the disk, whatever happens to the machine: all below a position of a segment. It stands twice in the control
 * block, each with a CRC of its own, and the newer sound one counts.
 *
 * <pre>
 *   0  number   8  base offset of the segment   16  position   24  offset there   32  log start   40  CRC-32C, int32
 * </pre>
 *
 * @param number how many came before
 * @param segment base offset of the segment
 * @param position in it, in bytes
 * @param offset of the batch that begins there
 * @param logStart the lowest offset that may be read
 */
record RecoveryPoint(long number, long segment, long position, long offset, long logStart) {
    /** The start of the log. */
    static final RecoveryPoint START = new RecoveryPoint(1, 0, 0, 0, 0);

    private static final long CRC = 40;

    /** Whether nothing was flushed ever. */
    boolean isFirst() {
        return number == START.number;
    }

    /** The newer of those that are sound; without one, the start. */
    static RecoveryPoint read(MemorySegment block) {
        RecoveryPoint first = read(block, PartitionLayout.RECOVERY_AT);
        RecoveryPoint second = read(block, PartitionLayout.RECOVERY_AT + PartitionLayout.RECOVERY_STEP);
        return first.number > second.number ? first : second;
    }

    private static RecoveryPoint read(MemorySegment block, long at) {
        return crc(block, at) != Words.getInt(block, at + CRC)
                ? START
                : new RecoveryPoint(
                        Words.get(block, at),
                        Words.get(block, at + 8),
                        Words.get(block, at + 16),
                        Words.get(block, at + 24),
                        Words.get(block, at + 32));
    }

    /** The next one, with another start of the log. */
    RecoveryPoint withLogStart(long offset) {
        return new RecoveryPoint(number + 1, segment, position, this.offset, offset);
    }

    /** Writes it where the older one stands. */
    void write(MemorySegment block) {
        long at = PartitionLayout.RECOVERY_AT + (number & 1) * PartitionLayout.RECOVERY_STEP;
        Words.set(block, at, number);
        Words.set(block, at + 8, segment);
        Words.set(block, at + 16, position);
        Words.set(block, at + 24, offset);
        Words.set(block, at + 32, logStart);
        Words.setInt(block, at + CRC, crc(block, at));
    }

    private static int crc(MemorySegment block, long at) {
        CRC32C crc = new CRC32C();
        crc.update(block.asSlice(at, CRC).asByteBuffer().order(ByteOrder.nativeOrder()));
        return (int) crc.getValue();
    }
}
