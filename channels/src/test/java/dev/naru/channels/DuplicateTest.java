package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.channels.contract.Buffers;
import dev.naru.channels.contract.ByteChannelFixture;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A second end of the same pipe or FIFO, with flags of its own. */
@ExtendWith(NoLeaks.class)
class DuplicateTest {
    /** Both are pipes to the kernel, and both must behave so. */
    enum Kind {
        PIPE,
        FIFO;

        ByteChannelFixture fixture() {
            return this == PIPE ? new AnonymousPipeFixture() : new FifoFixture();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theEndComesWhenBothWritersAreClosed(Kind kind) throws Exception {
        try (ByteChannelFixture fixture = kind.fixture()) {
            // given
            var loop = fixture.loopback();
            PipeWriter writer = (PipeWriter) loop.writer();

            // when
            try (PipeWriter second = writer.duplicate()) {
                writer.close();
                int _ = second.write(ByteBuffer.wrap(Payload.bytes(1, 10)));
                assertThat(Buffers.read(loop.reader(), 10)).isEqualTo(Payload.bytes(1, 10));
                assertThat(loop.reader().tryRead(ByteBuffer.allocate(1))).isZero();
            }

            // then
            assertThat(loop.reader().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theReaderIsGoneWhenBothAreClosed(Kind kind) throws Exception {
        try (ByteChannelFixture fixture = kind.fixture()) {
            // given
            var loop = fixture.loopback();
            PipeReader reader = (PipeReader) loop.reader();

            // when
            try (PipeReader second = reader.duplicate()) {
                reader.close();
                int _ = loop.writer().write(ByteBuffer.wrap(Payload.bytes(2, 10)));
                assertThat(Buffers.read(second, 10)).isEqualTo(Payload.bytes(2, 10));
            }

            // then
            var gone = catchThrowableOfType(
                    ErrnoException.class, () -> loop.writer().write(ByteBuffer.allocate(1)));
            assertThat(gone.problem()).isEqualTo(Problem.READER_GONE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFlagsOfOneAreNotThoseOfTheOther(Kind kind) throws Exception {
        try (ByteChannelFixture fixture = kind.fixture()) {
            // given
            PipeReader reader = (PipeReader) fixture.loopback().reader();
            try (PipeReader second = reader.duplicate()) {
                // when
                reader.descriptor().setNonBlocking(false);

                // then
                assertThat(reader.descriptor().isNonBlocking()).isFalse();
                assertThat(second.descriptor().isNonBlocking()).isTrue();
                assertThat(second.status().inode()).isEqualTo(reader.status().inode());
            }
        }
    }

    /** The kernel refuses to open a FIFO for writing that nobody reads, and allows it for an anonymous pipe. */
    @ParameterizedTest
    @EnumSource
    void aDuplicateOfAWriterWhoseReaderIsGoneSaysSo(Kind kind) throws Exception {
        try (ByteChannelFixture fixture = kind.fixture()) {
            // given
            var loop = fixture.loopback();
            loop.reader().close();

            // when
            var refused = catchThrowableOfType(ErrnoException.class, () -> {
                try (PipeWriter second = ((PipeWriter) loop.writer()).duplicate()) {
                    int _ = second.write(ByteBuffer.allocate(1));
                }
            });

            // then
            assertThat(refused.problem()).isEqualTo(Problem.READER_GONE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClosedEndHasNoDuplicate(Kind kind) throws Exception {
        try (ByteChannelFixture fixture = kind.fixture()) {
            // given
            var loop = fixture.loopback();

            // when
            loop.reader().close();
            loop.writer().close();

            // then
            assertThatThrownBy(((PipeReader) loop.reader())::duplicate).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(((PipeWriter) loop.writer())::duplicate).isInstanceOf(ClosedChannelException.class);
        }
    }
}
