package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.Logs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Records that are laid out before anybody has the lock. */
@ExtendWith(NoLeaks.class)
class RecordBufferTest {
    private static final int MOST = 1 << 20;

    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean add(RecordBuffer buffer, int number, int most) {
        List<Header> headers = number % 4 == 0 ? List.of(Header.of("n", "" + number)) : List.of();
        return buffer.add(
                number % 3 == 0 ? null : bytes("k" + number),
                number % 5 == 0 ? null : bytes("v" + number),
                headers,
                1000 - number,
                most);
    }

    @Test
    void whatIsLaidOutIsInTheLogAsOneBatchAndTheBufferCanBeUsedAgain() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            // given: it has to grow on the way
            TopicWriter writer = topic.writer(0);
            RecordBuffer buffer = RecordBuffer.create();
            long claimed = 0;
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 1000; i++) {
                    assertThat(add(buffer, i, MOST)).isTrue();
                }

                // when
                long first = writer.append(buffer);

                // then
                assertThat(first).isEqualTo(claimed);
                claimed += buffer.count();
                buffer.clear();
                assertThat(buffer.count()).isZero();
            }
            List<TopicRecord> read = Logs.all(topic);
            assertThat(read).hasSize(3000);
            for (int i = 0; i < 3000; i++) {
                TopicRecord record = read.get(i);
                int number = i % 1000;
                assertThat(record.key()).isEqualTo(number % 3 == 0 ? null : "k" + number);
                assertThat(record.value()).isEqualTo(number % 5 == 0 ? null : "v" + number);
                assertThat(record.timestamp()).isEqualTo(1000 - number);
                assertThat(record.headers())
                        .isEqualTo(number % 4 == 0 ? List.of(Header.of("n", "" + number)) : List.of());
            }
        }
    }

    @Test
    void aRecordThatHasNoRoomLeavesItAsItIs() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            RecordBuffer buffer = RecordBuffer.create();
            int count = 0;
            while (add(buffer, count, 500)) {
                count++;
            }
            assertThat(buffer.count()).isEqualTo(count).isPositive();
            assertThat(buffer.bytes()).isLessThanOrEqualTo(500);

            assertThat(topic.writer(0).append(buffer)).isZero();
            assertThat(Logs.all(topic)).hasSize(count);
        }
    }

    @Test
    void oneThatIsRefusedIsStillThere() throws Exception {
        try (Store store = Store.create(folder);
                Topic small = store.create("small", TopicSpec.partitions(1).withMaxMessageBytes(200));
                Topic large = store.create("large", TopicSpec.partitions(1))) {
            RecordBuffer buffer = RecordBuffer.create();
            assertThat(buffer.add(null, new byte[300], List.of(), 1, MOST)).isTrue();

            assertThatThrownBy(() -> small.writer(0).append(buffer))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.BATCH_TOO_LARGE));

            assertThat(large.writer(0).append(buffer)).isZero();
            assertThat(Logs.all(large))
                    .singleElement()
                    .satisfies(record -> assertThat(record.valueBytes()).hasSize(300));
            assertThat(Logs.all(small)).isEmpty();
        }
    }

    @Test
    void noneIsRefused() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            TopicWriter writer = topic.writer(0);
            assertThatThrownBy(() -> writer.append(RecordBuffer.create())).isInstanceOf(IllegalStateException.class);
            writer.claim(TopicWriter.NONE, 1, 1); // nobody has the lock
            writer.abort();
        }
    }
}
