package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Pipes;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * For channels into which several processes may write: what one of them writes at once, up to PIPE_BUF, stays in one piece,
 * and the end comes when the last of them closes.
 */
public interface ManyWritersContract extends Contract {
    /** How many each writes. */
    int RECORDS = 500;

    private static byte[] record(char tag, int size) {
        byte[] record = new byte[size];
        Arrays.fill(record, (byte) tag);
        return record;
    }

    @Test
    default void recordsOfSeveralPeersAreNotTorn() throws Exception {
        // given
        var in = fixture().inbound(4);
        char tag = 'a';
        for (Peer peer : in.peers()) {
            peer.send("write-records " + tag++ + " " + RECORDS + " " + Pipes.ATOMIC_BYTES)
                    .send("close write");
        }

        // when
        Map<Character, Integer> seen = new TreeMap<>();
        ByteBuffer record = ByteBuffer.allocate(Pipes.ATOMIC_BYTES);
        while (Buffers.readFully(in.channel(), record.clear()) > 0) {
            char first = (char) record.get(0);
            assertThat(record.array()).isEqualTo(record(first, Pipes.ATOMIC_BYTES));
            seen.merge(first, 1, Integer::sum);
        }

        // then
        assertThat(seen).isEqualTo(Map.of('a', RECORDS, 'b', RECORDS, 'c', RECORDS, 'd', RECORDS));
    }

    @ParameterizedTest
    @EnumSource
    default void ourRecordsAndThoseOfPeersAreNotTorn(Buffers buffers) throws Exception {
        // given
        var out = fixture().outbound(2);
        out.peer().send("read-records " + Pipes.ATOMIC_BYTES);
        char tag = 'a';
        for (Peer other : out.others()) {
            other.send("write-records " + tag++ + " " + RECORDS + " " + Pipes.ATOMIC_BYTES)
                    .send("close write");
        }

        // when
        ByteBuffer record = buffers.of(record('z', Pipes.ATOMIC_BYTES));
        for (int i = 0; i < RECORDS; i++) {
            int _ = out.channel().write(record.rewind());
        }
        out.channel().close();

        // then
        assertThat(out.peer().answer())
                .isEqualTo("records a=%d b=%d z=%d torn=0 rest=0".formatted(RECORDS, RECORDS, RECORDS));
    }

    @ParameterizedTest
    @EnumSource
    default void ourTimedRecordsGoAsAWholeOrNotAtAll(Buffers buffers) throws Exception {
        // given a peer that reads slowly enough for the stream to be full now and then
        var out = fixture().outbound(1);
        out.peer().send("read-records " + Pipes.ATOMIC_BYTES);
        out.others()
                .getFirst()
                .send("write-records a " + RECORDS + " " + Pipes.ATOMIC_BYTES)
                .send("close write");
        ByteBuffer record = buffers.of(record('z', Pipes.ATOMIC_BYTES));

        // when
        for (int whole = 0; whole < RECORDS; ) {
            int went = out.channel().tryWrite(record.rewind());
            assertThat(went).isIn(0, Pipes.ATOMIC_BYTES);
            whole += went / Pipes.ATOMIC_BYTES;
        }
        out.channel().close();

        // then
        assertThat(out.peer().answer()).isEqualTo("records a=%d z=%d torn=0 rest=0".formatted(RECORDS, RECORDS));
    }

    @ParameterizedTest
    @EnumSource
    default void largeRecordsOfThreadsThatShareAChannelAreNotTorn(Buffers buffers) throws Exception {
        // given
        var out = fixture().outbound();
        int size = 100_000;
        out.peer().send("read-records " + size);

        // when
        List<Task<Integer>> writers = new ArrayList<>();
        for (char tag = 'a'; tag <= 'd'; tag++) {
            ByteBuffer record = buffers.of(record(tag, size));
            writers.add(Task.start(tag % 2 == 0 ? ThreadKind.PLATFORM : ThreadKind.VIRTUAL, () -> {
                for (int i = 0; i < 50; i++) {
                    int _ = out.channel().write(record.rewind());
                }
                return 50;
            }));
        }
        for (Task<Integer> writer : writers) {
            int _ = writer.result();
        }
        out.channel().close();

        // then
        assertThat(out.peer().answer()).isEqualTo("records a=50 b=50 c=50 d=50 torn=0 rest=0");
    }

    @ParameterizedTest
    @EnumSource
    default void theEndComesOnlyWhenTheLastWriterCloses(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound(2);
        in.peers().getFirst().tell("close write");
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(1)))
                .awaitPolling();

        // when
        in.peers().getLast().tell("close write");

        // then
        assertThat(read.result()).isEqualTo(-1);
    }

    @Test
    default void oneWriterThatIsKilledLeavesTheOthersWriting() throws Exception {
        // given
        var in = fixture().inbound(2);

        // when
        in.peers().getFirst().kill();
        in.peers().getLast().ask("write 10 1");

        // then
        assertThat(in.channel().read(ByteBuffer.allocate(20))).isEqualTo(10);
        assertThat(in.channel().tryRead(ByteBuffer.allocate(20))).isZero();
    }
}
