package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Errno;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.ProcessState;
import dev.naru.memory.testing.Language;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.Logs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** C and Python at compacted logs, by the files that stand in {@code docs/layouts/}. */
@ExtendWith(NoLeaks.class)
class CompactionLanguagesTest {
    private static final int THIRD = 20_000; // three of them fit into a segment
    private static final TopicSpec SPEC =
            TopicSpec.partitions(1).withSegmentBytes(1 << 16).withCompaction().withDirtyRatio(1);
    private static final TopicSpec MERGED = SPEC.withSegmentBytes(1 << 20);

    @TempDir
    Path folder;

    private Path data;
    private Store store;
    private Topic topic;

    @BeforeEach
    void create() throws Exception {
        data = folder.resolve("store");
        store = Stores.withChoresAtOnce(data);
        topic = store.create("t", SPEC);
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private Path log() {
        return Logs.partition(data, "t", 0);
    }

    private Talk talk(Language language, Object... arguments) throws Exception {
        return Talk.start(language.program(FarSide.class, "log_peer", folder, arguments));
    }

    /** Even ones have one key, odd ones one each; a batch has two. */
    private void append(int from, int to) throws Exception {
        for (int i = from; i < to; i += 2) {
            String value = "v".repeat(THIRD / 2);
            var _ = topic.append(List.of(NewRecord.of("even", value), NewRecord.of("odd" + (i + 1), value)));
        }
    }

    private List<Long> offsets() throws Exception {
        return Logs.all(topic).stream().map(TopicRecord::offset).toList();
    }

    /** All that it says until it is at the end: offsets. */
    private static List<Long> told(Talk peer, String word) throws Exception {
        List<Long> told = new ArrayList<>();
        String end = word + " ";
        for (String line = peer.line(); !line.startsWith(end); line = peer.line()) {
            told.add(Long.parseLong(line.split(" ", -1)[1]));
        }
        return told;
    }

    private void dumpIsWhatWeRead(Language language) throws Exception {
        try (Talk peer = talk(language, "dump", data, 0)) {
            for (TopicRecord record : Logs.all(topic)) {
                assertThat(peer.line()).isEqualTo(record.offset() + " " + record.key() + " " + record.value());
            }
            assertThat(peer.line()).isEqualTo("end " + Errno.EAGAIN.number());
        }
    }

    @ParameterizedTest
    @EnumSource
    void itReadsWhatIsLeftAlsoBesideWhatAKilledOneLeft(Language language) throws Exception {
        append(0, 20);
        byte[] second = Files.readAllBytes(Logs.segments(log()).get(1));
        topic.compact();
        dumpIsWhatWeRead(language); // batches of one record whose header speaks of two
        store.change("t", MERGED);
        topic.compact();
        assertThat(Logs.segments(log())).hasSize(2);
        dumpIsWhatWeRead(language);

        var _ = Files.write(log().resolve("00000000000000000006.log"), second);
        dumpIsWhatWeRead(language);
        assertThat(offsets()).contains(1L, 3L, 5L, 7L, 9L, 11L, 13L, 15L, 16L, 17L, 18L, 19L);
    }

    /** It goes on in the file that it has, which is gone, and seeks anew behind it; also when it was stopped meanwhile. */
    @ParameterizedTest
    @EnumSource
    void whoStandsInAFileThatIsReplacedGetsAllThatStays(Language language) throws Exception {
        append(0, 20);
        try (Talk peer = talk(language, "stand", data, 0, 7)) { // in the second file, of 6 to 11
            assertThat(told(peer, "stands")).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
            Foreign.signal("STOP", peer.pid());
            ProcessState.awaitState(peer.pid(), 'T');
            store.change("t", MERGED);
            topic.compact(); // who only reads does not hold it up
            assertThat(Logs.segments(log())).hasSize(2);
            Foreign.signal("CONT", peer.pid());

            List<Long> rest = told(peer.say("go on"), "end");

            assertThat(rest).isSorted().doesNotHaveDuplicates().startsWith(7L, 8L, 9L, 10L, 11L);
            assertThat(rest).contains(13L, 15L, 17L, 18L, 19L);
        }
    }

    /** It began there between the flip and the unlinking. */
    @ParameterizedTest
    @EnumSource
    void whoStandsInAFileThatIsAboutToGoMissesNothing(Language language) throws Exception {
        append(0, 20);
        List<Path> files = Logs.segments(log()).subList(1, 3); // 6 to 11, 12 to 17
        byte[] second = Files.readAllBytes(files.getFirst());
        byte[] third = Files.readAllBytes(files.getLast());
        store.change("t", MERGED);
        topic.compact();
        var _ = Files.write(files.getFirst(), second);
        var _ = Files.write(files.getLast(), third);
        try (Talk peer = talk(language, "stand", data, 7, 1);
                Cursor cursor = topic.read(0, Start.offset(7))) {
            assertThat(told(peer, "stands")).containsExactly(7L);
            assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(1);
            Files.delete(files.getFirst());
            Files.delete(files.getLast());

            assertThat(told(peer.say("go on"), "end")).containsExactly(8L, 9L, 10L, 11L, 13L, 15L, 16L, 17L, 18L, 19L);
            List<Long> rest = new ArrayList<>();
            for (var some = cursor.tryPoll(); !some.isEmpty(); some = cursor.tryPoll()) {
                some.forEach(record -> rest.add(record.offset()));
            }
            assertThat(rest).containsExactly(8L, 9L, 10L, 11L, 13L, 15L, 16L, 17L, 18L, 19L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void itAppendsWithAKeyAndIsCompacted(Language language) throws Exception {
        try (Talk peer = talk(language, "each", data)) { // without one
            assertThat(peer.line()).isEqualTo("ready 0");
            assertThat(peer.say("a").line()).isEqualTo("refused " + Errno.EINVAL.number());
        }
        assertThat(offsets()).isEmpty();
        try (Talk peer = talk(language, "append", data, "k", 2_000)) {
            assertThat(peer.line()).isEqualTo("appended 2000");
            assertThat(peer.waitFor()).isZero();
        }
        append(2_000, 2_004);
        topic.compact();

        assertThat(offsets()).hasSizeLessThan(1_500).endsWith(1_999L, 2_000L, 2_001L, 2_002L, 2_003L);
        assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void itBeginsAnotherFileInTimeForTheCompaction(Language language) throws Exception {
        store.change("t", SPEC.with(TopicSetting.MAX_COMPACTION_LAG_MILLIS, 3_600_000));
        try (Talk peer = talk(language, "append", data, "k", 1)) {
            assertThat(peer.line()).isEqualTo("appended 1");
        }
        assertThat(Logs.word(log(), 528)).isPositive();
        Logs.setWord(log(), 528, 1); // as if it had been begun long ago
        try (Talk peer = talk(language, "append", data, "k", 1)) {
            assertThat(peer.line()).isEqualTo("appended 1");
        }
        assertThat(Logs.segments(log())).hasSize(2);
    }
}
