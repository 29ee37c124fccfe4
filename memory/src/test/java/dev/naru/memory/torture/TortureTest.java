package dev.naru.memory.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.Broadcast;
import dev.naru.memory.BroadcastSpec;
import dev.naru.memory.Ring;
import dev.naru.memory.RingSpec;
import dev.naru.memory.SharedLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of producers, readers and owners at any moment. The short form kills 50 in a ring, 50 at a lock
 * and 25 in a broadcast ring; the long one:
 *
 * <pre>./naru torture [KILLS]</pre>
 *
 * <p>There, nobody may wait longer than 1 s either: for the lock, or beside a message, a reader or a producer that lives.
 *
 * <p>A seed that failed is given again by {@code -Dnaru.torture.seed=}.
 */
@ExtendWith(NoLeaks.class)
@Timeout(value = 3, unit = TimeUnit.HOURS)
class TortureTest {
    private static final int KILLS = Integer.getInteger("naru.torture.kills", 100);
    private static final long SEED = Long.getLong("naru.torture.seed", System.nanoTime());
    private static final int LONG_FORM = 2000;
    private static final int PRODUCERS = 2;

    @TempDir
    Path folder;

    private static Random random(String of) {
        System.out.println(of + ": " + KILLS / 2 + " kills, seed " + SEED);
        return new Random(SEED);
    }

    @Test
    void nothingCommittedIsLostTornOrDoubledInARing() throws Exception {
        Random random = random("ring");
        Path file = folder.resolve("ring");
        Path notes = folder.resolve("journal");
        Ring.create(file, RingSpec.manyToOne(PRODUCERS, 16 * 1024)).close();
        int life = 0;
        try (Journal journal = Journal.open(notes);
                Victims victims = new Victims()) {
            Process[] producers = new Process[PRODUCERS];
            int[] lives = new int[PRODUCERS];
            for (int i = 0; i < PRODUCERS; i++) {
                lives[i] = ++life;
                producers[i] = victims.start(RingTorture.Producer.class, file, notes, life, "sound");
            }
            Process reader = victims.start(RingTorture.Reader.class, file, notes);
            for (int kill = 0; kill < KILLS / 2; kill++) {
                int victim = random.nextInt(PRODUCERS + 1);
                Victims.awaitMore("messages go on", journal, RingTorture.HANDLED, 1 + random.nextInt(3000), reader);
                if (victim == PRODUCERS) {
                    victims.kill(reader);
                    reader = victims.start(RingTorture.Reader.class, file, notes);
                } else {
                    int of = RingTorture.COMMITTED_BY + lives[victim];
                    Victims.awaitMore("this one sends", journal, of, 1 + random.nextInt(100), producers[victim]);
                    victims.kill(producers[victim]);
                    lives[victim] = ++life;
                    producers[victim] = victims.start(RingTorture.Producer.class, file, notes, life, "sound");
                }
                assertThat(RingTorture.Fault.of(journal.get(RingTorture.ERROR)))
                        .as("after kill %d, seed %d", kill, SEED)
                        .isEqualTo(RingTorture.Fault.NONE);
            }
            for (Process producer : producers) {
                victims.kill(producer);
            }
            judge(journal, life, reader);
            System.out.printf(
                    "ring: %d messages handled, %d came again%n",
                    journal.get(RingTorture.HANDLED), journal.get(RingTorture.AGAIN));
            judgeWait("ring: longest wait of a reader", journal.get(RingTorture.LONGEST_WAIT_OF_A_READER));
            judgeWait("ring: longest wait of a producer", journal.get(RingTorture.LONGEST_WAIT_OF_A_PRODUCER));
        }
    }

    private static void judgeWait(String whose, long nanos) {
        System.out.printf("%s: %.1f ms%n", whose, nanos / 1e6);
        if (KILLS >= LONG_FORM) { // a clock, so only where it runs alone
            assertThat(Duration.ofNanos(nanos)).as("%s, seed %d", whose, SEED).isLessThan(Duration.ofSeconds(1));
        }
    }

    /** All that was committed is handled in the end, and at most one more: that of one killed before it noted it. */
    private static void judge(Journal journal, int lives, Process reader) {
        for (int life = 1; life <= lives; life++) {
            int of = life;
            Await.until("all of life " + life + " is handled", () -> {
                Victims.requireAlive(reader);
                return journal.get(RingTorture.HANDLED_OF + of) >= journal.get(RingTorture.COMMITTED_BY + of);
            });
            assertThat(journal.get(RingTorture.HANDLED_OF + life) - journal.get(RingTorture.COMMITTED_BY + life))
                    .as("handled more than committed, of life %d", life)
                    .isBetween(0L, 1L);
        }
        assertThat(journal.get(RingTorture.ERROR)).isZero();
    }

