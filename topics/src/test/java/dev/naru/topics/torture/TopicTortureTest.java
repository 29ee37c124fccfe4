package dev.naru.topics.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.ProcessState;
import dev.naru.memory.SharedLock;
import dev.naru.memory.torture.Journal;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.testing.Logs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of four writers and four readers of a log, which rolls every some hundred records, at any moment; and now and then a
 * SIGSTOP. The short form kills 80, and 20 where old segments are removed meanwhile; the long one, with four times as many of the
 * first as of the second:
 *
 * <pre>./naru torture [KILLS]</pre>
 *
 * <p>There, no append and no reader beside a record may take longer than 1 s either.
 *
 * <p>A seed that failed is given again by {@code -Dnaru.torture.seed=}.
 */
@ExtendWith(NoLeaks.class)
@Timeout(value = 3, unit = TimeUnit.HOURS)
class TopicTortureTest {
    private static final int KILLS = Integer.getInteger("naru.torture.kills", 100);
    private static final long SEED = Long.getLong("naru.torture.seed", System.nanoTime());
    private static final int LONG_FORM = 2000;
    private static final int SIDES = 4;
    private static final int SEGMENT = 1 << 16;

    @TempDir
    Path folder;

    /** The processes: of writers first, then of readers. */
    private final List<Process> processes = new ArrayList<>();

    private final List<Integer> lives = new ArrayList<>();
    private int born;

    @Test
    void whatWasAnsweredIsThereOnceInOrderAndWhole() throws Exception {
        torture(TopicSpec.partitions(1).withSegmentBytes(SEGMENT), KILLS * 4 / 5);
    }

    @Test
    void alsoWhereOldSegmentsAreRemovedMeanwhile() throws Exception {
        torture(TopicSpec.partitions(1).withSegmentBytes(SEGMENT).withRetentionBytes(16 * SEGMENT), KILLS / 5);
    }

    private void torture(TopicSpec spec, int kills) throws Exception {
        System.out.println("topic: " + kills + " kills, seed " + SEED);
        Random random = new Random(SEED);
        try (Journal journal = Journal.open(folder.resolve("journal"));
                Store store = Store.create(folder.resolve("store"));
                Topic topic = store.create("t", spec)) {
            try {
                for (int side = 0; side < 2 * SIDES; side++) {
                    processes.add(start(side, "sound"));
                    lives.add(born);
                }
                for (int kill = 0; kill < kills; kill++) {
                    if (random.nextInt(4) == 0) {
                        stopAndGoOn(journal, random);
                    }
                    int side = random.nextInt(2 * SIDES);
                    hunt(journal, side, 1 + random.nextInt(400));
                    processes.set(side, start(side, "sound"));
                    lives.set(side, born);
                    assertThat(journal.get(TopicTorture.ERROR))
                            .as("after kill %d, seed %d", kill, SEED)
                            .isZero();
                }
            } finally {
                killAll();
            }
            judge(journal, topic, spec);
            judgeWait("longest append", journal.get(TopicTorture.LONGEST_APPEND));
            judgeWait("longest wait of a reader beside a record", journal.get(TopicTorture.LONGEST_DELIVERY));
        }
    }

