package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A reader that takes a byte now and then holds the writer back, and nothing is lost. */
interface SlowReaderContract extends Contract {
    /** More than any stream holds. */
    int MUCH = 1 << 22;

    int SINGLE_BYTES = 100;

    @ParameterizedTest
    @EnumSource
    default void ourWriterWaitsForASlowPeerAndGoesOn(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        byte[] bytes = Payload.bytes(5, MUCH);
        var write = Task.start(kind, () -> {
                    int written = out.channel().write(ByteBuffer.wrap(bytes));
                    out.channel().close();
                    return written;
                })
                .awaitPolling();

        // when
        for (int i = 0; i < SINGLE_BYTES; i++) {
            assertThat(out.peer().ask("read 1")).isEqualTo("read 1 " + Payload.sha256(new byte[] {bytes[i]}));
        }
        write.awaitPolling();
        out.peer().send("read-to-end");

        // then
        assertThat(write.result()).isEqualTo(MUCH);
        byte[] rest = Arrays.copyOfRange(bytes, SINGLE_BYTES, MUCH);
        assertThat(out.peer().answer()).isEqualTo("end " + rest.length + " " + Payload.sha256(rest));
    }

    @ParameterizedTest
    @EnumSource
    default void ourSlowReaderHoldsThePeerBackAndLosesNothing(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        byte[] bytes = Payload.bytes(6, MUCH);
        in.peer().send("write " + MUCH + " 6").send("close write").awaitBlockedIn(ProcessState.Call.WRITE);

        // when
        var read = Task.start(kind, () -> {
            ByteBuffer arrived = ByteBuffer.allocate(MUCH);
            for (int i = 1; i <= SINGLE_BYTES; i++) {
                int _ = in.channel().read(arrived.limit(i));
            }
            int _ = Buffers.readFully(in.channel(), arrived.limit(MUCH));
            return arrived;
        });

        // then
        assertThat(read.result().array()).isEqualTo(bytes);
        assertThat(in.peer().answer()).isEqualTo("wrote " + MUCH);
    }
}
