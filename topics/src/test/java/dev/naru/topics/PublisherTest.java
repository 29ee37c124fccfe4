package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.Waiting;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.Logs;
import dev.naru.topics.testing.Publisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Reading what another process publishes, whose end is an offset alone, and who takes back and dies. */
@ExtendWith(NoLeaks.class)
class PublisherTest {
    @TempDir
    Path folder;

    private Store store;
    private Topic topic;
    private Talk publisher;
    private String id;

    @BeforeEach
    void create() throws Exception {
        store = Store.create(folder);
        topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 20));
        publisher = Talk.start(Publisher.command(folder));
        String line = publisher.line();
        assertThat(line).startsWith("publishes as ");
        id = line.substring("publishes as ".length());
    }

    @AfterEach
    void close() throws Exception {
        try (Store _ = store;
                Talk _ = publisher) {
            // ended
        }
    }

    private void tell(String... lines) throws IOException {
        for (String line : lines) {
            assertThat(publisher.say(line).line()).isEqualTo("done");
        }
    }

    private static List<String> poll(Cursor cursor) throws IOException {
        return cursor.tryPoll().stream().map(TopicRecord::value).toList();
    }

    private static List<String> drain(Cursor cursor) throws IOException {
        List<String> values = new ArrayList<>();
        int _ = cursor.drain(record -> values.add(record.copy().value()), 100);
        return values;
    }

    @Test
    void itsTopicIsNotRemovedWhileItLives() throws Exception {
        tell("append a", "publish 1");

        assertThatThrownBy(() -> store.remove("t")).isInstanceOfSatisfying(ErrnoException.class, refused -> {
            assertThat(refused.problem()).isEqualTo(Problem.NO_APPENDING);
            assertThat(refused.value()).contains("publisher " + id, "alive");
        });
        assertThat(Logs.values(topic)).containsExactly("a");

        publisher.kill();
        store.remove("t");
        assertThat(store.topics()).isEmpty();
    }

    @Test
    void whatIsPublishedIsReadAndNoMore() throws Exception {
        try (Cursor polls = topic.read(Start.earliest());
                Cursor drains = topic.read(Start.earliest())) {
            assertThat(poll(polls)).isEmpty();

            tell("append a b", "append c", "publish 1");
            assertThat(poll(polls)).as("half a batch").isEmpty();

            tell("publish 2");
            assertThat(poll(polls)).containsExactly("a", "b");
            assertThat(drain(drains)).containsExactly("a", "b");
            assertThat(poll(polls)).isEmpty();

            tell("publish 3");
            assertThat(poll(polls)).containsExactly("c");
            assertThat(drain(drains)).containsExactly("c");
        }
    }

    @Test
    void aSegmentEndsWithItsFileOrWithZeros() throws Exception {
        try (Cursor cursor = topic.read(Start.earliest())) {
            tell("append a", "publish 1", "roll 0", "append b", "publish 2");
            assertThat(poll(cursor)).containsExactly("a", "b");

            tell("roll 10000", "append c", "publish 3");
            assertThat(poll(cursor)).containsExactly("c");

            tell("roll 5", "append d", "publish 4", "roll 12", "publish 4");
            assertThat(poll(cursor)).containsExactly("d");
            assertThat(poll(cursor)).isEmpty();

            tell("append e", "publish 5");
            assertThat(poll(cursor)).containsExactly("e");
        }
        assertThat(Logs.values(topic)).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void anEndThatGoesBackIsWaitedFor() throws Exception {
        tell("append a b", "append c d", "publish 4");
        try (Cursor cursor = topic.read(Start.earliest())) {
            assertThat(poll(cursor)).hasSize(4);

            tell("publish 2");
            assertThat(poll(cursor)).isEmpty();
            assertThat(cursor.position(0)).isEqualTo(4);

            tell("append e", "publish 5");
            assertThat(poll(cursor)).containsExactly("e");
        }
    }

    @Test
    void aSleepingReaderIsWoken() throws Exception {
        try (Cursor cursor = topic.read(Start.latest(), Waiting.park())) {
            var reader = Task.start(ThreadKind.PLATFORM, cursor::poll).awaitInFutex();

            tell("append a", "publish 1");

            assertThat(reader.result()).extracting(TopicRecord::value).containsExactly("a");
        }
    }

    @Test
    void whatWasTakenBackIsTold() throws Exception {
        try (Cursor polls = topic.read(Start.earliest());
                Cursor drains = topic.read(Start.earliest());
                Cursor behind = topic.read(Start.earliest())) {
            // given
            tell("append a", "append b", "roll 0", "append c", "append d", "publish 1");
            assertThat(poll(behind)).containsExactly("a");
            tell("publish 4");
            assertThat(poll(polls)).containsExactly("a", "b", "c", "d");
            assertThat(drain(drains)).containsExactly("a", "b", "c", "d");

            // when
            tell("truncate 1", "append x", "append y", "append z", "append w", "publish 5");

            // then
            assertThat(polls.await(Duration.ZERO)).isTrue();
            assertThatThrownBy(polls::tryPoll).isInstanceOfSatisfying(ErrnoException.class, told -> {
                assertThat(told.problem()).isEqualTo(Problem.TRUNCATED);
                assertThat(told.limit()).isEqualTo("offset 1");
                assertThat(told.value()).isEqualTo("offset 4");
            });
            assertThat(polls.position(0)).isEqualTo(1);
            assertThat(poll(polls)).containsExactly("x", "y", "z", "w");
            assertThat(drains.drain(_ -> {}, 1)).isEqualTo(Cursor.TRUNCATED);
            assertThat(drain(drains)).containsExactly("x", "y", "z", "w");
            assertThat(poll(behind)).as("what it had read stays").containsExactly("x", "y", "z", "w");
        }
    }

    @Test
    void untilAnotherLeaderAppendsItOnlyWaits() throws Exception {
        try (Cursor cursor = topic.read(Start.earliest())) {
            tell("append a", "append b", "publish 2");
            assertThat(poll(cursor)).containsExactly("a", "b");

            tell("replace", "publish 1");
            assertThat(poll(cursor)).isEmpty();
            assertThat(cursor.position(0)).isEqualTo(2);

            tell("publish 2", "append c", "publish 3");
            assertThat(poll(cursor)).containsExactly("c");
        }
    }

    @Test
    void aNewGenerationIsSoughtAgain() throws Exception {
        tell("append a b c", "append d", "publish 4");
        try (Cursor cursor = topic.read(Start.earliest())) {
            var _ = cursor.drain(_ -> {}, 2);
            tell("replace");
            assertThat(poll(cursor)).containsExactly("c", "d");

            tell("replace", "append e", "publish 5");
            assertThat(poll(cursor)).containsExactly("e");
        }
    }

    /** A checksum of a page that is gone would end this process: what lies above the end is cut again and again. */
    @Test
    void whatIsCutAboveTheEndIsNotTouched() throws Exception {
        try (Cursor cursor = topic.read(Start.earliest(), Waiting.busy())) {
            int rounds = 300;
            var reader = Task.start(ThreadKind.PLATFORM, () -> {
                List<String> read = new ArrayList<>();
                while (read.size() < rounds) {
                    cursor.poll().forEach(record -> read.add(record.value()));
                }
                return read;
            });
            List<String> appended = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                tell("append-large 50000", "append-large 50000", "truncate " + round, "append v" + round);
                tell("publish " + (round + 1));
                appended.add("v" + round);
            }
            assertThat(reader.result()).isEqualTo(appended);
        }
    }

    @Test
    void onlyWhatIsCommittedIsReadUpToTheLastStableOffset() throws Exception {
        try (Cursor committed = topic.read(Start.earliest(), ReadOptions.committed());
                Cursor all = topic.read(Start.earliest())) {
            tell("transaction 10 a b", "transaction 11 c", "append d", "publish 4 0");
            assertThat(poll(committed)).isEmpty();
            assertThat(poll(all)).containsExactly("a", "b", "c", "d");

            tell("abort 10", "publish 5 2");
            assertThat(poll(committed)).isEmpty();
            assertThat(committed.position(0)).isEqualTo(2);

            tell("commit 11", "transaction 10 e", "publish 7 6");
            assertThat(poll(committed)).containsExactly("c", "d");

            tell("roll 0", "commit 10", "publish 8 8");
            assertThat(poll(committed)).containsExactly("e");
            assertThat(poll(all)).containsExactly("e");
            assertThat(committed.position(0)).isEqualTo(8);
        }
    }

    @Test
    void aPublisherThatDiesLeavesAllThatItPublished() throws Exception {
        // given
        tell("append a", "append b", "publish 1");
        try (Cursor cursor = topic.read(Start.earliest())) {
            // when
            publisher.kill();

            // then
            assertThat(poll(cursor)).containsExactly("a");
            assertThat(cursor.await(Duration.ofMillis(1))).isFalse();
            assertThatThrownBy(() -> topic.append("k", "v"))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.value()).isEqualTo("publisher " + id + ", which is dead"));

            // when
            try (Talk next = Talk.start(Publisher.command(folder))) {
                assertThat(next.line()).startsWith("publishes as ");
                assertThat(poll(cursor)).isEmpty();
            }
        }
    }

    @Test
    void nobodyElseAppends() throws Exception {
        tell("append a", "publish 1");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> topic.append("k", "v")).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.NO_APPENDING);
                assertThat(refused.value()).isEqualTo("publisher " + id + ", which is alive");
                assertThat(refused.target()).endsWith("/t-0");
            });
        }
        assertThatThrownBy(() -> topic.deleteBefore(0, 1))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.NO_APPENDING));
        tell("append b", "publish 2");
        assertThat(Logs.values(topic)).containsExactly("a", "b");
    }

    @Test
    void afterABootItsFilesAreLeftToIt() throws Exception {
        // given
        tell("append a", "append b", "roll 300", "append c", "publish 2");
        publisher.kill();
        store.close();
        Path partition = Logs.partition(folder, "t", 0);
        Path first = Logs.segments(partition).getFirst();
        byte[] before = Files.readAllBytes(first);

        // when
        Logs.forgetBoot(partition);
        store = Store.open(folder);
        topic = store.open("t");

        // then
        assertThat(Logs.values(topic)).isEmpty();
        assertThat(Files.readAllBytes(first)).isEqualTo(before);
        assertThat(Logs.segments(partition)).hasSize(2);
        assertThat(partition.resolve("00000000000000000000.index")).doesNotExist();
        assertThatThrownBy(() -> topic.append("k", "v")).isInstanceOf(ErrnoException.class);
    }

    @Test
    void aStartIsFoundBelowTheEnd() throws Exception {
        tell("append a b", "roll 300", "append c", "append d", "publish 3");
        try (Cursor latest = topic.read(Start.latest());
                Cursor third = topic.read(Start.offset(2));
                Cursor time = topic.read(Start.timestamp(1000));
                Cursor late = topic.read(Start.timestamp(1001))) {
            assertThat(latest.position(0)).isEqualTo(3);
            assertThat(poll(third)).containsExactly("c");
            assertThat(poll(time)).containsExactly("a", "b", "c");
            assertThat(late.position(0)).isEqualTo(3);
            assertThatThrownBy(() -> topic.read(Start.offset(4)))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.OUT_OF_RANGE));
        }
    }

    @Test
    void whatWasTakenBackIsToldThoughItCouldNotBeLookedUpAtFirst() throws Exception {
        tell("append a", "append b", "append c", "append d", "publish 4");
        try (Cursor cursor = topic.read(Start.earliest())) {
            // given
            assertThat(poll(cursor)).hasSize(4);
            tell("truncate 2", "append E F G", "publish 5");
            Path epochs = Logs.partition(folder, "t", 0).resolve("leader-epoch-checkpoint");
            byte[] sound = Files.readAllBytes(epochs);

            // when
            Files.delete(epochs);
            var _ = Files.createDirectory(epochs); // as when it cannot be read just now
            assertThatThrownBy(cursor::tryPoll).isInstanceOf(IOException.class);
            Files.delete(epochs);
            var _ = Files.write(epochs, sound);

            // then
            assertThatThrownBy(cursor::tryPoll)
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            told -> assertThat(told.problem()).isEqualTo(Problem.TRUNCATED));
            assertThat(poll(cursor)).containsExactly("E", "F", "G");
        }
    }

    /** The page of the next record is gone, while its batch is in hand. */
    @Test
    void aBatchThatIsCutWhileItIsReadIsTold() throws Exception {
        String large = "x".repeat(5000);
        tell("append " + large + " " + large + " " + large, "publish 3");
        try (Cursor cursor = topic.read(Start.earliest());
                Cursor atItsEnd = topic.read(Start.earliest())) {
            assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(1);
            assertThat(atItsEnd.drain(_ -> {}, 2)).isEqualTo(2);

            tell("truncate 0");

            assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(0);
            assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(Cursor.TRUNCATED);
            assertThat(cursor.position(0)).isZero();
            assertThat(poll(atItsEnd)).isEmpty();
            assertThatThrownBy(atItsEnd::tryPoll).isInstanceOf(ErrnoException.class);
            tell("append again", "publish 1");
            assertThat(poll(cursor)).containsExactly("again");
            assertThat(poll(atItsEnd)).containsExactly("again");
        }
    }
}
