package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Payload;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes arrive whole and in order, whatever their number. */
interface OrderContract extends Contract {
    /** Around the sizes of a page, of the kernel's pipe and of the channel's own buffer; the largest is 64 MiB. */
    @ParameterizedTest
    @CsvSource({
        "1, HEAP",
        "1, DIRECT",
        "2, HEAP",
        "4095, HEAP",
        "4096, HEAP",
        "4097, HEAP",
        "4097, DIRECT",
        "65535, DIRECT",
        "65536, HEAP",
        "65537, HEAP",
        "65537, DIRECT",
        "1048577, HEAP",
        "1048577, DIRECT",
        "8388608, HEAP",
        "8388608, DIRECT"
    })
    default void whatThePeerWritesArrives(int size, Buffers kind) throws Exception {
        // given
        var in = fixture().inbound();

        // when
        in.peer().send("write " + size + " " + size).send("close write");
        String arrived = kind.readToEnd(in.channel());

        // then
        assertThat(arrived).isEqualTo("end " + size + " " + Payload.sha256(size, size));
        assertThat(in.peer().answer()).isEqualTo("wrote " + size);
    }

    @ParameterizedTest
    @CsvSource({
        "1, HEAP",
        "1, DIRECT",
        "2, HEAP",
        "4095, HEAP",
        "4096, HEAP",
        "4097, HEAP",
        "4097, DIRECT",
        "65535, DIRECT",
        "65536, HEAP",
        "65537, HEAP",
        "65537, DIRECT",
        "1048577, HEAP",
        "1048577, DIRECT",
        "8388608, HEAP",
        "8388608, DIRECT"
    })
    default void whatWeWriteReachesThePeer(int size, Buffers kind) throws Exception {
        // given
        var out = fixture().outbound();
        ByteBuffer source = kind.of(Payload.bytes(size, size));
        out.peer().send("read-to-end");

        // when
        int written = out.channel().write(source);
        out.channel().close();

        // then
        assertThat(written).isEqualTo(size);
        assertThat(source.hasRemaining()).isFalse();
        assertThat(out.peer().answer()).isEqualTo("end " + size + " " + Payload.sha256(size, size));
    }

    @Test
    default void piecesOfAnySizeMakeOneStream() throws Exception {
        // given
        var out = fixture().outbound();
        int size = 1 << 20;
        ByteBuffer source = ByteBuffer.wrap(Payload.bytes(7, size));
        Random random = new Random(7); // fixed: any pieces will do, but the same each time
        out.peer().send("read-to-end");

        // when
        while (source.position() < size) {
            source.limit(Math.min(size, source.position() + 1 + random.nextInt(20_000)));
            int _ = out.channel().write(source);
        }
        out.channel().close();

        // then
        assertThat(out.peer().answer()).isEqualTo("end " + size + " " + Payload.sha256(7, size));
    }
}
