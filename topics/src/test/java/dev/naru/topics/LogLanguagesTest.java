package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Errno;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.Waiting;
import dev.naru.memory.testing.Language;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.KafkaLogs;
import dev.naru.topics.testing.Logs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** C and Python at our topics, by the files that stand in {@code docs/layouts/}. */
@ExtendWith(NoLeaks.class)
class LogLanguagesTest {
    private static final int MANY = 3_000;
    private static final TopicSpec SPEC = TopicSpec.partitions(1).withSegmentBytes(1 << 16);

    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("store");
    }

    private Path partition() {
        return Logs.partition(data(), "t", 0);
    }

    private Talk talk(Language language, Object... arguments) throws Exception {
        return Talk.start(language.program(FarSide.class, "log_peer", folder, arguments));
    }

    /** The one line that it says, and ends. */
    private String said(Language language, Object... arguments) throws Exception {
        try (Talk peer = talk(language, arguments)) {
            return peer.line();
        }
    }

    private static String refused(Errno errno) {
        return "refused " + errno.number();
    }

    private static String line(TopicRecord record) {
        return record.offset() + " " + record.key() + " " + record.value();
    }

    private static Language other(Language language) {
        return language == Language.C ? Language.PYTHON : Language.C;
    }

    /** Offsets without a gap, and what each has appended in its order: how much that is. */
    private static Map<String, Integer> counted(List<String> lines) {
        Map<String, Integer> next = new HashMap<>();
        long offset = 0;
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            assertThat(words[0]).isEqualTo(Long.toString(offset++));
            assertThat(words[2]).isEqualTo(words[1]);
            assertThat(words[3]).as(line).isEqualTo(Integer.toString(next.getOrDefault(words[1], 0)));
            var _ = next.merge(words[1], 1, Integer::sum);
        }
        return next;
    }

    @Test
    void allAppendAndReadTogether() throws Exception {
        // given
        int total = 3 * MANY;
        try (Store store = Store.create(data());
                Topic topic = store.create("t", SPEC);
                Cursor cursor = topic.read(Start.earliest(), Waiting.park());
                Talk readsInC = talk(Language.C, "read", data(), 0, total);
                Talk readsInPython = talk(Language.PYTHON, "read", data(), 0, total);
                Talk c = talk(Language.C, "append", data(), "c", MANY);
                Talk python = talk(Language.PYTHON, "append", data(), "python", MANY)) {
            // when
            for (int i = 0; i < MANY; i++) {
                var _ = topic.append("java", "java " + i);
            }

            // then
            List<String> seen = new ArrayList<>();
            while (seen.size() < total) {
                cursor.poll().forEach(record -> seen.add(line(record)));
            }
            assertThat(counted(seen)).isEqualTo(Map.of("c", MANY, "java", MANY, "python", MANY));
            for (Talk reader : List.of(readsInC, readsInPython)) {
                assertThat(reader.line()).isEqualTo("reads 0");
                for (String line : seen) {
                    assertThat(reader.line()).isEqualTo(line);
                }
                assertThat(reader.waitFor()).isZero();
            }
            for (Talk writer : List.of(c, python)) {
                assertThat(writer.line()).isEqualTo("appended " + MANY);
                assertThat(writer.waitFor()).isZero();
            }
            var _ = topic.append("java", "end"); // who appended last cuts the segment to its end
        }
        assertThat(Logs.segments(partition())).hasSizeGreaterThan(5);
        assertThat(KafkaLogs.parsed(partition())).hasSize(total + 1);
    }

    @ParameterizedTest
    @EnumSource
    void whoIsKilledInTheMiddleOfAnAppendStopsNobody(Language language) throws Exception {
        // given
        try (Store store = Store.create(data());
                Topic topic = store.create("t", SPEC)) {
            var _ = topic.append("a", "first");
            try (Talk victim = talk(language, "claim", data(), "victim")) {
                assertThat(victim.line()).isEqualTo("claimed 0");
                try (Talk far = talk(other(language), "append", data(), "far", 10)) {
                    var append = Task.start(ThreadKind.PLATFORM, () -> topic.append("java", "java 0"))
                            .awaitInFutex();

                    // when
                    victim.kill();

                    // then
                    assertThat(append.result().offset()).isPositive();
                    assertThat(far.line()).isEqualTo("appended 10");
                    assertThat(far.waitFor()).isZero();
                }
            }
            assertThat(Logs.values(topic)).hasSize(12).doesNotContain("half");
            var _ = topic.append("java", "end");
        }
        assertThat(KafkaLogs.parsed(partition())).hasSize(13);
    }

    @Test
    void theyGoOnWhenWeAreKilledInTheMiddle() throws Exception {
        // given
        try (Store store = Store.create(data());
                Topic topic = store.create("t", SPEC);
                Talk victim = Talk.start(FarSide.command("claim", data()))) {
            assertThat(victim.line()).isEqualTo("claimed");
            try (Talk c = talk(Language.C, "append", data(), "c", 10);
                    Talk python = talk(Language.PYTHON, "append", data(), "python", 10)) {

                // when
                victim.kill();

                // then
                assertThat(c.line()).isEqualTo("appended 10");
                assertThat(python.line()).isEqualTo("appended 10");
            }
            assertThat(counted(
                            Logs.all(topic).stream().map(LogLanguagesTest::line).toList()))
                    .isEqualTo(Map.of("c", 10, "python", 10));
        }
    }

    /** While they append, roll and extend; and others append at the same time. */
    @ParameterizedTest
    @EnumSource
    void noAnsweredAppendIsLostByKills(Language language) throws Exception {
        int kills = 6;
        Map<String, Integer> answered = new HashMap<>();
        try (Store store = Store.create(data());
                Topic topic = store.create("t", SPEC)) {
            int ours = 0;
            for (int kill = 0; kill < kills; kill++) {
                String who = "w" + kill;
                try (Talk far = talk(language, "tell", data(), who)) {
                    String said = "";
                    for (int i = 0; i < 150 + 31 * kill; i++) {
                        said = far.line();
                        var _ = topic.append("java", "java " + ours++);
                    }
                    far.kill();
                    var _ = answered.put(who, Integer.parseInt(said.split(" ", -1)[1]) + 1);
                }
            }
            var _ = topic.append("java", "java " + ours++);
            Map<String, Integer> found =
                    counted(Logs.all(topic).stream().map(LogLanguagesTest::line).toList());
            assertThat(found).containsEntry("java", ours);
            answered.forEach((who, count) -> assertThat(found.get(who)).isGreaterThanOrEqualTo(count));
        }
        assertThat(KafkaLogs.parsed(partition())).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void weWakeEachOther(Language language) throws Exception {
        try (Store store = Store.create(data());
                Topic topic = store.create("t", SPEC);
                Talk reader = talk(language, "read", data(), 0, 1);
                Talk writer = talk(other(language), "each", data())) {
            // given
            assertThat(reader.line()).isEqualTo("reads 0");
            Await.until("it is about to sleep", () -> Logs.word(partition(), 384) == 1);

            // when
            var _ = topic.append("a", "1");

            // then
            assertThat(reader.line()).isEqualTo("0 a 1");
            assertThat(writer.line()).isEqualTo("ready 0");
            try (Cursor cursor = topic.read(Start.offset(1), Waiting.park())) {
                var sleeper = Task.start(ThreadKind.PLATFORM, cursor::poll).awaitInFutex();
                assertThat(writer.say("2").line()).isEqualTo("appended 1");
                assertThat(sleeper.result()).extracting(TopicRecord::value).containsExactly("2");
            }
            assertThat(Logs.word(partition(), 392))
                    .isEqualTo(Logs.word(partition(), 256)); // by a wake, not by a look of its own
        }
    }

    @ParameterizedTest
    @EnumSource
    void itHonoursTheMarks(Language language) throws Exception {
        try (Store store = Store.create(data());
                Topic topic = store.create("t", SPEC);
                Talk peer = talk(language, "each", data())) {
            assertThat(peer.line()).isEqualTo("ready 0");
            assertThat(peer.say("a").line()).isEqualTo("appended 0");

            Logs.setWord(partition(), 64, 2);
            assertThat(peer.say("b").line()).isEqualTo(refused(Errno.EIO));
            Logs.setWord(partition(), 64, 0);
            Logs.setWord(partition(), 48, 1);
            assertThat(peer.say("b").line()).isEqualTo(refused(Errno.EPERM));
            Logs.setWord(partition(), 48, 0);
            assertThat(peer.say("b").line()).isEqualTo("appended 1");

            assertThat(Logs.values(topic)).containsExactly("a", "b");
            store.remove("t");
            assertThat(peer.say("c").line()).isEqualTo(refused(Errno.EIDRM));
        }
        assertThat(partition()).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void itRefusesWhatIsNewerOrOfAnotherTime(Language language) throws Exception {
        try (Store store = Store.create(data())) {
            store.create("t", SPEC).close();
        }
        assertThat(said(language, "dump", data(), 0)).isEqualTo("end " + Errno.EAGAIN.number());
        long magic = Logs.word(partition(), 0);
        long boot = Logs.word(partition(), 40);

        Logs.setWord(partition(), 8, 2); // the version
        assertThat(said(language, "dump", data(), 0)).isEqualTo(refused(Errno.EOPNOTSUPP));
        Logs.setWord(partition(), 8, 1);
        Logs.setWord(partition(), 0, magic + 1);
        assertThat(said(language, "append", data(), "w", 1)).isEqualTo(refused(Errno.EINVAL));
        Logs.setWord(partition(), 0, magic);
        Logs.forgetBoot(partition());
        assertThat(said(language, "append", data(), "w", 1)).isEqualTo(refused(Errno.ESTALE));
        Logs.setWord(partition(), 40, boot);
        assertThat(said(language, "append", data(), "w", 1)).isEqualTo("appended 1");
        Logs.setWordOf(data().resolve("store.naru"), 128, 2); // its format
        assertThat(said(language, "append", data(), "w", 1)).isEqualTo(refused(Errno.EOPNOTSUPP));
    }

    private static SimpleRecord record(String value) {
        return new SimpleRecord(1000, null, value.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource
    void itPassesMarksOverAndTellsWhatIsCompressed(Language language) throws Exception {
        // given
        KafkaLogs.place(
                data(),
                MemoryRecords.withRecords(0, Compression.NONE, 0, record("a"), record("b")),
                MemoryRecords.withRecords(2, Compression.gzip().build(), 0, record("c")),
                MemoryRecords.withTransactionalRecords(3, Compression.NONE, 7, (short) 0, 0, 0, record("d")),
                MemoryRecords.withEndTransactionMarker(
                        4, 1000, 0, 7, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0)),
                MemoryRecords.withRecords(5, Compression.NONE, 0, record("e")));
        try (Store store = Store.open(data());
                Topic topic = store.open("t");
                Cursor _ = topic.read(Start.earliest()); // recovered
                Talk peer = talk(language, "dump", data(), 1)) {
            // then
            for (String line : List.of("1 - b", "compressed 1", "3 - d", "5 - e", "end 11")) {
                assertThat(peer.line()).isEqualTo(line);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void itReadsNothingBelowTheLogStartOrAboveTheEnd(Language language) throws Exception {
        try (Store store = Store.create(data());
                Topic topic = store.create("t", SPEC)) {
            for (int i = 0; i < 3; i++) {
                var _ = topic.append("a", "" + i);
            }
            topic.deleteBefore(0, 2);
            assertThat(said(language, "dump", data(), 1)).isEqualTo("end " + Errno.ERANGE.number());
            assertThat(said(language, "dump", data(), 2)).isEqualTo("2 a 2");
            assertThat(said(language, "dump", data(), 3)).isEqualTo("end " + Errno.EAGAIN.number());
            assertThat(said(language, "dump", data(), 4)).isEqualTo("end " + Errno.ERANGE.number());
        }
    }

    @ParameterizedTest
    @EnumSource
    void itHonoursTheSettings(Language language) throws Exception {
        try (Store store = Store.create(data())) {
            // given
            store.create(
                            "t",
                            SPEC.withMaxMessageBytes(150)
                                    .withSegmentTime(Duration.ofHours(1))
                                    .withTimestampsByLog())
                    .close();
            try (Talk peer = talk(language, "each", data())) {
                assertThat(peer.line()).isEqualTo("ready 0");

                // then
                assertThat(peer.say("x".repeat(100)).line()).isEqualTo(refused(Errno.EMSGSIZE));
                assertThat(peer.say("a").line()).isEqualTo("appended 0");
                assertThat(Logs.word(partition(), 528)).isPositive();
                Logs.setWord(partition(), 528, 1); // as if it had been begun long ago
                assertThat(peer.say("b").line()).isEqualTo("appended 1");
            }
            assertThat(Logs.segments(partition())).hasSize(2);
            try (FileRecords file =
                    FileRecords.open(Logs.segments(partition()).getFirst().toFile(), false)) {
                assertThat(file.batches())
                        .allSatisfy(
                                batch -> assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME));
            }

            // and when somebody has to wait for the disk
            store.change("t", SPEC.withFlushBeforeAnswer());
            assertThat(said(language, "append", data(), "w", 1)).isEqualTo(refused(Errno.EOPNOTSUPP));
        }
    }
}
