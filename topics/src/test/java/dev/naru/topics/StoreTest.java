package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.Logs;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    void aPartitionIsOpenedWhenItIsUsed() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(8))) {
            Files.delete(Logs.partition(folder, "t", 5).resolve("partition.naru"));

            assertThat(topic.append(NewRecord.of("a", "b").toPartition(3)).offset())
                    .isZero();
        }
    }
}
