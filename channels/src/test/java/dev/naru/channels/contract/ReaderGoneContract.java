package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A write that nobody will read says so. */
interface ReaderGoneContract extends Contract {
    private void assertReaderGone(@Nullable Throwable thrown) {
        assertThat(thrown).isInstanceOfSatisfying(ErrnoException.class, gone -> {
            if (fixture().refusesAtOnce()) {
                assertThat(gone.problem()).isEqualTo(Problem.READER_GONE);
                assertThat(gone.errno()).isEqualTo(Errno.EPIPE);
            } else {
                assertThat(gone.problem()).isIn(Problem.READER_GONE, Problem.CONNECTION_RESET);
            }
        });
    }

    /** The peer reads no more, and our side knows. */
    private void closeFarReader(ByteChannelFixture.Outbound out) throws Exception {
        out.peer().tell("close read");
        if (!fixture().refusesAtOnce()) {
            assertThat(catchThrowableOfType(ErrnoException.class, () -> {
                        while (true) {
                            int _ = out.channel().write(ByteBuffer.allocate(1));
                        }
                    }))
                    .isNotNull();
        }
    }

    @Test
    default void everyWriteIsRefusedWhenTheReaderIsGone() throws Exception {
        // given
        var out = fixture().outbound();
        ByteBuffer source = ByteBuffer.allocate(1);

        // when
        closeFarReader(out);

        // then
        assertReaderGone(
                catchThrowableOfType(ErrnoException.class, () -> out.channel().write(source)));
        assertReaderGone(
                catchThrowableOfType(ErrnoException.class, () -> out.channel().write(source, TimedReadContract.LONG)));
        assertReaderGone(
                catchThrowableOfType(ErrnoException.class, () -> out.channel().tryWrite(source)));
        assertReaderGone(
                catchThrowableOfType(ErrnoException.class, () -> out.channel().write(new ByteBuffer[] {source})));
        assertThat(source.position()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    default void aWaitingWriteEndsWhenThePeerCloses(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        ByteBuffer source = ByteBuffer.allocate(SlowReaderContract.MUCH);
        var write = Task.start(kind, () -> out.channel().write(source)).awaitPolling();

        // when
        out.peer().tell("close read");

        // then
        assertReaderGone(write.failure());
        assertThat(source.position()).isPositive().isLessThan(source.limit());
    }

    @ParameterizedTest
    @EnumSource
    default void aWaitingWriteEndsWhenThePeerIsKilled(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        var write = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(SlowReaderContract.MUCH)))
                .awaitPolling();

        // when
        out.peer().kill();

        // then
        assertReaderGone(write.failure());
    }

    @ParameterizedTest
    @EnumSource
    default void aWaitingTimedWriteEndsWhenThePeerIsKilled(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int _ = Buffers.fill(out.channel());
        var write = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(1), TimedReadContract.LONG))
                .awaitPolling();

        // when
        out.peer().kill();

        // then
        assertReaderGone(write.failure());
    }

    @Test
    default void theErrorNamesTheChannelAndWhatHelps() throws Exception {
        // given
        var out = fixture().outbound();
        closeFarReader(out);

        // when
        var gone =
                catchThrowableOfType(ErrnoException.class, () -> out.channel().write(ByteBuffer.allocate(1)));

        // then
        assertThat(gone.call()).isEqualTo("write");
        assertThat(gone.target()).isEqualTo(out.channel().toString());
        assertThat(gone).hasMessageContainingAll(out.channel().toString(), "EPIPE", gone.remedy());
    }
}
