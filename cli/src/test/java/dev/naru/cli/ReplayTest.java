package dev.naru.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.topics.NewRecord;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The timing of a replay, by a clock that the test holds. */
class ReplayTest {
    private static final long BEGIN = 1_000_000_000_000_000L;
    private static final long MILLI = 1_000_000;

    @TempDir
    private Path folder;

    /** A clock that is always where it was last waited for. */
    private static final class Held implements Pace {
        private final List<Long> awaited = new ArrayList<>();
        private long now = 500;

        @Override
        public long now() {
            return now;
        }

        @Override
        public void await(long moment) {
            awaited.add(moment - 500);
            now = Math.max(now, moment);
        }
    }

    private static NewRecord recorded(String value, long nanos) {
        return NewRecord.of((byte[]) null, value.getBytes(UTF_8)).withHeader(Recording.header(nanos));
    }

    private List<String> replay(Topic topic, double speed, Pace pace) throws Exception {
        List<String> values = new ArrayList<>();
        try (Replay replay = Replay.open(topic, topic.describe(), new Bound.Beginning(), speed, pace)) {
            for (Message message = replay.next(); message != null; message = replay.next()) {
                values.add(new String(message.bytes(), UTF_8));
            }
        }
        return values;
    }

    @Test
    void eachIsAsFarFromTheFirstAsItWasMade() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Topic topic = store.create("there", TopicSpec.partitions(2))) {
            // given records of two partitions, some with the moment that a recording notes, and one with a timestamp
            // alone
            var _ = topic.append(recorded("first", BEGIN).toPartition(0));
            var _ = topic.append(recorded("third", BEGIN + 70_001).toPartition(0));
            var _ = topic.append(recorded("second", BEGIN + 70_000).toPartition(1));
            var _ = topic.append(NewRecord.of((byte[]) null, "fourth".getBytes(UTF_8))
                    .withTimestamp(BEGIN / MILLI + 3)
                    .toPartition(1));

            // when
            Held real = new Held();
            Held twice = new Held();
            Held atOnce = new Held();

            // then
            assertThat(replay(topic, 1, real)).containsExactly("first", "second", "third", "fourth");
            assertThat(real.awaited).containsExactly(0L, 70_000L, 70_001L, 3 * MILLI);
            assertThat(replay(topic, 2, twice)).hasSize(4);
            assertThat(twice.awaited).containsExactly(0L, 35_000L, 35_000L, 3 * MILLI / 2);
            assertThat(replay(topic, 0, atOnce)).hasSize(4);
            assertThat(atOnce.awaited).isEmpty();
        }
    }

    @Test
    void theRealPaceIsNeverEarly() throws Exception {
        long moment = Pace.REAL.now() + MILLI;
        Pace.REAL.await(moment);
        assertThat(Pace.REAL.now()).isGreaterThanOrEqualTo(moment);
        Pace.REAL.await(moment);
    }
}
