package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Damage;
import dev.naru.memory.testing.Language;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.Logs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * C and Python at logs in which somebody has stored at random. Neither is ended by a signal or goes on for ever, and both come to the
 * same: what one of them believes and the other does not is a mistake.
 */
@ExtendWith(NoLeaks.class)
class DamagedLogLanguagesTest {
    private static final int CASES = 300;

    /** What is believed of a control block, but for the lock: an id could be that of who looks. */
    private static final int[] WORDS = {48, 64, 256, 264, 272, 280, 288, 328, 336, 344, 352, 384, 392, 512, 520, 528};

    @TempDir
    Path folder;

    private final Map<String, byte[]> sound = new TreeMap<>();

    private Path data() {
        return folder.resolve("store");
    }

    private Path partition() {
        return Logs.partition(data(), "t", 0);
    }

    private void create(Random random) throws Exception {
        try (Store store = Store.create(data());
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16))) {
            for (int i = 0; i < 40; i++) {
                NewRecord record = NewRecord.of(i % 3 == 0 ? null : "k" + i, "v".repeat(random.nextInt(5_000)));
                var _ = topic.append(i % 4 == 0 ? record.withHeader("trace", "h" + i) : record);
            }
        }
        var _ = sound.put("partition.naru", Files.readAllBytes(partition().resolve("partition.naru")));
        for (Path segment : Logs.segments(partition())) {
            var _ = sound.put(segment.getFileName().toString(), Files.readAllBytes(segment));
        }
    }

    private Map<String, byte[]> damaged(Random random) {
        Map<String, byte[]> files = new TreeMap<>();
        sound.forEach((name, bytes) -> files.put(name, bytes.clone()));
        ByteBuffer block = ByteBuffer.wrap(files.get("partition.naru")).order(ByteOrder.LITTLE_ENDIAN);
        String name = files.keySet().stream()
                .filter(file -> file.endsWith(".log"))
                .skip(random.nextInt(files.size() - 1))
                .findFirst()
                .orElseThrow();
        byte[] segment = files.get(name);
        switch (random.nextInt(4)) {
            case 0 -> segment[random.nextInt(segment.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> damageBatch(ByteBuffer.wrap(segment), random);
            case 2 -> {
                byte[] less = new byte[random.nextInt(segment.length)];
                System.arraycopy(segment, 0, less, 0, less.length);
                var _ = files.put(name, less);
            }
            default -> {
                for (int i = 0; i <= random.nextInt(3); i++) {
                    int at = WORDS[random.nextInt(WORDS.length)];
                    var _ = block.putLong(at, word(block.getLong(at), random));
                }
            }
        }
        return files;
    }

    private static long word(long now, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt(-3, 50);
            case 2 -> now + random.nextInt(-300, 300);
            case 3 -> now ^ 1L << random.nextInt(64);
            case 4 -> (now & 0xFFFFFFFFL) | (long) random.nextInt(1 << 17) << 32; // a reserve
            default -> (now & -1L << 32) | random.nextInt(1 << 17); // a position
        };
    }

    /** A byte behind the CRC of some batch, which then is right again. */
    private static void damageBatch(ByteBuffer segment, Random random) {
        int at = 0;
        for (int skip = random.nextInt(10); skip > 0 && at + 12 + segment.getInt(at + 8) < segment.limit(); skip--) {
            at += 12 + segment.getInt(at + 8);
        }
        int size = 12 + segment.getInt(at + 8);
        int from = random.nextBoolean() ? at + 21 : at + 61;
        int to = from + random.nextInt(Math.min(40, at + size - from));
        var _ = segment.put(to, (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(-2, 8)));
        CRC32C crc = new CRC32C();
        crc.update(segment.duplicate().position(at + 21).limit(at + size));
        var _ = segment.putInt(at + 17, (int) crc.getValue());
    }

    private String look(Talk peer, Map<String, byte[]> files) throws Exception {
        for (Path segment : Logs.segments(partition())) {
            Files.delete(segment);
        }
        for (var file : files.entrySet()) {
            Damage.write(partition().resolve(file.getKey()), file.getValue());
        }
        return peer.say("look").line();
    }

    @Test
    void noBytesLeadThemAstray() throws Exception {
        long seed = System.nanoTime();
        System.out.println("damaged logs: seed " + seed);
        Random random = new Random(seed);
        create(random);
        try (Talk c = Talk.start(Language.C.program(FarSide.class, "log_peer", folder, "look", data()));
                Talk python = Talk.start(Language.PYTHON.program(FarSide.class, "log_peer", folder, "look", data()))) {
            String whole = look(c, sound);
            assertThat(whole).startsWith("40 (").endsWith(" 11 40 0");
            assertThat(look(python, sound)).isEqualTo(whole);
            for (int i = 0; i < CASES; i++) {
                Map<String, byte[]> files = damaged(random);
                String ofC = look(c, files);
                assertThat(look(python, files))
                        .as("case %d of seed %d", i, seed)
                        .isEqualTo(ofC);
            }
        }
    }
}
