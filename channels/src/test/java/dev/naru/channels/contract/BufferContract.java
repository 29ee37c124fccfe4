package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Payload;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What lies between position and limit of a buffer counts, and nothing else. */
interface BufferContract extends Contract {
    @Test
    default void aBufferWithoutRoomReadsNothingAndDoesNotWait() throws Exception {
        // given
        var channel = fixture().inbound().channel();
        ByteBuffer full = ByteBuffer.allocate(0);

        // when, then
        assertThat(channel.read(full)).isZero();
        assertThat(channel.read(full, TimedReadContract.LONG)).isZero();
        assertThat(channel.tryRead(full)).isZero();
    }

    @Test
    default void anEmptyBufferWritesNothingAndDoesNotWait() throws Exception {
        // given
        var channel = fixture().outbound().channel();
        int _ = Buffers.fill(channel);
        ByteBuffer empty = ByteBuffer.allocate(0);

        // when, then
        assertThat(channel.write(empty)).isZero();
        assertThat(channel.write(empty, TimedReadContract.LONG)).isZero();
        assertThat(channel.tryWrite(empty)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    default void aReadOnlyBufferIsRefusedAndNothingIsLost(Buffers kind) throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 5 1");
        ByteBuffer readOnly = kind.allocate(5).asReadOnlyBuffer();

        // when, then
        assertThatThrownBy(() -> in.channel().read(readOnly)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> in.channel().read(readOnly, TimedReadContract.LONG))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> in.channel().tryRead(readOnly)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Buffers.read(in.channel(), 5)).isEqualTo(Payload.bytes(1, 5));
    }

    @ParameterizedTest
    @EnumSource
    default void aReadOnlyBufferIsWritten(Buffers kind) throws Exception {
        // given
        var out = fixture().outbound();
        ByteBuffer source = kind.of(Payload.bytes(1, 10_000)).asReadOnlyBuffer();
        out.peer().send("read 10000");

        // when
        int written = out.channel().write(source);

        // then
        assertThat(written).isEqualTo(10_000);
        assertThat(out.peer().answer()).isEqualTo("read 10000 " + Payload.sha256(1, 10_000));
    }

    @ParameterizedTest
    @EnumSource
    default void onlyTheRoomOfABufferIsFilled(Buffers kind) throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 100 2");
        ByteBuffer target = kind.allocate(100).slice(10, 80).position(20).limit(30);

        // when
        int read = in.channel().read(target);

        // then
        byte[] expected = new byte[80];
        System.arraycopy(Payload.bytes(2, 10), 0, expected, 20, 10);
        byte[] found = new byte[80];
        target.clear().get(0, found);
        assertThat(read).isEqualTo(10);
        assertThat(found).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    default void aReadMovesThePositionAndNotTheLimit(Buffers kind) throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 7 2");
        ByteBuffer target = kind.allocate(100).position(20).limit(90);

        // when
        int _ = in.channel().read(target);

        // then
        assertThat(target.position()).isEqualTo(27);
        assertThat(target.limit()).isEqualTo(90);
    }

    @ParameterizedTest
    @EnumSource
    default void onlyTheRestOfABufferIsWritten(Buffers kind) throws Exception {
        // given
        var out = fixture().outbound();
        ByteBuffer source =
                kind.of(Payload.bytes(3, 100)).slice(10, 80).position(20).limit(30);

        // when
        int written = out.channel().write(source);

        // then
        assertThat(written).isEqualTo(10);
        assertThat(source.position()).isEqualTo(30);
        assertThat(source.limit()).isEqualTo(30);
        byte[] expected = new byte[10];
        System.arraycopy(Payload.bytes(3, 100), 30, expected, 0, 10);
        assertThat(out.peer().ask("read 10")).isEqualTo("read 10 " + Payload.sha256(expected));
    }
}
