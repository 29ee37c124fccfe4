package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.Waiting;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.Logs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is promised between processes, when they live and when they die. */
@ExtendWith(NoLeaks.class)
class TopicProcessesTest {
    private static final int MANY = 5_000;

    @TempDir
    Path folder;

    private Store store;
    private Topic topic;

    @BeforeEach
    void create() throws Exception {
        store = Store.create(folder);
        topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16));
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    @Test
    void fiftyProcessesHaveAStoreOpen() throws Exception {
        int many = 50;
        List<Talk> all = new ArrayList<>();
        try {
            for (int i = 0; i < many; i++) {
                all.add(Talk.start(FarSide.command("append", folder, 3)));
            }
            for (Talk each : all) {
                assertThat(each.line()).isEqualTo("appended");
            }
            assertThat(Logs.values(topic)).hasSize(3 * many);
            for (Talk each : all) {
                var _ = each.goOn();
                assertThat(each.waitFor()).isZero();
            }
        } finally {
            for (Talk each : all) {
                each.close();
            }
        }
    }

    @Test
    void whatOneProcessAppendsAnotherReads() throws Exception {
        // given
        try (Talk far = Talk.start(FarSide.command("read", folder, MANY))) {
            assertThat(far.line()).isEqualTo("reads");

            // when
            for (int i = 0; i < MANY; i++) {
                var _ = topic.append("k" + i, "v" + i);
            }

            // then
            assertThat(far.line()).isEqualTo("read " + MANY);
        }
    }

    @Test
    void weReadWhatAnotherAppends() throws Exception {
        // given
        try (Cursor cursor = topic.read(Start.earliest(), Waiting.park());
                Talk _ = Talk.start(FarSide.command("append", folder, MANY))) {
            // then
            long next = 0;
            while (next < MANY) {
                for (TopicRecord record : cursor.poll()) {
                    assertThat(record.offset()).isEqualTo(next);
                    assertThat(record.value()).isEqualTo("v" + next++);
                }
            }
        }
    }

    @Test
    void aSleepingReaderIsWokenByAnAppendElsewhere() throws Exception {
        // given
        try (Cursor cursor = topic.read(Start.earliest(), Waiting.park());
                Talk far = Talk.start(FarSide.command("claim", folder))) {
            assertThat(far.line()).isEqualTo("claimed");
            var reader = Task.start(ThreadKind.PLATFORM, cursor::poll).awaitInFutex();

            // when
            far.goOn();

            // then
            assertThat(reader.result()).hasSize(1);
        }
    }

    @Test
    void whatWasClaimedByADeadProcessWasNeverThere() throws Exception {
        // given
        var _ = topic.append("a", "1");
        try (Cursor cursor = topic.read(Start.earliest());
                Talk far = Talk.start(FarSide.command("claim", folder))) {
            assertThat(far.line()).isEqualTo("claimed");
            var append = Task.start(ThreadKind.PLATFORM, () -> topic.append("a", "2"))
                    .awaitInFutex();

            // when
            far.kill();

            // then
            assertThat(append.result().offset()).isEqualTo(1);
            assertThat(cursor.tryPoll()).extracting(TopicRecord::value).containsExactly("1", "2");
        }
    }

    @Test
    void aStoppedWriterHoldsUpNoReader() throws Exception {
        // given
        var _ = topic.append("a", "1");
        try (Talk far = Talk.start(FarSide.command("claim", folder))) {
            assertThat(far.line()).isEqualTo("claimed");
            Foreign.signal("STOP", far.pid());
            ProcessState.awaitState(far.pid(), 'T');
            var append =
                    Task.start(ThreadKind.VIRTUAL, () -> topic.append("a", "2")).awaitInFutex();

            // then
            assertThat(Logs.values(topic)).containsExactly("1");
            assertThat(append.isDone()).isFalse();

            // when
            Foreign.signal("CONT", far.pid());
            far.goOn();

            // then
            assertThat(far.line()).isEqualTo("published 1");
            assertThat(append.result().offset()).isEqualTo(2);
        }
    }

    @Test
    void aTopicThatManyMakeAtOnceIsOne() throws Exception {
        // given
        topic.close();
        Path other = folder.resolve("other");
        List<Talk> far = new ArrayList<>();
        try {
            // when
            for (int partitions = 1; partitions <= 4; partitions++) {
                far.add(Talk.start(FarSide.command("create", other, partitions)));
            }

            // then
            List<String> told = new ArrayList<>();
            for (Talk each : far) {
                told.add(each.line());
            }
            assertThat(told).containsOnly(told.getFirst());
        } finally {
            for (Talk each : far) {
                each.close();
            }
        }
    }

    /** The short form of the torture: writers are killed while they append, roll and extend. */
    @Test
    void noAnsweredAppendIsLostByKills() throws Exception {
        int kills = 12;
        List<Long> lastAnswered = new ArrayList<>();
        for (int kill = 0; kill < kills; kill++) {
            try (Talk far = Talk.start(FarSide.command("append-and-tell", folder, kill))) {
                long answered = 0;
                for (int i = 0; i < 700 + 61 * kill; i++) {
                    answered = Long.parseLong(far.line().split(" ", -1)[0]);
                }
                far.kill();
                lastAnswered.add(answered);
            }
        }
        assertThat(topic.append(null, "end").offset()).isPositive();

        long[] next = new long[kills];
        long offset = 0;
        for (TopicRecord record : Logs.all(topic)) {
            assertThat(record.offset()).isEqualTo(offset++);
            if (!"end".equals(record.value())) {
                String[] words = record.value().split(" ", -1);
                int writer = Integer.parseInt(words[0]);
                assertThat(Long.parseLong(words[1])).isEqualTo(next[writer]++);
            }
        }
        for (int kill = 0; kill < kills; kill++) {
            assertThat(next[kill]).isGreaterThan(lastAnswered.get(kill));
        }
    }
}
