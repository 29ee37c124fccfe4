package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.FarSide;
import dev.naru.memory.testing.Talk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** A thousand virtual threads wait at rings of their own for another process, and hold up no other virtual thread. */
@ExtendWith(NoLeaks.class)
class VirtualThreadsTest {
    private static final int MANY = 1_000;

    @TempDir(factory = InMemory.class)
    Path folder;

    private final List<Ring> rings = new ArrayList<>();

    /** A thousand files are made, and each is synced. */
    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Path.of("/dev/shm"), "rings-of-a-test");
        }
    }

    @BeforeEach
    void make() throws IOException {
        for (int i = 0; i < MANY; i++) {
            rings.add(Ring.create(folder.resolve("" + i), RingSpec.oneToOne(4096)));
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Closeable ring : rings) {
            ring.close();
        }
    }

    /** Two virtual threads that hand something to and fro: with all carriers taken they would not. */
    private static void assertOthersRun() throws InterruptedException {
        SynchronousQueue<Integer> there = new SynchronousQueue<>();
        SynchronousQueue<Integer> back = new SynchronousQueue<>();
        var first = Task.start(ThreadKind.VIRTUAL, () -> {
            int sum = 0;
            for (int i = 0; i < MANY; i++) {
                there.put(i);
                sum += back.take();
            }
            return sum;
        });
        var second = Task.start(ThreadKind.VIRTUAL, () -> {
            for (int i = 0; i < MANY; i++) {
                back.put(there.take());
            }
            return true;
        });
        assertThat(first.result()).isEqualTo(MANY * (MANY - 1) / 2);
        assertThat(second.result()).isTrue();
    }

    @Test
    void aThousandReadersWaitForAnotherProcess() throws Exception {
        // given
        List<Task<byte[]>> readers = new ArrayList<>();
        for (Ring ring : rings) {
            RingReader reader = ring.reader(Waiting.park());
            readers.add(Task.start(ThreadKind.VIRTUAL, reader::receive));
        }
        for (Task<byte[]> reader : readers) {
            reader.awaitInFutex();
        }

        // then
        assertOthersRun();
        assertThat(readers).noneMatch(Task::isDone);

        // when
        try (Talk far = Talk.start(FarSide.command("send-to-each", folder, MANY))) {
            // then
            for (int i = 0; i < MANY; i++) {
                assertThat(ByteBuffer.wrap(readers.get(i).result()).getLong()).isEqualTo(i);
            }
            assertThat(far.line()).isEqualTo("sent");
        }
    }

    @Test
    void aThousandWritersWaitForRoomThatAnotherProcessMakes() throws Exception {
        // given full lanes
        ByteBuffer large = ByteBuffer.allocate(rings.getFirst().maxMessage());
        List<Task<Boolean>> writers = new ArrayList<>();
        for (Ring ring : rings) {
            RingWriter writer = ring.writer(Waiting.park());
            while (writer.trySend(large.clear())) {}
            while (writer.trySend(ByteBuffer.allocate(8))) {}
            writers.add(Task.start(ThreadKind.VIRTUAL, () -> {
                writer.send(new byte[8]);
                return true;
            }));
        }
        for (Task<Boolean> writer : writers) {
            writer.awaitInFutex();
        }

        // then
        assertOthersRun();
        assertThat(writers).noneMatch(Task::isDone);

        // when
        try (Talk far = Talk.start(FarSide.command("receive-from-each", folder, MANY))) {
            // then
            for (Task<Boolean> writer : writers) {
                assertThat(writer.result()).isTrue();
            }
            assertThat(far.line()).isEqualTo("received");
        }
    }
}
