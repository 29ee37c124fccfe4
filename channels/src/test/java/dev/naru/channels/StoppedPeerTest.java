package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.contract.Buffers;
import dev.naru.channels.contract.ByteChannelFixture;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer that is stopped (SIGSTOP) in the middle: a timed call answers, and after SIGCONT all goes on. */
@ExtendWith(NoLeaks.class)
class StoppedPeerTest {
    private static final Duration SHORT = Duration.ofMillis(5);

    private final ByteChannelFixture fixture = new AnonymousPipeFixture();

    @AfterEach
    void closeAll() throws Exception {
        fixture.close();
    }

    private static void stop(Peer peer) throws Exception {
        Foreign.signal("STOP", peer.pid());
        ProcessState.awaitState(peer.pid(), 'T');
    }

    @ParameterizedTest
    @EnumSource
    void aTimedReadFromAStoppedWriterAnswersZeroAndGoesOnLater(ThreadKind kind) throws Exception {
        // given
        var in = fixture.inbound();
        stop(in.peer());
        in.peer().send("write 10 1");

        // when
        int nothing = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(10), SHORT))
                .result();
        Foreign.signal("CONT", in.peer().pid());

        // then
        assertThat(nothing).isZero();
        assertThat(Buffers.read(in.channel(), 10)).isEqualTo(Payload.bytes(1, 10));
    }

    @ParameterizedTest
    @EnumSource
    void aTimedWriteToAStoppedReaderAnswersWhatWentAndGoesOnLater(ThreadKind kind) throws Exception {
        // given
        var out = fixture.outbound();
        int size = 1 << 22;
        out.peer().send("read " + size).awaitBlockedIn(ProcessState.Call.READ);
        stop(out.peer());
        ByteBuffer source = ByteBuffer.wrap(Payload.bytes(2, size));

        // when
        int some = Task.start(kind, () -> out.channel().write(source, SHORT)).result();
        int none = Task.start(kind, () -> out.channel().write(source, SHORT)).result();
        Foreign.signal("CONT", out.peer().pid());
        int rest = out.channel().write(source);

        // then
        assertThat(some).isPositive().isLessThan(size);
        assertThat(none).isZero();
        assertThat(some + rest).isEqualTo(size);
        assertThat(out.peer().answer()).isEqualTo("read " + size + " " + Payload.sha256(2, size));
    }

    @ParameterizedTest
    @EnumSource
    void aTimedOpenOfAFifoIsEmptyWhileThePeerIsStopped(ThreadKind kind, @TempDir Path folder) throws Exception {
        // given
        Fifo fifo = Fifo.create(folder.resolve("orders"));
        try (Peer peer = Peer.start()) {
            stop(peer);
            peer.send("open-write " + fifo.path());

            // when
            var nobody = Task.start(kind, () -> fifo.openReader(SHORT)).result();
            Foreign.signal("CONT", peer.pid());

            // then
            assertThat(nobody).isEmpty();
            fifo.openReader().close();
            peer.expectOk();
        }
    }
}
