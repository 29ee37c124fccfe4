package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Virtual threads that wait keep no carrier: a thousand of them, and others still run. */
interface VirtualThreadContract extends Contract {
    /** So much that it waits, though TCP has a little room again after it was full. */
    int MORE = 128 * 1024;

    int MANY = 1_000;

    private static byte readByte(InputChannel channel) throws Exception {
        ByteBuffer room = ByteBuffer.allocate(1);
        int _ = channel.read(room);
        return room.get(0);
    }

    private static void assertOthersRun() throws InterruptedException {
        List<Task<Integer>> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int answer = i;
            others.add(Task.start(ThreadKind.VIRTUAL, () -> answer));
        }
        for (int i = 0; i < others.size(); i++) {
            assertThat(others.get(i).result()).isEqualTo(i);
        }
    }

    @Test
    default void aThousandWaitInReadsWhileOthersRunAndThenEachGetsItsByte() throws Exception {
        // given
        List<OutputChannel> writers = new ArrayList<>();
        List<Task<Byte>> reads = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            var loop = fixture().loopback();
            writers.add(loop.writer());
            reads.add(Task.start(ThreadKind.VIRTUAL, () -> readByte(loop.reader())));
        }
        reads.forEach(Task::awaitPolling);

        // when
        assertOthersRun();
        for (int i = 0; i < MANY; i++) {
            int _ = writers.get(i).write(ByteBuffer.wrap(new byte[] {(byte) i}));
        }

        // then
        for (int i = 0; i < MANY; i++) {
            assertThat(reads.get(i).result()).isEqualTo((byte) i);
        }
    }

    @Test
    default void aThousandWaitInWritesWhileOthersRunAndThenEachGoesOn() throws Exception {
        // given
        byte[] more = new byte[MORE];
        List<InputChannel> readers = new ArrayList<>();
        List<Integer> filled = new ArrayList<>();
        List<Task<Integer>> writes = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            var loop = fixture().loopback();
            readers.add(loop.reader());
            filled.add(Buffers.fill(loop.writer()));
            writes.add(Task.start(ThreadKind.VIRTUAL, () -> loop.writer().write(ByteBuffer.wrap(more))));
        }
        writes.forEach(Task::awaitPolling);

        // when
        assertOthersRun();
        for (int i = 0; i < MANY; i++) {
            assertThat(Buffers.read(readers.get(i), filled.get(i) + MORE)).hasSize(filled.get(i) + MORE);
        }

        // then
        for (int i = 0; i < MANY; i++) {
            assertThat(writes.get(i).result()).isEqualTo(MORE);
        }
    }

    @Test
    default void aThousandShareOneReaderAndEachByteGoesToOneOfThem() throws Exception {
        // given
        var in = fixture().inbound();
        List<Task<Byte>> reads = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            reads.add(Task.start(ThreadKind.VIRTUAL, () -> readByte(in.channel())));
        }

        // when
        in.peer().ask("write-records a " + MANY + " 1");

        // then
        for (Task<Byte> read : reads) {
            assertThat(read.result()).isEqualTo((byte) 'a');
        }
        assertThat(in.channel().tryRead(ByteBuffer.allocate(1))).isZero();
    }
}
