package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.Logs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Somebody has stored at random into the words that readers believe. Nobody crashes, and nothing is read that was not appended. */
@ExtendWith(NoLeaks.class)
class GarbledBlockTest {
    private static final int CASES = 300;
    private static final int RECORDS = 40;

    /** The boundaries of records and both copies of the published end. */
    private static final long[] WORDS = {
        256, 264, 272, 280, 288, 296, 304, 328, 336, 344, 352, 360, 368, 384, 512, 520, 528
    };

    @TempDir
    Path folder;

    private Path partition() {
        return Logs.partition(folder, "t", 0);
    }

    private static long garbage(Random random, long before) {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> before + random.nextInt(-200, 200);
            case 3 -> random.nextInt(1 << 20);
            case 4 -> before ^ 1L << random.nextInt(Long.SIZE);
            default -> random.nextLong();
        };
    }

    /** What is read until all is, or until it was refused a few times. */
    private List<TopicRecord> read() {
        List<TopicRecord> records = new ArrayList<>();
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Cursor cursor = topic.read(Start.earliest())) {
            boolean isMore = true;
            for (int refusals = 0; isMore && refusals < 3; ) {
                try {
                    List<TopicRecord> some = cursor.tryPoll();
                    records.addAll(some);
                    isMore = !some.isEmpty();
                } catch (ErrnoException refused) {
                    refusals++;
                }
            }
        } catch (ErrnoException refused) {
            return records;
        } catch (Exception wrong) {
            throw new AssertionError(wrong);
        }
        return records;
    }

    private void append() {
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            for (int i = 0; i < 3; i++) {
                var _ = topic.append(null, "x".repeat(1000));
            }
        } catch (ErrnoException refused) {
            assertThat(refused.problem()).isNotEqualTo(Problem.INTERNAL);
        } catch (Exception wrong) {
            throw new AssertionError(wrong);
        }
    }

    /** Garbles a word or two. */
    private void garble(byte[] sound, Random random) throws Exception {
        var _ = Files.write(partition().resolve("partition.naru"), sound);
        for (int words = 1 + random.nextInt(2); words > 0; words--) {
            long at = WORDS[random.nextInt(WORDS.length)];
            Logs.setWord(partition(), at, garbage(random, Logs.word(partition(), at)));
        }
    }

    @Test
    void nothingIsReadThatWasNotAppended() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> values = new ArrayList<>();
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16))) {
            for (int i = 0; i < RECORDS; i++) {
                values.add("v".repeat(random.nextInt(5_000)) + i);
                var _ = topic.append(null, values.getLast());
            }
        }
        byte[] sound = Files.readAllBytes(partition().resolve("partition.naru"));
        for (int i = 0; i < CASES; i++) {
            garble(sound, random);
            long before = -1;
            for (TopicRecord record : read()) {
                assertThat(record.value()).as("seed %d, case %d", seed, i).isEqualTo(values.get((int) record.offset()));
                if (before >= 0) {
                    assertThat(record.offset())
                            .as("seed %d, case %d: none is left out", seed, i)
                            .isEqualTo(before + 1);
                }
                before = record.offset();
            }
        }
    }

    @Test
    void whoAppendsIsRefusedOrAppends() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16))) {
            for (int i = 0; i < RECORDS; i++) {
                var _ = topic.append(null, "v".repeat(random.nextInt(5_000)));
            }
        }
        byte[] sound = Files.readAllBytes(partition().resolve("partition.naru"));
        Path kept = folder.resolveSibling(folder.getFileName() + ".kept");
        var _ = Foreign.output("cp", "-a", partition().toString(), kept.toString());
        try {
            for (int i = 0; i < CASES / 3; i++) {
                garble(sound, random);
                try {
                    append();
                } catch (AssertionError wrong) {
                    throw new AssertionError("seed " + seed + ", case " + i, wrong);
                }
                var _ = Foreign.shell("rm -r " + partition() + " && cp -a " + kept + " " + partition());
            }
        } finally {
            var _ = Foreign.output("rm", "-r", kept.toString());
        }
    }
}
