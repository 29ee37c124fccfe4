package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.Logs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Many records in one call, and cursors that have a place of their own in each partition. */
@ExtendWith(NoLeaks.class)
class ManyRecordsTest {
    @TempDir
    Path folder;

    private static List<NewRecord> records(int count) {
        List<NewRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            NewRecord record = NewRecord.of(i % 3 == 0 ? null : "k" + i % 7, i % 5 == 0 ? null : "v" + i);
            records.add(i % 2 == 0 ? record : record.withHeader("n", "" + i).withTimestamp(i));
        }
        return records;
    }

    @Test
    void eachIsWhereTheAnswerSaysAndAPartitionHasTheOrderOfTheList() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(3));
                Topic one = store.create("one", TopicSpec.partitions(3))) {
            // given
            List<NewRecord> records = records(5000);

            // when
            List<Appended> places = topic.append(records);

            // then
            Map<Appended, TopicRecord> read = new HashMap<>();
            Logs.all(topic).forEach(record -> read.put(new Appended(record.partition(), record.offset()), record));
            assertThat(read).hasSize(5000);
            Map<Integer, Long> next = new HashMap<>();
            for (int i = 0; i < 5000; i++) {
                TopicRecord record = read.get(places.get(i));
                assertThat(record.value()).isEqualTo(i % 5 == 0 ? null : "v" + i);
                assertThat(record.key()).isEqualTo(i % 3 == 0 ? null : "k" + i % 7);
                assertThat(record.headers()).hasSize(i % 2);
                if (i % 2 == 1) {
                    assertThat(record.timestamp()).isEqualTo(i);
                }
                assertThat(record.offset()).isEqualTo(next.merge(record.partition(), 1L, Long::sum) - 1);
                if (i % 3 != 0) { // and the key chooses as it does for one alone
                    assertThat(record.partition())
                            .isEqualTo(one.append("k" + i % 7, "").partition());
                }
            }
            for (int partition = 0; partition < 3; partition++) {
                LogCheck check = LogCheck.of(topic, partition);
                assertThat(check.damages()).isEmpty();
                assertThat(check.batches()).isEqualTo(1);
            }
            assertThat(topic.append(List.of())).isEmpty();
        }
    }

    @Test
    void aCursorHasAPlaceOfItsOwnInEachPartition() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(3))) {
            // given
            for (int i = 0; i < 9; i++) {
                var _ = topic.append(NewRecord.of(null, "v" + i).toPartition(i % 3));
            }

            // when
            List<String> values;
            try (Cursor cursor = topic.read(Map.of(0, Start.offset(2), 2, Start.latest()))) {
                var _ = topic.append(NewRecord.of(null, "new").toPartition(2));
                values = cursor.tryPoll().stream().map(TopicRecord::value).toList();
                assertThat(cursor.position(2)).isEqualTo(4);
                assertThatThrownBy(() -> cursor.position(1)).isInstanceOf(IllegalArgumentException.class);
            }

            // then
            assertThat(values).containsExactlyInAnyOrder("v6", "new");
        }
    }
}
