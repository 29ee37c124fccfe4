package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.topics.testing.Logs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores and the names of topics. */
@ExtendWith(NoLeaks.class)
class StoreTest {
    @TempDir
    Path folder;

    private static void assertRefused(ThrowingCallable call, Problem problem) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(problem));
    }

    @Test
    void aStoreIsMadeOnceAndOpenedByMany() throws Exception {
        assertRefused(() -> Store.open(folder), Problem.NO_STORE);
        try (Store _ = Store.create(folder);
                Store _ = Store.open(folder);
                Store _ = Store.openOrCreate(folder)) {
            assertRefused(() -> Store.create(folder), Problem.EXISTS);
        }
    }

    @Test
    void aStoreOfANewerVersionIsRefusedWithBothVersions() throws Exception {
        Store.create(folder).close();
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("store.naru").toFile(), "rw")) {
            file.seek(128);
            file.write(9);
        }

        assertThatThrownBy(() -> Store.open(folder)).isInstanceOfSatisfying(ErrnoException.class, refused -> {
            assertThat(refused.problem()).isEqualTo(Problem.NEWER_STORE);
            assertThat(refused.value()).isEqualTo("9");
            assertThat(refused.limit()).isEqualTo("versions up to 1");
        });
    }

    @Test
    void aPartitionOfANewerVersionIsRefused() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            try (RandomAccessFile file = new RandomAccessFile(
                    Logs.partition(folder, "t", 0).resolve("partition.naru").toFile(), "rw")) {
                file.seek(8);
                file.write(2);
            }
            assertRefused(() -> topic.append("a", "b"), Problem.WRONG_KIND);
        }
    }

    @Test
    void topicsAreMadeOpenedAndListed() throws Exception {
        try (Store store = Store.create(folder)) {
            assertRefused(() -> store.open("b"), Problem.NO_TOPIC);
            store.create("b", TopicSpec.partitions(2).withSegmentBytes(1 << 20)).close();
            store.openOrCreate("a", TopicSpec.partitions(1)).close();

            assertThat(store.topics()).containsExactly("a", "b");
            assertRefused(() -> store.create("b", TopicSpec.partitions(2)), Problem.EXISTS);
            try (Topic topic = store.openOrCreate("b", TopicSpec.partitions(7))) {
                assertThat(topic.spec()).isEqualTo(TopicSpec.partitions(2).withSegmentBytes(1 << 20));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "../a", "a b", "\u00e9"})
    void whatIsNoNameIsRefused(String name) throws Exception {
        try (Store store = Store.create(folder)) {
            assertRefused(() -> store.openOrCreate(name, TopicSpec.partitions(1)), Problem.BAD_TOPIC_NAME);
            assertRefused(() -> store.open(name), Problem.BAD_TOPIC_NAME);
        }
        assertThat(folder.resolve("topics")).isEmptyDirectory();
    }

    @Test
    void aSettingThatIsNoneIsNamed() throws Exception {
        try (Store store = Store.create(folder)) {
            var _ = Files.writeString(folder.resolve("settings/t.properties"), "# by hand\npartitions = two\n");

            assertThatThrownBy(() -> store.open("t")).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.BAD_SETTING);
                assertThat(refused.value()).isEqualTo("partitions=two");
            });
        }
    }

    @Test
    void closingAStoreClosesItsTopics() throws Exception {
        Store store = Store.create(folder);
        Topic topic = store.create("t", TopicSpec.partitions(1));
        Cursor cursor = topic.read(Start.earliest());

        store.close();
        store.close();

        assertThat(cursor.isOpen()).isFalse();
        assertThatThrownBy(() -> topic.writer(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> store.open("t")).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aStoreWhoseCloseFailsClosesAllTheSame() throws Exception {
        Store store = Store.create(folder);
        List<Topic> topics = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Topic topic = store.create("t" + i, TopicSpec.partitions(2));
            var _ = topic.append(NewRecord.of("k", "v").toPartition(0));
            var _ = topic.append(NewRecord.of("k", "v").toPartition(1));
            topics.add(topic);
            var _ = Files.writeString(folder.resolve("settings/t" + i + ".properties"), "partitions=none\n");
        }

        assertRefused(store::close, Problem.BAD_SETTING); // what is to be kept cannot be read

        for (Topic topic : topics) {
            assertThatThrownBy(() -> topic.append("a", "b")).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void anInterruptedThreadMayOpenAndClose() throws Exception {
        Thread.currentThread().interrupt();
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            var _ = topic.append("a", "b");
            assertThat(Logs.values(topic)).containsExactly("b");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void whatTheThreadHasClaimedIsGivenUpByTheClose() throws Exception {
        try (Store store = Store.create(folder)) {
            try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
                topic.writer(0).claim(100);
            }
            try (Topic topic = store.open("t")) {
                assertThat(topic.append("a", "b").offset()).isZero();
            }
        }
    }

    @Test
    void aThreadThatEndsWithAClaimHoldsUpNoClose() throws Exception {
        try (Store other = Store.openOrCreate(folder)) {
            try (Store store = Store.open(folder);
                    Topic topic = store.create("t", TopicSpec.partitions(1))) {
                Thread thread = Thread.ofPlatform().start(() -> {
                    try {
                        topic.writer(0).claim(100);
                    } catch (IOException | InterruptedException failed) {
                        throw new AssertionError(failed);
                    }
                });
                thread.join();
            }
            try (Topic topic = other.open("t")) {
                assertThat(topic.append("a", "b").offset()).isZero();
            }
        }
    }

    @Test
    void anotherThreadDoesNotPublishWhatThisOneClaimed() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.NONE, 8, 1);
            assertThat(Task.start(ThreadKind.PLATFORM, writer::publish).failure())
                    .isInstanceOf(IllegalMonitorStateException.class);

            assertThat(Logs.values(topic)).isEmpty();
        }
    }

    @Test
    void theLargestSegmentsCanBeAppendedTo() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(Integer.MAX_VALUE - 8))) {
            assertThat(topic.append("a", "b").offset()).isZero();
            assertThatThrownBy(() -> TopicSpec.partitions(1).withSegmentBytes(Integer.MAX_VALUE))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aPartitionIsOpenedWhenItIsUsed() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(8))) {
            Files.delete(Logs.partition(folder, "t", 5).resolve("partition.naru"));

            assertThat(topic.append(NewRecord.of("a", "b").toPartition(3)).offset())
                    .isZero();
        }
    }
}