    @Test
    void aWriterThatCommitsBeforeThePayloadIsCaught() throws Exception {
        Path file = folder.resolve("ring");
        Path notes = folder.resolve("journal");
        Ring.create(file, RingSpec.oneToOne(16 * 1024)).close();
        try (Journal journal = Journal.open(notes);
                Victims victims = new Victims()) {
            Process _ = victims.start(RingTorture.Reader.class, file, notes);
            Process _ = victims.start(RingTorture.Producer.class, file, notes, 1, "commit-first");
            Await.until(
                    "it is caught",
                    () -> journal.get(RingTorture.ERROR) == RingTorture.Fault.TORN.number()
                            || journal.get(RingTorture.ERROR) == RingTorture.Fault.LOST.number()
                            || journal.get(RingTorture.ERROR) == RingTorture.Fault.DOUBLED.number());
        }
    }

    @Test
    void nothingIsTornInABroadcastRing() throws Exception {
        Random random = random("broadcast");
        assertThat(broadcast(random, KILLS / 4, "sound"))
                .as("error, seed %d", SEED)
                .isZero();
    }

    @Test
    void aBroadcastThatCommitsBeforeThePayloadIsCaught() throws Exception {
        assertThat(broadcast(random("broadcast, commit first"), 1000, "commit-first"))
                .isNotZero();
    }

    /** Ends early when there was an error. */
    private long broadcast(Random random, int kills, String mutant) throws Exception {
        Path file = folder.resolve("ring");
        Path notes = folder.resolve("journal");
        Broadcast.create(file, BroadcastSpec.of(1, 4096)).close();
        int life = 1;
        try (Journal journal = Journal.open(notes);
                Victims victims = new Victims()) {
            Process producer = victims.start(BroadcastTorture.Producer.class, file, notes, life, mutant);
            Process listener = victims.start(BroadcastTorture.Listener.class, file, notes);
            for (int kill = 0; kill < kills && journal.get(BroadcastTorture.ERROR) == 0; kill++) {
                Victims.awaitMore("it hears", journal, BroadcastTorture.HEARD, 1 + random.nextInt(3000), listener);
                if (random.nextBoolean()) {
                    victims.kill(listener);
                    listener = victims.start(BroadcastTorture.Listener.class, file, notes);
                } else {
                    int sent = BroadcastTorture.SENT_BY + life;
                    Victims.awaitMore("it sends", journal, sent, 1 + random.nextInt(1000), producer);
                    victims.kill(producer);
                    producer = victims.start(BroadcastTorture.Producer.class, file, notes, ++life, mutant);
                }
            }
            System.out.printf("broadcast: %d messages heard%n", journal.get(BroadcastTorture.HEARD));
            judgeWait("broadcast: longest wait of a listener", journal.get(BroadcastTorture.LONGEST_WAIT));
            return journal.get(BroadcastTorture.ERROR);
        }
    }

    @Test
    void whoComesAfterADeadOwnerIsTold() throws Exception {
        Random random = random("lock");
        LockTorture.Fault fault = torture(random, KILLS / 2, "sound");
        assertThat(fault).as("seed %d", SEED).isEqualTo(LockTorture.Fault.NONE);
    }

    @Test
    void anOwnerThatDoesNotRepairIsCaught() throws Exception {
        assertThat(torture(random("lock, no repair"), 1000, "no-repair")).isEqualTo(LockTorture.Fault.NOT_TOLD);
    }

    @Test
    void ownersThatDoNotLockAreCaught() throws Exception {
        assertThat(torture(random("lock, no lock"), 1000, "no-lock")).isNotEqualTo(LockTorture.Fault.NONE);
    }

    /** Ends early when there was a fault. */
    private LockTorture.Fault torture(Random random, int kills, String mutant) throws Exception {
        Path file = folder.resolve("lock");
        Path notes = folder.resolve("journal");
        SharedLock.create(file).close();
        try (Journal journal = Journal.open(notes);
                Victims victims = new Victims()) {
            Process[] owners = new Process[3];
            int[] lives = new int[owners.length];
            int life = 0;
            for (int i = 0; i < owners.length; i++) {
                lives[i] = ++life;
                owners[i] = victims.start(LockTorture.Owner.class, file, notes, life, mutant);
            }
            for (int kill = 0; kill < kills && journal.get(LockTorture.ERROR) == 0; kill++) {
                int victim = random.nextInt(owners.length);
                int sections = LockTorture.SECTIONS_OF + lives[victim];
                Victims.awaitMore("it gets the lock", journal, sections, 1 + random.nextInt(500), owners[victim]);
                victims.kill(owners[victim]);
                lives[victim] = ++life;
                owners[victim] = victims.start(LockTorture.Owner.class, file, notes, life, mutant);
            }
            System.out.printf(
                    "lock: %d sections, %d after a dead owner%n",
                    journal.get(LockTorture.FIRST), journal.get(LockTorture.DIED));
            judgeWait("lock: longest wait of an owner", journal.get(LockTorture.LONGEST_WAIT));
            return LockTorture.Fault.of(journal.get(LockTorture.ERROR));
        }
    }
}
