package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.MemoryBarrier;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.testing.FarSide;
import dev.naru.memory.testing.Language;
import dev.naru.memory.testing.Talk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An end that does not sleep says so in the ring, and takes it back before it sleeps. What it means for wakes: jcstress. */
@ExtendWith(NoLeaks.class)
class SleeplessTest {
    private static final int MANY = 1 << 14;

    private static final long READER = RingLayout.READER_SLEEPLESS_AT;
    private static final long WRITER = RingLayout.lane(0) + RingLayout.SLEEPLESS;

    @TempDir
    Path folder;

    @BeforeAll
    static void theKernelHasTheBarrier() {
        assertThat(MemoryBarrier.isEverywhere()).as("nohz_full, or a filter").isTrue();
    }

    private Path file() {
        return folder.resolve("shared");
    }

    private long word(long at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "r")) {
            file.seek(at);
            return Long.reverseBytes(file.readLong());
        }
    }

    private void awaitTakenBack(long at) {
        Await.until("the barrier is made", () -> word(at) == 0);
    }

    private void send(int number) throws Exception {
        try (Talk far = Talk.start(FarSide.command("send", file(), number))) {
            assertThat(far.line()).isEqualTo("sent");
        }
    }

    @Test
    void anAdaptiveReaderSaysSoAfterManyMessages() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(1 << 20));
                RingReader reader = ring.reader(Waiting.adaptive())) {
            send(MANY);

            // when it has all but one
            int handled = 0;
            while (handled < MANY - 1) {
                handled += reader.drain((_, _, _) -> {}, MANY - 1 - handled);
            }

            // then
            assertThat(word(READER)).isZero();
            assertThat(reader.drain((_, _, _) -> {}, 1)).isEqualTo(1);
            assertThat(word(READER)).isEqualTo(1);

            // when it sleeps
            var next = Task.start(ThreadKind.PLATFORM, reader::receive).awaitInFutex();

            // then
            assertThat(word(READER)).isNotEqualTo(1);
            awaitTakenBack(READER);
            send(1);
            assertThat(next.result()).hasSize(8);
        }
    }

    @Test
    void soDoesAnAdaptiveWriter() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(1 << 19));
                RingWriter writer = ring.writer(Waiting.adaptive())) {
            ByteBuffer message = ByteBuffer.allocate(8);
            for (int i = 0; i < MANY; i++) {
                assertThat(writer.trySend(message)).isTrue();
            }
            assertThat(word(WRITER)).isEqualTo(1);
            int more = 0;
            while (writer.trySend(message)) {
                more++;
            }

            // when
            var next = Task.start(ThreadKind.PLATFORM, () -> {
                        writer.send(message);
                        return true;
                    })
                    .awaitInFutex();

            // then
            assertThat(word(WRITER)).isNotEqualTo(1);
            awaitTakenBack(WRITER);
            try (Talk far = Talk.start(FarSide.command("receive-busily-and-stay", file(), MANY + more + 1))) {
                assertThat(far.line()).isEqualTo("received");
                assertThat(next.result()).isTrue();
            }
        }
    }

    @Test
    void aReaderThatParksNeverSaysSo() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(1 << 20));
                RingReader reader = ring.reader(Waiting.park())) {
            send(MANY);

            // when
            int handled = 0;
            while (handled < MANY) {
                handled += reader.drain((_, _, _) -> {}, MANY);
            }

            // then
            assertThat(word(READER)).isZero();
        }
    }

    /** Leaves a ring whose reader waited busily until it was killed. */
    private void killABusyReader() throws Exception {
        try (Talk far = Talk.start(FarSide.command("receive-busily-and-stay", file(), 1))) {
            send(1);
            assertThat(far.line()).isEqualTo("received");
            assertThat(word(READER)).isEqualTo(1);
            far.kill();
        }
    }

    @Test
    void whatAKilledReaderSaidIsTakenBack() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(8192))) {
            killABusyReader();
            assertThat(word(READER)).isEqualTo(1);

            // when
            try (RingReader reader = ring.reader(Waiting.park())) {
                assertThat(word(READER)).isEqualTo(2);
                var next = Task.start(ThreadKind.PLATFORM, reader::receive).awaitInFutex();

                // then
                awaitTakenBack(READER);
                send(1);
                assertThat(next.result()).hasSize(8);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherLanguageTakesItBackToo(Language language) throws Exception {
        // given
        try (Ring _ = Ring.create(file(), RingSpec.oneToOne(8192))) {
            killABusyReader();

            // when
            try (Talk peer = Talk.start(language.command(folder, "receive", file(), 0))) {
                assertThat(peer.line()).isEqualTo("received");
            }

            // then
            assertThat(word(READER)).isZero();
        }
    }
}
