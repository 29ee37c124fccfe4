package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.Logs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a power cut or a copy leaves, opened again. */
@ExtendWith(NoLeaks.class)
class RecoveryTest {
    private static final int SEGMENT = 1 << 16;
    private static final int RECORDS = 300;

    @TempDir
    Path folder;

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    private List<String> fill() throws Exception {
        Random random = new Random(5);
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(SEGMENT))) {
            for (int i = 0; i < RECORDS; i++) {
                var _ = topic.append("k", i + "x".repeat(random.nextInt(1500)));
            }
            return Logs.values(topic);
        }
    }

    private static void clear(Path partition) throws IOException {
        for (Path segment : Logs.segments(partition)) {
            Files.delete(segment);
        }
    }

    /** A prefix of what was appended, then what is appended now, is all there is; and it stays so. */
    private static int assertRecovers(Path folder, List<String> appended) throws Exception {
        int left;
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            List<String> values = Logs.values(topic);
            left = values.size();
            assertThat(values).isEqualTo(appended.subList(0, left));
            assertThat(topic.append("k", "new").offset()).isEqualTo(left);
        }
        Logs.forgetBoot(Logs.partition(folder, "t", 0)); // again: nothing more is lost
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            List<String> values = Logs.values(topic);
            assertThat(values).hasSize(left + 1).endsWith("new");
        }
        return left;
    }

    @Test
    void aSoundLogIsKeptWhole() throws Exception {
        List<String> appended = fill();
        Logs.forgetBoot(log());

        assertThat(assertRecovers(folder, appended)).isEqualTo(RECORDS);
    }

    @Test
    void aLogThatWasCutAnywhereKeepsWhatCameBefore() throws Exception {
        List<String> appended = fill();
        Path sound = folder.resolve("sound");
        Logs.copy(log(), sound);
        Random random = new Random(6);
        for (int round = 0; round < 60; round++) {
            clear(log());
            Logs.copy(sound, log());
            List<Path> segments = Logs.segments(log());
            Path cut = segments.get(random.nextInt(segments.size()));
            long size = random.nextLong(Files.size(cut));
            try (RandomAccessFile file = new RandomAccessFile(cut.toFile(), "rw")) {
                file.setLength(size);
                if (random.nextBoolean()) {
                    file.setLength(size + random.nextInt(5000)); // zeros, as of space that was reserved
                }
            }
            Logs.forgetFlushes(log());
            Logs.forgetBoot(log());

            int left = assertRecovers(folder, appended);

            assertThat(left).isLessThan(RECORDS);
        }
    }

    @Test
    void aLogThatWasGarbledAnywhereKeepsWhatCameBefore() throws Exception {
        List<String> appended = fill();
        Path sound = folder.resolve("sound");
        Logs.copy(log(), sound);
        Random random = new Random(7);
        for (int round = 0; round < 60; round++) {
            clear(log());
            Logs.copy(sound, log());
            List<Path> segments = Logs.segments(log());
            Path garbled = segments.get(random.nextInt(segments.size()));
            try (RandomAccessFile file = new RandomAccessFile(garbled.toFile(), "rw")) {
                byte[] noise = new byte[1 + random.nextInt(64)];
                random.nextBytes(noise);
                noise[0] = (byte) ~file.read(); // at least one byte differs
                file.seek(0);
                long at = random.nextLong(file.length() - noise.length);
                file.seek(at);
                noise[0] = (byte) ~file.read();
                file.seek(at);
                file.write(noise);
            }
            Logs.forgetFlushes(log());
            Logs.forgetBoot(log());

            var _ = assertRecovers(folder, appended);
        }
    }

    @Test
    void zerosBehindASealedSegmentLoseNothing() throws Exception {
        List<String> appended = fill();
        try (RandomAccessFile file =
                new RandomAccessFile(Logs.segments(log()).getFirst().toFile(), "rw")) {
            file.setLength(file.length() + 4096); // the cut of a roll that never got to the disk
        }
        Logs.forgetFlushes(log());
        Logs.forgetBoot(log());

        assertThat(assertRecovers(folder, appended)).isEqualTo(RECORDS);
    }

    @Test
    void nothingInTheControlBlockIsBelieved() throws Exception {
        List<String> appended = fill();
        for (int word = 128; word < 640; word += 8) { // the lock, the published end, the sleepers, the log start
            Logs.setWord(log(), word, 0x0123456789abcdefL + word);
        }
        Logs.forgetBoot(log());

        assertThat(assertRecovers(folder, appended)).isEqualTo(RECORDS);
    }

    @Test
    void aCopyOfALiveStoreIsAStoreOfItsOwn(@TempDir Path copied) throws Exception {
        List<String> appended = fill();
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.NONE, 8, 1); // the lock is held in what is copied
            try {
                Logs.copy(folder, copied);
            } finally {
                writer.abort();
            }
            assertThat(assertRecovers(copied, appended)).isEqualTo(RECORDS);
            assertThat(topic.append("k", "here").offset()).isEqualTo(RECORDS);
        }
    }

    @Test
    void aBaseOffsetThatIsNotItsOwnIsNotBelieved() throws Exception {
        List<String> appended = fill();
        Path sound = folder.resolve("sound");
        Logs.copy(log(), sound);
        Random random = new Random(8);
        for (int round = 0; round < 60; round++) {
            clear(log());
            Logs.copy(sound, log());
            List<Path> segments = Logs.segments(log());
            boolean isLast = round < 10; // of all batches: none behind it tells what it should be
            Path garbled = isLast ? segments.getLast() : segments.get(random.nextInt(segments.size()));
            long base;
            try (RandomAccessFile file = new RandomAccessFile(garbled.toFile(), "rw")) {
                List<Long> positions = new ArrayList<>();
                for (long at = 0; at < file.length(); at = at + 12 + file.readInt()) {
                    positions.add(at);
                    file.seek(at + 8);
                }
                long at = isLast ? positions.getLast() : positions.get(random.nextInt(positions.size()));
                file.seek(at);
                base = file.readLong();
                file.seek(at);
                file.writeLong(base ^ (1L << random.nextInt(Long.SIZE)));
            }
            Logs.forgetFlushes(log());
            Logs.forgetBoot(log());

            assertThat(assertRecovers(folder, appended)).as("round %d", round).isEqualTo((int) base);
        }
    }
}
