package dev.naru.topics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.Store;
import dev.naru.topics.Stores;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.testing.Logs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rounds of a compaction whose map has room for few keys. */
@ExtendWith(NoLeaks.class)
class CompactorTest {
    private static final TopicSpec SPEC =
            TopicSpec.partitions(1).withSegmentBytes(1 << 16).withCompaction().withDirtyRatio(1);
    private static final int SLOTS = 64;
    private static final int KEYS = 500;
    private static final int RECORDS = 4000;

    @TempDir
    Path folder;

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    @Test
    void roundAfterRoundAllIsDoneThatOneLargeMapWouldDo() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<String, Long> last = new HashMap<>();
        long sealed;
        try (Store store = Stores.withNoChores(folder);
                Topic topic = store.create("t", SPEC)) {
            for (int i = 0; i < RECORDS; i++) {
                String key = "k" + random.nextInt(KEYS);
                long offset = topic.append(key, "v" + i).offset();
                var _ = last.put(key, offset);
            }
            long[] bases = SegmentFiles.list(log());
            sealed = bases[bases.length - 1];
        }
        PublishedEnd end = new PublishedEnd();
        end.segment = sealed;
        end.position = 0;
        long dirty = 0;
        int rounds = 0;
        while (dirty < sealed) {
            long reached = round(end, dirty, sealed);
            assertThat(reached).as("seed %d", seed).isGreaterThan(dirty);
            dirty = reached;
            rounds++;
        }
        assertThat(rounds).isGreaterThan(KEYS / SLOTS);
        Map<String, Long> before = new HashMap<>(); // of each key the last one below
        try (Store store = Stores.withNoChores(folder);
                Topic topic = store.open("t")) {
            for (TopicRecord record : Logs.all(topic)) {
                if (record.offset() < sealed) {
                    assertThat(before.put(record.key(), record.offset()))
                            .as("seed %d, %s", seed, record.key())
                            .isNull();
                } else {
                    var _ = before.put(record.key(), record.offset());
                }
            }
        }
        assertThat(before).as("seed %d", seed).isEqualTo(last);
    }

    private long round(PublishedEnd end, long dirty, long limit) throws Exception {
        CompactionRange range = new CompactionRange(dirty, limit, 0, 1, false);
        Compactor.Limits limits = new Compactor.Limits(SLOTS, 1 << 20, 0, 1);
        Compactor.Replacer replacer = (cleaned, old) -> {
            var _ = Files.move(
                    cleaned,
                    SegmentFiles.path(log(), old.getFirst().base()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            for (LogSurvey.Sealed each : old.subList(1, old.size())) {
                Files.delete(SegmentFiles.path(log(), each.base()));
            }
            return true;
        };
        return new Compactor(log(), end, range, limits, () -> {}, replacer).round();
    }

    @Test
    void aMapHasWhatWasPutIntoItUntilItIsFull() {
        try (OffsetMap map = OffsetMap.of(1 << 20, 0, SLOTS)) {
            int put = 0;
            while (map.put(key(put), put)) {
                put++;
            }
            assertThat(put).isEqualTo(SLOTS - SLOTS / 10);
            assertThat(map.of(key(put))).isEqualTo(OffsetMap.NONE);
            assertThat(map.put(key(0), 1000)).as("one that is there").isTrue();
            for (int i = 1; i < put; i++) {
                assertThat(map.of(key(i))).isEqualTo(i);
            }
            assertThat(map.of(key(0))).isEqualTo(1000);
        }
        try (OffsetMap map = OffsetMap.of(0, 100, SLOTS)) {
            for (int i : List.of(0, 99)) {
                assertThat(map.put(key(i), i)).isTrue();
            }
        }
    }

    private static ByteBuffer key(int number) {
        return ByteBuffer.wrap(("key " + number).getBytes(StandardCharsets.UTF_8));
    }
}