    private Process start(int side, String kind) throws IOException {
        Class<?> main = side < SIDES ? TopicTorture.Writer.class : TopicTorture.Reader.class;
        Object[] words = {folder.resolve("store"), folder.resolve("journal"), ++born, kind};
        return new ProcessBuilder(JavaProgram.of(main)
                        .needing(Store.class)
                        .needing(SharedLock.class)
                        .needing(Journal.class)
                        .needing(Address.class)
                        .option("-XX:+UseSerialGC")
                        .option("-Xshare:auto")
                        .command(Arrays.stream(words).map(Object::toString).toArray(String[]::new)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Has it do so much more, as fast as it can, and kills it while it does. */
    private void hunt(Journal journal, int side, int more) throws InterruptedException {
        Process victim = processes.get(side);
        int life = lives.get(side);
        int word = (side < SIDES ? TopicTorture.ANSWERED : TopicTorture.READ_BY) + life;
        journal.set(TopicTorture.HUNTED, side < SIDES ? life : lives.getFirst()); // a reader needs something to read
        long from = journal.get(word);
        Await.until("it goes on", () -> {
            if (!victim.isAlive()) {
                throw new AssertionError("a process ended by itself with " + victim.exitValue());
            }
            return journal.get(word) >= from + more || journal.get(TopicTorture.ERROR) != 0;
        });
        var _ = victim.destroyForcibly().waitFor();
        journal.set(TopicTorture.HUNTED, 0);
    }

    private void stopAndGoOn(Journal journal, Random random) throws Exception {
        int side = random.nextInt(2 * SIDES);
        journal.set(TopicTorture.HUNTED, lives.get(side));
        long pid = processes.get(side).pid();
        Foreign.signal("STOP", pid);
        ProcessState.awaitState(pid, 'T');
        Foreign.signal("CONT", pid);
    }

    private void killAll() throws InterruptedException {
        for (Process process : processes) {
            var _ = process.destroyForcibly().waitFor();
        }
    }

    /** That append may have filled a segment, and retention be at work. */
    private static List<TopicRecord> all(Topic topic) throws Exception {
        while (true) {
            try {
                return Logs.all(topic);
            } catch (ErrnoException refused) {
                assertThat(refused.problem()).isEqualTo(Problem.OUT_OF_RANGE);
            }
        }
    }

    private void judge(Journal journal, Topic topic, TopicSpec spec) throws Exception {
        var _ = topic.append(null, "the lock is free, or goes to who comes");
        List<TopicRecord> all = all(topic);
        long first = all.getFirst().offset();
        if (spec.equals(TopicSpec.partitions(1).withSegmentBytes(SEGMENT))) {
            assertThat(first).isZero();
        }
        Map<Long, Long> next = new HashMap<>();
        for (int i = 0; i < all.size() - 1; i++) {
            assertThat(all.get(i).offset()).isEqualTo(first + i);
            TopicTorture.Said said = TopicTorture.Said.of(all.get(i));
            assertThat(said).as("offset %d, seed %d", first + i, SEED).isNotEqualTo(TopicTorture.Said.TORN);
            long expected = next.getOrDefault(said.life(), first == 0 ? 0 : said.number());
            assertThat(said.number())
                    .as("of life %d, seed %d", said.life(), SEED)
                    .isEqualTo(expected);
            next.put(said.life(), expected + 1);
        }
        for (long life = 1; life <= born; life++) {
            long answered = journal.get(TopicTorture.ANSWERED + (int) life);
            if (answered > 0 && journal.get(TopicTorture.LAST_OFFSET + (int) life) >= first) {
                assertThat(next.getOrDefault(life, 0L))
                        .as("of life %d, seed %d", life, SEED)
                        .isBetween(answered, answered + TopicTorture.BATCH);
            }
        }
        System.out.printf(
                "topic: %d lives, %d records there from %d on, %d read%n",
                born, all.size(), first, journal.get(TopicTorture.READ));
    }

    private static void judgeWait(String what, long nanos) {
        System.out.printf("topic: %s: %.1f ms%n", what, nanos / 1e6);
        if (KILLS >= LONG_FORM) { // a clock, so only where it runs alone
            assertThat(Duration.ofNanos(nanos)).as("%s, seed %d", what, SEED).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void aWriterThatAnswersBeforeItAppendsIsCaught() throws Exception {
        try (Journal journal = Journal.open(folder.resolve("journal"));
                Store store = Store.create(folder.resolve("store"));
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(SEGMENT))) {
            for (int kill = 0; kill < 200; kill++) {
                processes.add(start(0, "answer-first"));
                lives.add(born);
                hunt(journal, processes.size() - 1, 100);
                long there = Logs.all(topic).stream()
                        .filter(record -> TopicTorture.Said.of(record).life() == born)
                        .count();
                if (there < journal.get(TopicTorture.ANSWERED + born)) {
                    return;
                }
                processes.clear();
                lives.clear();
            }
            throw new AssertionError("it was not caught");
        } finally {
            killAll();
        }
    }

    @Test
    void aWriterThatPublishesBeforeItFillsIsCaught() throws Exception {
        try (Journal journal = Journal.open(folder.resolve("journal"));
                Store store = Store.create(folder.resolve("store"));
                Topic _ = store.create("t", TopicSpec.partitions(1).withSegmentBytes(SEGMENT))) {
            processes.add(start(0, "publish-first"));
            journal.set(TopicTorture.HUNTED, born);
            processes.add(start(SIDES, "sound"));
            Await.until("it is caught", () -> journal.get(TopicTorture.ERROR) != 0);
            assertThat(journal.get(TopicTorture.ERROR)).isIn(TopicTorture.TORN, TopicTorture.BROKEN);
        } finally {
            killAll();
        }
    }
}
