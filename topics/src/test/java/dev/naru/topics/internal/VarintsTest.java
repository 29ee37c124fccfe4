package dev.naru.topics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;

/** Varints as Kafka has them. */
class VarintsTest {
    private final ByteBuffer buffer = ByteBuffer.allocate(16);
    private final MemorySegment memory = MemorySegment.ofBuffer(buffer);

    @Test
    void numbersOf32Bits() {
        Random random = new Random(3);
        for (int i = 0; i < 50_000; i++) {
            int value = random.nextInt() >> random.nextInt(32);
            long size = Varints.write(memory, 0, value);
            assertThat(size).isEqualTo(Varints.size(value)).isEqualTo(ByteUtils.sizeOfVarint(value));
            assertThat(ByteUtils.readVarint(buffer.clear())).isEqualTo(value);
        }
    }

    @Test
    void numbersOf64Bits() {
        Random random = new Random(4);
        for (int i = 0; i < 50_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            long size = Varints.write(memory, 0, value);
            assertThat(size).isEqualTo(Varints.size(value)).isEqualTo(ByteUtils.sizeOfVarlong(value));
            assertThat(ByteUtils.readVarlong(buffer.clear())).isEqualTo(value);
        }
    }
}
