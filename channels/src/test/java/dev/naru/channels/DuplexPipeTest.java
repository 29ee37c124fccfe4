package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.contract.Buffers;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
class DuplexPipeTest {
    private final DuplexPipeFixture fixture = new DuplexPipeFixture();

    @AfterEach
    void closeAll() throws Exception {
        fixture.close();
    }

    @Test
    void aQuestionGoesOutAndItsAnswerComesBack() throws Exception {
        // given
        var both = fixture.both();
        both.peer().send("echo 3 100");

        for (int i = 0; i < 3; i++) {
            // when
            assertThat(both.side().write(ByteBuffer.wrap(Payload.bytes(i, 100))))
                    .isEqualTo(100);
            ByteBuffer answer = ByteBuffer.allocate(100);
            while (answer.hasRemaining()) {
                int _ = both.side().read(answer);
            }

            // then
            assertThat(answer.array()).isEqualTo(Payload.bytes(i, 100));
        }
        assertThat(both.peer().answer()).isEqualTo("echoed 3");
    }

    @Test
    void whenWeEndOurOutputThePeerCanStillAnswer() throws Exception {
        // given
        var both = fixture.both();
        int _ = both.side().write(ByteBuffer.wrap(Payload.bytes(1, 10)));

        // when
        both.side().shutdownOutput();

        // then
        assertThat(both.peer().ask("read-to-end")).isEqualTo("end 10 " + Payload.sha256(1, 10));
        both.peer().send("write 100000 2").send("close write");
        assertThat(Buffers.HEAP.readToEnd(both.side().reader())).isEqualTo("end 100000 " + Payload.sha256(2, 100_000));
        assertThat(both.side().isOpen()).isTrue();
    }

    @Test
    void whenThePeerEndsItsOutputWeCanStillWrite() throws Exception {
        // given
        var both = fixture.both();

        // when
        both.peer().tell("close write");

        // then
        assertThat(both.side().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThat(both.side().write(ByteBuffer.wrap(Payload.bytes(3, 10)))).isEqualTo(10);
        assertThat(both.peer().ask("read 10")).isEqualTo("read 10 " + Payload.sha256(3, 10));
    }

    @Test
    void afterTheEndOfOurOutputAWriteIsRefused() throws Exception {
        // given
        var side = fixture.both().side();

        // when
        side.shutdownOutput();
        side.shutdownOutput();

        // then
        assertThatThrownBy(() -> side.write(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void closingASideClosesBothDirections() throws Exception {
        // given
        var both = fixture.both();

        // when
        both.side().close();
        both.side().close();

        // then
        assertThat(both.side().isOpen()).isFalse();
        assertThat(both.peer().ask("read-to-end")).startsWith("end 0 ");
        assertThat(both.peer().ask("write 1 1")).isEqualTo("error EPIPE 0");
    }

    @ParameterizedTest
    @EnumSource
    void aCloseEndsWhoReadsAndWhoWrites(ThreadKind kind) throws Exception {
        // given
        var side = fixture.both().side();
        int _ = Buffers.fill(side.writer());
        var read = Task.start(kind, () -> side.read(ByteBuffer.allocate(1))).awaitPolling();
        var write = Task.start(kind, () -> side.write(ByteBuffer.allocate(1))).awaitPolling();

        // when
        side.close();

        // then
        assertThat(read.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        assertThat(write.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }

    /** As {@link java.nio.channels.InterruptibleChannel} has it: the channel, not half of it. */
    @ParameterizedTest
    @EnumSource
    void anInterruptOfWhoReadsClosesTheSide(ThreadKind kind) throws Exception {
        // given
        var both = fixture.both();
        var read =
                Task.start(kind, () -> both.side().read(ByteBuffer.allocate(1))).awaitPolling();

        // when
        read.interrupt();

        // then
        assertThat(read.failure()).isInstanceOf(ClosedByInterruptException.class);
        assertThat(both.side().isOpen()).isFalse();
        assertThat(both.peer().ask("read-to-end")).startsWith("end 0 ");
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfWhoWritesClosesTheSide(ThreadKind kind) throws Exception {
        // given
        var both = fixture.both();
        int _ = Buffers.fill(both.side().writer());
        var write = Task.start(kind, () -> both.side().write(ByteBuffer.allocate(1)))
                .awaitPolling();

        // when
        write.interrupt();

        // then
        assertThat(write.failure()).isInstanceOf(ClosedByInterruptException.class);
        assertThat(both.side().isOpen()).isFalse();
        assertThat(both.peer().ask("write 1 1")).isEqualTo("error EPIPE 0");
    }

    @Test
    void eachSideReadsWhatTheOtherWrites() throws Exception {
        // given
        try (DuplexPipe duplex = DuplexPipe.create()) {
            // when
            int _ = duplex.near().write(ByteBuffer.wrap(new byte[] {1}));
            int _ = duplex.far().write(ByteBuffer.wrap(new byte[] {2}));

            // then
            assertThat(Buffers.read(duplex.far().reader(), 1)).containsExactly(1);
            assertThat(Buffers.read(duplex.near().reader(), 1)).containsExactly(2);
        }
    }
}
