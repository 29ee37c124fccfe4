package dev.naru.memory.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.SharedBarrier;
import dev.naru.memory.SharedReadWriteLock;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of readers, writers and parties of a barrier at any moment, as {@link TortureTest} does it to owners of a lock: 25 at
 * each in the short form. A seed that failed is given again by {@code -Dnaru.torture.seed=}.
 */
@ExtendWith(NoLeaks.class)
@Timeout(value = 3, unit = TimeUnit.HOURS)
class SyncTortureTest {
    private static final int KILLS = Integer.getInteger("naru.torture.kills", 100);
    private static final long SEED = Long.getLong("naru.torture.seed", System.nanoTime());
    private static final int UNTIL_CAUGHT = 1000;
    private static final int PARTIES = 3;

    @TempDir
    Path folder;

    @Test
    void nobodySeesWhatAWriterLeftHalfChanged() throws Exception {
        assertThat(readAndWrite(KILLS / 4, "sound")).as("error, seed %d", SEED).isZero();
    }

    @Test
    void aRepairThatIsLeftOutIsCaught() throws Exception {
        assertThat(readAndWrite(UNTIL_CAUGHT, "no-repair")).isNotZero();
    }

    @Test
    void readersThatDoNotLockAreCaught() throws Exception {
        assertThat(readAndWrite(UNTIL_CAUGHT, "no-lock")).isNotZero();
    }

    @Test
    void nobodyPassesABarrierAlone() throws Exception {
        assertThat(passBarrier(KILLS / 4, "sound")).as("error, seed %d", SEED).isZero();
    }

    @Test
    void partiesThatDoNotWaitAreCaught() throws Exception {
        assertThat(passBarrier(UNTIL_CAUGHT, "no-wait")).isNotZero();
    }

    /** Starts the next life of a party. */
    private interface Birth {
        Process start(int party, int life) throws Exception;
    }

    /** Kills them one by one, each after some turns of it. Ends early when there was an error. */
    private static void torture(int kills, Journal journal, Victims victims, int turnsOf, Birth birth)
            throws Exception {
        Random random = new Random(SEED);
        Process[] parties = new Process[PARTIES];
        int[] lives = new int[PARTIES];
        int life = 0;
        for (int i = 0; i < PARTIES; i++) {
            lives[i] = ++life;
            parties[i] = birth.start(i, life);
        }
        for (int kill = 0; kill < kills && journal.get(0) == 0; kill++) {
            int victim = random.nextInt(PARTIES);
            Victims.awaitMore(
                    "it has turns", journal, turnsOf + lives[victim], 1 + random.nextInt(300), parties[victim]);
            victims.kill(parties[victim]);
            lives[victim] = ++life;
            parties[victim] = birth.start(victim, life);
        }
    }

    private long readAndWrite(int kills, String mutant) throws Exception {
        Path file = folder.resolve("rwlock");
        Path notes = folder.resolve("journal");
        SharedReadWriteLock.create(file).close();
        try (Journal journal = Journal.open(notes);
                Victims victims = new Victims()) {
            torture(
                    kills,
                    journal,
                    victims,
                    ReadWriteTorture.TURNS_OF,
                    (_, life) -> victims.start(ReadWriteTorture.Party.class, file, notes, life, mutant));
            System.out.printf(
                    "read-write lock, %s: seed %d, %d changes, %d reads, %d after a dead writer, longest wait %.1f ms%n",
                    mutant,
                    SEED,
                    journal.get(ReadWriteTorture.FIRST),
                    journal.get(ReadWriteTorture.READS),
                    journal.get(ReadWriteTorture.DIED),
                    journal.get(ReadWriteTorture.LONGEST_WAIT) / 1e6);
            return journal.get(ReadWriteTorture.ERROR);
        }
    }

    private long passBarrier(int kills, String mutant) throws Exception {
        Path file = folder.resolve("barrier");
        Path notes = folder.resolve("journal");
        SharedBarrier.create(file, PARTIES).close();
        try (Journal journal = Journal.open(notes);
                Victims victims = new Victims()) {
            torture(
                    kills,
                    journal,
                    victims,
                    BarrierTorture.TURNS_OF,
                    (party, life) ->
                            victims.start(BarrierTorture.Party.class, file, notes, life, party, PARTIES, mutant));
            System.out.printf(
                    "barrier, %s: seed %d, %d times passed, %d times broken%n",
                    mutant, SEED, journal.get(BarrierTorture.PASSED), journal.get(BarrierTorture.BROKEN));
            return journal.get(BarrierTorture.ERROR);
        }
    }
}
