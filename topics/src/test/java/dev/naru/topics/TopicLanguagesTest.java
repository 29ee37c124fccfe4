package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.Logs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Python at our logs, by {@code docs/layouts/naru_log.py}, while they live. */
@ExtendWith(NoLeaks.class)
class TopicLanguagesTest {
    private static final int MANY = 2_000;

    @TempDir
    Path folder;

    private Path data;
    private Store store;
    private Topic topic;

    @BeforeEach
    void create() throws Exception {
        data = folder.resolve("store");
        store = Store.create(data);
        topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16));
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private Talk python(Object... words) throws IOException {
        Path program = folder.resolve("logpeer.py");
        try (InputStream source = Logs.class.getResourceAsStream("logpeer.py")) {
            if (!Files.exists(program)) {
                var _ = Files.copy(source, program);
            }
        }
        List<String> command =
                new ArrayList<>(List.of("python3", program.toString(), Path.of("..", "docs", "layouts") + ""));
        Arrays.stream(words).map(Object::toString).forEach(command::add);
        return Talk.start(command);
    }

    @Test
    void itReadsWhatWeAppendMeanwhile() throws Exception {
        // given
        try (Talk far = python("read", data, MANY)) {
            assertThat(far.line()).isEqualTo("reads");

            // when
            for (int i = 0; i < MANY; i++) {
                NewRecord record = NewRecord.of(i % 3 == 0 ? null : "k" + i, "v" + i);
                var _ = topic.append(i % 2 == 0 ? record : record.withHeader("trace", "h" + i));
            }

            // then
            for (int i = 0; i < MANY; i++) {
                assertThat(far.line())
                        .isEqualTo(
                                i + (i % 3 == 0 ? " None" : " k" + i) + " v" + i + (i % 2 == 0 ? "" : " trace=h" + i));
            }
        }
        assertThat(Logs.segments(Logs.partition(data, "t", 0))).hasSizeGreaterThan(1);
    }

    @Test
    void itAppendsWhileWeDo() throws Exception {
        // given
        var _ = topic.append("java", "first");
        int ours = 1;
        try (Talk far = python("append", data, MANY)) {
            // when
            int told = 0;
            while (told < MANY) {
                String line = far.line();
                var _ = topic.append("java", "ours" + ours++);
                if (!line.equals("room")) {
                    String[] words = line.split(" ", -1);
                    told = Integer.parseInt(words[0]);
                    try (Cursor cursor = topic.read(0, Start.offset(Long.parseLong(words[1])))) {
                        assertThat(cursor.tryPoll().getFirst().value()).isEqualTo("v" + (told - 2));
                    }
                }
            }
        }

        // then
        List<TopicRecord> all = Logs.all(topic); // with a look at each CRC
        assertThat(all).hasSize(MANY + ours);
        int next = 0;
        for (TopicRecord record : all) {
            if (!"java".equals(record.key())) {
                assertThat(record.value()).isEqualTo("v" + next);
                assertThat(record.key()).isEqualTo(next++ % 2 == 0 ? "python" : null);
            }
        }
        assertThat(next).isEqualTo(MANY);
    }

    @Test
    void whatItHadHalfWrittenWhenItWasKilledWasNeverThere() throws Exception {
        // given
        var _ = topic.append("a", "1");
        try (Talk far = python("half", data, 0)) {
            assertThat(far.line()).isEqualTo("half");
            var append = Task.start(ThreadKind.PLATFORM, () -> topic.append("a", "2"))
                    .awaitInFutex();

            // when
            far.kill();

            // then
            assertThat(append.result().offset()).isEqualTo(1);
            assertThat(Logs.values(topic)).containsExactly("1", "2");
        }
    }

    @Test
    void itGoesOnWithWhatIsThereWhenItFellBehind() throws Exception {
        // given
        for (int i = 0; i < 6; i++) {
            var _ = topic.append(null, new byte[40_000]); // each is a segment
        }
        try (Talk far = python("behind", data, 0)) {
            assertThat(far.line()).isEqualTo("0");

            // when
            topic.deleteBefore(0, 4);

            // then
            assertThat(far.say("go on").line()).isEqualTo("4 5");
        }
    }
}
