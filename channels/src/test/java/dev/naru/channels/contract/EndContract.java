package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end comes when the other side has closed, after all that it wrote, and stays. */
interface EndContract extends Contract {
    @Test
    default void theEndComesAfterAllThatWasWritten() throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 1000 1");
        in.peer().tell("close write");

        // when
        byte[] arrived = Buffers.read(in.channel(), 2000);

        // then
        assertThat(arrived).isEqualTo(Payload.bytes(1, 1000));
        assertThat(in.channel().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    default void theEndStays() throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().tell("close write");

        // when, then
        for (int i = 0; i < 3; i++) {
            assertThat(in.channel().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(in.channel().read(ByteBuffer.allocate(1), Duration.ofHours(1)))
                    .isEqualTo(-1);
            assertThat(in.channel().tryRead(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void aWaitingReadEndsWhenThePeerCloses(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(1)))
                .awaitPolling();

        // when
        in.peer().tell("close write");

        // then
        assertThat(read.result()).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    default void aWaitingTimedReadEndsWhenThePeerCloses(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(1), Duration.ofHours(1)))
                .awaitPolling();

        // when
        in.peer().tell("close write");

        // then
        assertThat(read.result()).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    default void aWaitingReadEndsWhenThePeerIsKilled(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(1)))
                .awaitPolling();

        // when
        in.peer().kill();

        // then
        assertThat(read.result()).isEqualTo(-1);
    }

    @Test
    default void thePeerSeesTheEndWhenWeClose() throws Exception {
        // given
        var out = fixture().outbound();
        int _ = out.channel().write(ByteBuffer.wrap(Payload.bytes(2, 100)));

        // when
        out.channel().close();

        // then
        assertThat(out.peer().ask("read-to-end")).isEqualTo("end 100 " + Payload.sha256(2, 100));
    }
}
