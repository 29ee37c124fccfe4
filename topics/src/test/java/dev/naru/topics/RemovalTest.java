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
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.Logs;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Topics that are removed or changed while they are in use. */
@ExtendWith(NoLeaks.class)
class RemovalTest {
    private static final TopicSpec ONE = TopicSpec.partitions(1).withSegmentBytes(1 << 16);

    @TempDir
    Path folder;

    private static void assertRefused(ThrowingCallable call, Problem problem) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(problem));
    }

    private static Task<String> removing(Store store) {
        return Task.start(ThreadKind.PLATFORM, () -> {
            store.remove("t");
            return "removed";
        });
    }

    @Test
    void whoHasItOpenIsToldAndAnotherOfItsNameIsEmpty() throws Exception {
        try (Store store = Store.create(folder);
                Topic old = store.create("t", TopicSpec.partitions(2));
                Cursor cursor = old.read(Start.earliest())) {
            for (int i = 0; i < 10; i++) {
                var _ = old.append("k" + i, "v" + i);
            }
            store.remove("t");

            assertThat(store.topics()).isEmpty();
            assertThat(folder.resolve("topics")).isEmptyDirectory();
            assertThat(folder.resolve("settings")).isEmptyDirectory();
            assertRefused(() -> store.open("t"), Problem.NO_TOPIC);
            assertRefused(() -> store.remove("t"), Problem.NO_TOPIC);
            assertRefused(() -> old.append("k0", "v"), Problem.TOPIC_REMOVED);
            assertRefused(() -> old.deleteBefore(0, 0), Problem.TOPIC_REMOVED);
            assertRefused(cursor::tryPoll, Problem.TOPIC_REMOVED);

            try (Topic fresh = store.create("t", ONE)) {
                assertThat(Logs.values(fresh)).isEmpty();
                assertThat(fresh.append("k", "new").offset()).isZero();
                assertRefused(() -> old.append("k0", "v"), Problem.TOPIC_REMOVED);
                assertRefused(cursor::tryPoll, Problem.TOPIC_REMOVED);
                assertThat(Logs.values(fresh)).containsExactly("new");
            }
        }
    }

    @Test
    void aReaderThatSleepsIsWoken() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE);
                Cursor cursor = topic.read(Start.latest(), Waiting.park())) {
            var reader = Task.start(ThreadKind.PLATFORM, () -> cursor.poll()).awaitInFutex();

            store.remove("t");

            assertThat(reader.failure())
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.TOPIC_REMOVED));
        }
    }

    @Test
    void whoAppendsInAnotherProcessEndsFirst() throws Exception {
        try (Store store = Store.create(folder)) {
            store.create("t", ONE).close();
            try (Talk far = Talk.start(FarSide.command("claim", folder, 1))) {
                assertThat(far.line()).isEqualTo("claimed");
                var removing = removing(store).awaitInFutex();
                far.goOn();

                assertThat(far.line()).isEqualTo("published 0");
                assertThat(far.waitFor()).isZero();
                assertThat(removing.failure()).isNull();
            }
            assertThat(folder.resolve("topics")).isEmptyDirectory();
        }
    }

    @Test
    void whoIsInterruptedWhileItWaitsMayTryAgain() throws Exception {
        try (Store store = Store.create(folder)) {
            store.create("t", ONE).close();
            try (Talk far = Talk.start(FarSide.command("claim", folder, 1))) {
                assertThat(far.line()).isEqualTo("claimed");
                var removing = removing(store).awaitInFutex();
                removing.interrupt();

                assertThat(removing.failure()).isInstanceOf(InterruptedIOException.class);
                assertThat(store.topics()).isEmpty();
                far.kill();
            }
            try (Topic fresh = store.create("t", ONE)) { // which ends the removal
                assertThat(fresh.append("k", "v").offset()).isZero();
            }
            store.remove("t");
            assertThat(folder.resolve("settings")).isEmptyDirectory();
        }
    }

    @Test
    void whatAPowerCutLeftOfOneIsNotInTheNext() throws Exception {
        try (Store store = Store.create(folder)) {
            try (Topic topic = store.create("t", ONE)) {
                var _ = topic.append("k", "v");
            }
            Path partition = Logs.partition(folder, "t", 0);
            Path segment = Logs.segments(partition).getFirst();
            Path settings = folder.resolve("settings");

            // of what was unlinked, the control block alone is gone
            var _ = Files.move(settings.resolve("t.properties"), settings.resolve("t.removed"));
            Files.delete(partition.resolve("partition.naru"));

            store.create("t", ONE).close();
            assertThat(segment).doesNotExist();
        }
    }

    @Test
    void itIsToldAtEachCall() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE);
                Cursor earliest = topic.read(Start.earliest());
                Cursor latest = topic.read(Start.latest())) {
            var _ = topic.append("k", "v");
            store.remove("t");

            for (int i = 0; i < 3; i++) {
                assertRefused(earliest::tryPoll, Problem.TOPIC_REMOVED);
                assertRefused(latest::tryPoll, Problem.TOPIC_REMOVED);
                assertRefused(latest::poll, Problem.TOPIC_REMOVED);
                assertRefused(topic::describe, Problem.TOPIC_REMOVED);
            }
        }
    }

    @Test
    void aHandleOfARemovedTopicOpensNothingOfTheNextOne() throws Exception {
        try (Store store = Store.create(folder);
                Topic old = store.create("t", ONE.withPartitions(2))) {
            var _ = old.append(NewRecord.of("k", "v").toPartition(0));
            store.remove("t");
            assertRefused(() -> old.append(NewRecord.of("k", "v").toPartition(1)), Problem.TOPIC_REMOVED);
            try (Topic fresh = store.create("t", ONE.withPartitions(2))) {
                assertRefused(() -> old.append(NewRecord.of("k", "v").toPartition(1)), Problem.TOPIC_REMOVED);
                assertRefused(() -> old.read(Start.earliest()), Problem.TOPIC_REMOVED);
                assertThat(Logs.values(fresh)).isEmpty();
            }
        }
    }

    @Test
    void settingsThatArePutByHandStay() throws Exception {
        try (Store store = Store.create(folder)) {
            store.create("t", ONE).close();
            Path settings = folder.resolve("settings/t.properties");
            var _ = Files.writeString(settings, "# mine\npartitions=1\nmy.own=7\nsegment.bytes=65536\n");

            store.change("t", spec -> spec.withPartitions(spec.partitions() + 1));

            assertThat(Files.readString(settings)).contains("# mine\n", "my.own=7\n", "partitions=2\n");
            assertThat(store.spec("t")).isEqualTo(ONE.withPartitions(2));
        }
    }

    @Test
    void theLongestNameCanBeMadeChangedAndRemoved() throws Exception {
        String name = "n".repeat(240);
        try (Store store = Store.create(folder)) {
            store.create(name, ONE).close();
            store.change(name, ONE.withPartitions(2));
            store.remove(name);
            assertRefused(() -> store.create(name + "n", ONE), Problem.BAD_TOPIC_NAME);
        }
        assertThat(folder.resolve("topics")).isEmptyDirectory();
    }

    @Test
    void filesOfOthersStay() throws Exception {
        try (Store store = Store.create(folder)) {
            store.create("t", ONE).close();
            store.create("t-1", ONE).close();
            Path notes = Files.writeString(Logs.partition(folder, "t", 0).resolve("notes"), "mine");

            store.remove("t");

            assertThat(notes).hasContent("mine");
            assertThat(Logs.partition(folder, "t-1", 0)).isNotEmptyDirectory();
            store.create("t", ONE).close();
        }
    }

    @Test
    void morePartitionsAndOtherSettings() throws Exception {
        try (Store store = Store.create(folder)) {
            store.create("t", ONE).close();

            store.change("t", ONE.withPartitions(3).withFlushBeforeAnswer());

            try (Topic topic = store.open("t")) {
                assertThat(topic.spec()).isEqualTo(ONE.withPartitions(3).withFlushBeforeAnswer());
                assertThat(topic.append(NewRecord.of("k", "v").toPartition(2)).offset())
                        .isZero();
            }
            assertThatThrownBy(() -> store.change("t", ONE)).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.FEWER_PARTITIONS);
                assertThat(refused.limit()).isEqualTo("3");
                assertThat(refused.value()).isEqualTo("1");
            });
            assertRefused(() -> store.change("u", ONE), Problem.NO_TOPIC);
        }
    }
}
