package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.Logs;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When what was appended is on the disk, and what recovery believes. {@link PowerCutTest} shows that it is there. */
@ExtendWith(NoLeaks.class)
class FlushTest {
    private static final TopicSpec ONE = TopicSpec.partitions(1).withSegmentBytes(1 << 16);
    private static final long MARKS_AT = 64;
    private static final long KEEPER_AT = 768;
    private static final long FLUSHED_AT = 776;
    private static final long FLUSHES_AT = 784;

    @TempDir
    Path folder;

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    private long flushed() throws Exception {
        return Logs.word(log(), FLUSHED_AT);
    }

    @Test
    void nothingIsFlushedByItselfBeforeTheClose() throws Exception {
        try (Store store = Store.create(folder)) {
            try (Topic topic = store.create("t", ONE)) {
                var _ = topic.append("k", "v");
                assertThat(flushed()).isZero();
            }
            assertThat(flushed()).isEqualTo(1);
        }
    }

    @Test
    void everyAnswerWaitsForTheDiskIfItIsToldSo() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE.withFlushBeforeAnswer())) {
            for (int i = 1; i <= 10; i++) {
                var _ = topic.append("k", "v");
                assertThat(flushed()).isEqualTo(i);
            }
            assertThat(Logs.word(log(), FLUSHES_AT)).isEqualTo(10);
        }
    }

    @Test
    void everySoManyRecordsAreFlushed() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE.withFlushEvery(4))) {
            for (int i = 1; i <= 10; i++) {
                var _ = topic.append("k", "v");
                assertThat(flushed()).isEqualTo(i / 4 * 4L);
            }
        }
    }

    /** Else one process without descriptors would stop all others until the machine boots. */
    @Test
    void thatAFileCannotBeOpenedSaysNothingOfTheDisk() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE)) {
            var _ = topic.append("k", "v");
            Path segment = Logs.segments(log()).getFirst();
            Path aside = Files.move(segment, folder.resolve("aside"));
            var _ = Files.createSymbolicLink(segment, segment); // ELOOP

            assertThatThrownBy(() -> topic.deleteBefore(0, 1))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isNotEqualTo(Problem.NOT_FLUSHED));

            var _ = Files.move(aside, segment, StandardCopyOption.REPLACE_EXISTING);
            assertThat(topic.append("k", "v").offset()).isEqualTo(1);
            topic.deleteBefore(0, 1);
        }
    }

    @Test
    void afterAWhileItIsFlushed() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE.withFlushEvery(Duration.ofMillis(1)))) {
            for (int i = 1; i <= 3; i++) {
                int appended = i;
                var _ = topic.append("k", "v");
                Await.until("it is flushed", () -> flushed() == appended);
            }
        }
    }

    @Test
    void whatIsSealedIsFlushedAfterTheRoll() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE)) {
            var _ = topic.append(null, new byte[40_000]);
            var _ = topic.append(null, new byte[40_000]);

            Await.until("it is flushed", () -> flushed() == 1);
        }
    }

    @Test
    void whoAppendsAtTheSameTimeSharesAFlush() throws Exception {
        int many = 8;
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE.withFlushBeforeAnswer());
                Cursor cursor = topic.read(Start.earliest());
                Talk keeper = Talk.start(FarSide.command("hold", folder, KEEPER_AT))) {
            assertThat(keeper.line()).isEqualTo("held");
            List<Task<Appended>> writers = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                writers.add(Task.start(ThreadKind.PLATFORM, () -> topic.append("k", "v")));
            }
            int seen = 0;
            while (seen < many) {
                seen += cursor.poll().size();
            }
            assertThat(writers).noneMatch(Task::isDone);

            keeper.goOn();

            for (var writer : writers) {
                assertThat(writer.result().offset()).isBetween(0L, many - 1L);
            }
            assertThat(Logs.word(log(), FLUSHES_AT)).isEqualTo(1);
        }
    }

    @Test
    void aTopicThatIsRemovedBeforeTheFlushIsToldAndWaitsForNothing() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE.withFlushBeforeAnswer())) {
            // given one who removes, and waits for the claim
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.NONE, 1, 1);
            var remover = Task.start(ThreadKind.PLATFORM, () -> {
                store.remove("t");
                return true;
            });
            var _ = remover.awaitWaitingOrInFutex();

            // when
            Logs.setWord(log(), MARKS_AT, 1); // as he does when he has the lock

            // then
            assertThatThrownBy(writer::publish)
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            told -> assertThat(told.problem()).isEqualTo(Problem.TOPIC_REMOVED));
            assertThat(remover.result()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void aCloseWaitsForThoseWhoWaitForTheDisk(ThreadKind kind) throws Exception {
        try (Store store = Store.create(folder)) {
            store.create("t", ONE.withFlushBeforeAnswer()).close();
            long answered = 0;
            for (int round = 0; round < 10; round++) {
                // given
                Topic topic = store.open("t");
                CountDownLatch begun = new CountDownLatch(8);
                List<Task<Long>> writers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    writers.add(Task.start(kind, () -> {
                        long done = 0;
                        try {
                            while (true) {
                                var _ = topic.append("k", "v");
                                done++;
                                begun.countDown();
                            }
                        } catch (ClosedChannelException closed) {
                            return done;
                        }
                    }));
                }
                begun.await();

                // when
                topic.close();

                // then each ended with an answer, or before it appended
                for (var writer : writers) {
                    answered += writer.result();
                }
            }
            try (Topic topic = store.open("t")) {
                assertThat(topic.describe(0).next()).isEqualTo(answered);
            }
        }
    }

    @Test
    void whoDiesAtAFlushHoldsUpNobody() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE.withFlushBeforeAnswer());
                Talk keeper = Talk.start(FarSide.command("hold", folder, KEEPER_AT))) {
            assertThat(keeper.line()).isEqualTo("held");
            var writer = Task.start(ThreadKind.PLATFORM, () -> topic.append("k", "v"))
                    .awaitInFutex();

            keeper.kill();

            assertThat(writer.result().offset()).isZero();
            assertThat(flushed()).isEqualTo(1);
        }
    }

    @Test
    void anInterruptEndsTheWaitForTheDiskAndTheRecordIsThere() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE.withFlushBeforeAnswer());
                Talk keeper = Talk.start(FarSide.command("hold", folder, KEEPER_AT))) {
            assertThat(keeper.line()).isEqualTo("held");
            var writer = Task.start(ThreadKind.PLATFORM, () -> topic.append("k", "v"))
                    .awaitInFutex();

            assertThat(writer.interrupt().failure()).isInstanceOf(InterruptedIOException.class);

            assertThat(Logs.values(topic)).containsExactly("v");
            keeper.goOn();
            assertThat(keeper.line()).isEqualTo("let go");
            assertThat(topic.append("k", "w").offset()).isEqualTo(1);
            assertThat(flushed()).isEqualTo(2);
        }
    }

    @Test
    void twoProcessesThatFlushLoseNothing() throws Exception {
        int many = 200;
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE.withFlushBeforeAnswer());
                Talk far = Talk.start(FarSide.command("append", folder, many))) {
            for (int i = 0; i < many; i++) {
                long offset = topic.append("k", "v".repeat(300)).offset();
                assertThat(flushed()).isGreaterThan(offset);
            }
            assertThat(far.line()).isEqualTo("appended");
            assertThat(flushed()).isEqualTo(2L * many);
            assertThat(Logs.all(topic)).hasSize(2 * many);
        }
    }

    @Test
    void afterAFailedFlushNobodyAppendsUntilTheLogWasChecked() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE)) {
            var _ = topic.append("k", "v");
            Logs.setWord(log(), MARKS_AT, 2);

            assertThatThrownBy(() -> topic.append("k", "w"))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.NOT_FLUSHED));
            assertThat(Logs.values(topic)).containsExactly("v");
            assertThatThrownBy(topic::close)
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.NOT_FLUSHED));
        }
        Logs.forgetBoot(log());
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            assertThat(topic.append("k", "w").offset()).isEqualTo(1);
        }
    }

    private static void garble(Path file, long at) throws Exception {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int was = bytes.read();
            bytes.seek(at);
            bytes.write(~was);
        }
    }

    @Test
    void recoveryDoesNotReadWhatIsBelowTheRecoveryPoint() throws Exception {
        Path segment = log().resolve("00000000000000000000.log");
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE)) {
            for (int i = 0; i < 10; i++) {
                var _ = topic.append("k", "v");
            }
        } // the point is here
        long size = Files.size(segment);
        garble(segment, 69);
        Logs.forgetBoot(log());
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            assertThat(topic.append("k", "v").offset()).isEqualTo(10);
            assertThatThrownBy(() -> Logs.values(topic)).isInstanceOf(ErrnoException.class);
            try (Cursor cursor = topic.read(Start.offset(1))) {
                assertThat(cursor.tryPoll()).hasSize(10);
            }
        }

        garble(segment, 69);
        garble(segment, size - 1); // below the point that the second close has moved
        Logs.setWord(log(), 704, 0); // the slot of the second close: its CRC is wrong now
        garble(segment, Files.size(segment) - 1);
        Logs.forgetBoot(log());
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            assertThat(topic.append("k", "v").offset()).isEqualTo(10); // what was behind the older point is cut
        }
    }

    @Test
    void aFileThatIsShorterThanTheRecoveryPointSaysIsCheckedFromItsStart() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE)) {
            for (int i = 0; i < 10; i++) {
                var _ = topic.append("k", "v" + i);
            }
        }
        try (RandomAccessFile bytes =
                new RandomAccessFile(log().resolve("00000000000000000000.log").toFile(), "rw")) {
            bytes.setLength(bytes.length() / 2 + 3);
        }
        for (int boot = 0; boot < 2; boot++) {
            Logs.forgetBoot(log());
            try (Store store = Store.open(folder);
                    Topic topic = store.open("t")) {
                assertThat(Logs.values(topic)).hasSize(5 + boot).startsWith("v0", "v1", "v2", "v3", "v4");
                assertThat(topic.append("k", "new").offset()).isEqualTo(5 + boot);
            }
        }
    }
}
