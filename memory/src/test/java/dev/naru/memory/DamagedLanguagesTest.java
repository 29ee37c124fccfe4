package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.testing.Damage;
import dev.naru.memory.testing.Language;
import dev.naru.memory.testing.Talk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * C and Python at files in which somebody has stored at random, before they are opened or afterwards. Neither is ended by a
 * signal or goes on for ever, and both come to the same: what one of them believes and the other does not is a mistake.
 */
@ExtendWith(NoLeaks.class)
class DamagedLanguagesTest {
    private static final int CASES = 500;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("shared");
    }

    /** A file as it is when nobody has it open. */
    private static final class Sound {
        final String kind;
        final byte[] now;

        /** The same when more was sent. */
        final byte[] later;

        /** Where its frames begin. */
        final int data;

        Sound(String kind, byte[] now, byte[] later, long data) {
            this.kind = kind;
            this.now = now;
            this.later = later;
            this.data = (int) data;
        }
    }

    private byte[] bytes() throws IOException {
        return Files.readAllBytes(file());
    }

    private static ByteBuffer message(Random random, long most) {
        byte[] message = new byte[random.nextInt((int) most + 1)];
        random.nextBytes(message);
        return ByteBuffer.wrap(message);
    }

    private Sound ring(Random random) throws Exception {
        int lanes = 1 + random.nextInt(3);
        long laneBytes = 4096L << random.nextInt(2);
        try (Ring ring = Ring.create(file(), RingSpec.manyToOne(lanes, laneBytes))) {
            List<RingWriter> writers = new ArrayList<>(); // each keeps its lane until the ring is closed
            try (RingReader reader = ring.reader()) {
                for (int lane = 0; lane < lanes; lane++) {
                    writers.add(ring.writer());
                    for (int i = random.nextInt(100); i > 0; i--) {
                        writers.getLast().send(message(random, ring.maxMessage()));
                        int _ = reader.drain((_, _, _) -> {}, Integer.MAX_VALUE);
                    }
                }
            }
            for (RingWriter writer : writers) {
                fill(writer, random);
            }
        }
        byte[] now = bytes();
        try (Ring ring = Ring.open(file())) {
            fill(ring.writer(), random);
        }
        return new Sound("ring", now, bytes(), new RingGeometry(lanes, laneBytes).data(0));
    }

    private static void fill(RingWriter writer, Random random) throws IOException {
        for (int i = random.nextInt(20); i > 0; i--) {
            boolean _ = writer.trySend(message(random, writer.maxMessage()));
        }
    }

    private Sound broadcast(Random random) throws Exception {
        int rows = 1 + random.nextInt(3);
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(rows, 4096))) {
            byte[] now;
            try (BroadcastWriter writer = ring.writer()) {
                for (int i = random.nextInt(100); i > 0; i--) {
                    writer.send(message(random, writer.maxMessage()));
                }
            }
            now = bytes();
            try (BroadcastWriter writer = ring.writer()) {
                for (int i = random.nextInt(12); i > 0; i--) {
                    writer.send(message(random, writer.maxMessage()));
                }
            }
            return new Sound("broadcast", now, bytes(), BroadcastLayout.data(rows));
        }
    }

    private Sound lock() throws Exception {
        SharedLock.create(file()).close();
        return new Sound("lock", bytes(), bytes(), bytes().length);
    }

    @Test
    void noBytesLeadThemAstray() throws Exception {
        long seed = System.nanoTime();
        System.out.println("damaged files: seed " + seed);
        Random random = new Random(seed);
        Damage damage = new Damage(random);
        try (Talk c = Talk.start(Language.C.command(folder, "look", file(), 0));
                Talk python = Talk.start(Language.PYTHON.command(folder, "look", file(), 0))) {
            for (int i = 0; i < CASES; i++) {
                Files.deleteIfExists(file());
                Sound sound = i % 10 == 0 ? lock() : i % 2 == 0 ? broadcast(random) : ring(random);
                boolean early = sound.kind.equals("lock") || random.nextBoolean();
                byte[] opened = early ? damage.of(sound.now, sound.data, true) : sound.now;
                byte[] used = early ? opened : later(sound, damage);

                String ofC = look(c, sound.kind, opened, used, early);
                String ofPython = look(python, sound.kind, opened, used, early);

                assertThat(ofPython)
                        .as("%s, damaged when it is %s, case %d of seed %d", sound.kind, early, i, seed)
                        .isEqualTo(ofC)
                        .doesNotContain("for ever");
            }
        } catch (AssertionError ended) {
            throw new AssertionError("seed " + seed, ended);
        }
    }

    /** What was sent since it was opened, and damage; the header and who has which role are left as they are. */
    private static byte[] later(Sound sound, Damage damage) {
        return damage.of(sound.later, sound.data, false);
    }

    private String look(Talk peer, String kind, byte[] opened, byte[] used, boolean early) throws IOException {
        Damage.write(file(), opened);
        String first = peer.say(kind).line();
        if (!early) {
            Damage.write(file(), used);
        }
        return first + " |" + peer.say("go on").line();
    }
}
