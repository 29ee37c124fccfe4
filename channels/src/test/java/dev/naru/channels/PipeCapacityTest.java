package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.channels.contract.Buffers;
import dev.naru.channels.testing.Peers;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class PipeCapacityTest {
    private AnonymousPipe pipe;

    @BeforeEach
    void create() throws Exception {
        pipe = AnonymousPipe.create();
    }

    @AfterEach
    void close() throws Exception {
        pipe.close();
    }

    @Test
    void aNewPipeHasTheCapacityThatTheKernelGivesEverybody() throws Exception {
        // given what perl gets (1032: F_GETPIPE_SZ)
        String foreign = Foreign.output("perl", "-e", "pipe(R, W); print fcntl(R, 1032, 0)");

        // when, then
        assertThat(pipe.reader().capacity()).isEqualTo(Integer.parseInt(foreign));
        assertThat(pipe.writer().capacity()).isEqualTo(Integer.parseInt(foreign));
    }

    @Test
    void aCapacityIsRoundedUpToAPowerOfTwoOfPages() throws Exception {
        // when
        int got = pipe.writer().capacity(9000);

        // then
        assertThat(got).isEqualTo(16_384);
        assertThat(pipe.reader().capacity()).isEqualTo(16_384);
    }

    @Test
    void eitherEndMaySetIt() throws Exception {
        // when
        int got = pipe.reader().capacity(8192);

        // then
        assertThat(got).isEqualTo(8192);
        assertThat(pipe.writer().capacity()).isEqualTo(8192);
    }

    @Test
    void aPipeHoldsAsMuchAsItSays() throws Exception {
        // given
        int capacity = pipe.writer().capacity(32_768);

        // when
        int filled = Buffers.fill(pipe.writer());

        // then
        assertThat(filled).isEqualTo(capacity);
        assertThat(pipe.writer().queued()).isEqualTo(capacity);
        assertThat(pipe.reader().queued()).isEqualTo(capacity);
    }

    @Test
    void aChildFindsTheCapacityThatWeSet() throws Exception {
        // given
        int capacity = pipe.writer().capacity(32_768);

        // when it writes with nobody reading
        try (Peer peer = Peers.start(command -> command.descriptor(3, pipe.writer()))) {
            peer.tell("open-write fd:3");
            String answer = peer.ask("write " + capacity + " 1");

            // then
            assertThat(answer).isEqualTo("wrote " + capacity);
        }
    }

    @Test
    void aPipeIsMadeWithACapacity() throws Exception {
        // when
        try (AnonymousPipe large = AnonymousPipe.create(200_000)) {
            // then
            assertThat(large.writer().capacity()).isEqualTo(262_144);
        }
    }

    @Test
    void aCapacityThatNoPipeCanHaveIsRefusedAndNothingIsLeft() {
        assertThatThrownBy(() -> AnonymousPipe.create(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity in bytes: -1");
    }

    @Test
    void beyondTheLimitTheErrorHasLimitAndValue(@TempDir Path folder) throws Exception {
        // given a user without privileges, since root may be allowed more
        String limit = Foreign.output("cat", "/proc/sys/fs/pipe-max-size").strip();
        int value = 2 * Integer.parseInt(limit);
        var program =
                JavaProgram.of(CapacityMain.class).needing(AnonymousPipe.class).packedInto(folder);

        // when
        String said = Foreign.output(JavaProgram.asNobody(program.command(Integer.toString(value))));

        // then
        assertThat(said.lines())
                .containsExactly(
                        "PIPE_CAPACITY EPERM",
                        "fs.pipe-max-size=" + limit,
                        value + " B",
                        "pipe: a pipe may not get %d B (fs.pipe-max-size=%s) (fcntl(F_SETPIPE_SZ): EPERM); %s"
                                .formatted(value, limit, Problem.PIPE_CAPACITY.remedy()),
                        "still 65536");
    }

    /** Asks for a capacity and says how it was refused. */
    static final class CapacityMain {
        private CapacityMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (AnonymousPipe pipe = AnonymousPipe.create()) {
                int _ = pipe.writer().capacity(65_536);
                try {
                    int _ = pipe.writer().capacity(Integer.parseInt(arguments[0]));
                } catch (ErrnoException refused) {
                    System.out.println(refused.problem() + " " + refused.errno().name());
                    System.out.println(refused.limit());
                    System.out.println(refused.value());
                    System.out.println(refused.getMessage());
                }
                System.out.println("still " + pipe.writer().capacity());
            }
        }
    }

    @Test
    void aPipeIsNotShrunkBelowWhatItHolds() throws Exception {
        // given
        int _ = pipe.writer().capacity(65_536);
        int _ = pipe.writer().write(ByteBuffer.wrap(Payload.bytes(1, 20_000)));

        // when
        var refused =
                catchThrowableOfType(ErrnoException.class, () -> pipe.writer().capacity(4096));

        // then
        assertThat(refused.problem()).isEqualTo(Problem.PIPE_IN_USE);
        assertThat(refused.value()).isEqualTo("4096 B");
        assertThat(refused).hasMessageContaining("the pipe holds more bytes than 4096 B");
        assertThat(Buffers.read(pipe.reader(), 20_000)).isEqualTo(Payload.bytes(1, 20_000));
    }

    @Test
    void aClosedEndHasNoCapacity() throws Exception {
        // given
        pipe.writer().close();

        // when, then
        assertThatThrownBy(() -> pipe.writer().capacity()).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> pipe.writer().queued()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void anEndGoesOneWayOnlyByItsType() {
        assertThat((Object) pipe.reader()).isNotInstanceOf(WritableByteChannel.class);
        assertThat((Object) pipe.writer()).isNotInstanceOf(ReadableByteChannel.class);
    }

    @Test
    void bothEndsAreTheSamePipeToTheKernel() throws Exception {
        // when
        long inode = pipe.reader().status().inode();

        // then
        assertThat(pipe.writer().status().inode()).isEqualTo(inode);
        assertThat(Files.readSymbolicLink(
                        Path.of("/proc/self/fd/" + pipe.reader().descriptor().number())))
                .hasToString("pipe:[" + inode + "]");
    }
}
