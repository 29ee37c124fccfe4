package dev.naru.topics.testing;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Cursor;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * What Jazzer calls with bytes that it makes up: the first says what is done, the others are a segment. Whatever they are, who reads them
 * gets records or an error that says where, and a recovery leaves a log that can be read and appended to.
 */
public final class SegmentFuzzer {
    private static final long NEXT = 1L << 40;
    private static final Set<Problem> TOLD = Set.of(Problem.DAMAGED_LOG, Problem.NO_CODEC);
    private static final int MOST = 1 << 16;

    private static final Path FOLDER = folder();
    private static final Store STORE = store();
    private static final Path LOG = Logs.partition(FOLDER, "t", 0);
    private static final Path SEGMENT = LOG.resolve("00000000000000000000.log");

    private SegmentFuzzer() {}

    private static Path folder() {
        try {
            return Files.createDirectories(Path.of(System.getProperty("naru.fuzz.folder")));
        } catch (IOException refused) {
            throw new AssertionError(refused);
        }
    }

    private static Store store() {
        try {
            Store store = Store.openOrCreate(FOLDER);
            store.openOrCreate("t", TopicSpec.partitions(1).withSegmentBytes(1 << 20))
                    .close();
            return store;
        } catch (IOException refused) {
            throw new AssertionError(refused);
        }
    }

    /** Does what the first byte says with the others. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        if (input.length < 2 || input.length > MOST) {
            return;
        }
        byte[] segment = new byte[input.length - 1];
        System.arraycopy(input, 1, segment, 0, segment.length);
        if ((input[0] & 1) != 0) {
            putCrcs(segment); // else the fuzzer would never get past them
        }
        try (var files = Files.newDirectoryStream(LOG, "0*")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        var _ = Files.write(SEGMENT, segment);
        if ((input[0] & 2) != 0) {
            recover();
        } else {
            publish(segment.length);
            read();
        }
    }

    private static void putCrcs(byte[] segment) {
        ByteBuffer bytes = ByteBuffer.wrap(segment);
        int at = 0;
        while (segment.length - at >= 61) {
            long size = 12 + (long) bytes.getInt(at + 8);
            if (size < 61 || size > segment.length - at) {
                return;
            }
            CRC32C crc = new CRC32C();
            crc.update(segment, at + 21, (int) size - 21);
            var _ = bytes.putInt(at + 17, (int) crc.getValue());
            at += (int) size;
        }
    }

    /** As if all of it had been appended. */
    private static void publish(int length) throws IOException {
        long seq = Logs.word(LOG, 256) + 2;
        long copy = 264 + (seq & 1) * 64;
        Logs.setWord(LOG, copy, 0);
        Logs.setWord(LOG, copy + 8, NEXT);
        Logs.setWord(LOG, copy + 16, length | ((long) length << 32));
        Logs.setWord(LOG, copy + 24, seq);
        Logs.setWord(LOG, copy + 32, NEXT);
        Logs.setWord(LOG, copy + 40, NEXT);
        Logs.setWord(LOG, 512, 0);
        Logs.setWord(LOG, 256, seq);
    }

    private static void read() throws Exception {
        try (Topic topic = STORE.open("t")) {
            told(() -> {
                try (Cursor cursor = topic.read(Start.earliest())) {
                    while (!cursor.tryPoll().isEmpty()) {}
                }
            });
            told(() -> {
                try (Cursor cursor = topic.read(Start.earliest())) {
                    while (cursor.drain(
                                    record -> {
                                        var _ = record.copy();
                                    },
                                    100)
                            > 0) {}
                }
            });
            told(() -> topic.read(Start.timestamp(1000)).close());
            told(() -> topic.read(Start.offset(3)).close());
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void told(Step step) throws Exception {
        try {
            step.run();
        } catch (ErrnoException refused) {
            if (!TOLD.contains(refused.problem())) {
                throw refused;
            }
        }
    }

    private static void recover() throws Exception {
        Logs.setWord(LOG, 512, 0);
        Logs.forgetFlushes(LOG);
        Logs.forgetBoot(LOG);
        try (Topic topic = STORE.open("t")) {
            long next;
            try (Cursor cursor = topic.read(Start.latest())) {
                next = cursor.position(0);
            }
            if (next > Long.MAX_VALUE - 10) {
                return; // nothing more has room
            }
            if (topic.append("k", "v").offset() != next) {
                throw new AssertionError("appended elsewhere than at " + next);
            }
            try (Cursor cursor = topic.read(Start.offset(next))) {
                List<TopicRecord> records = cursor.tryPoll();
                if (records.size() != 1 || !"v".equals(records.getFirst().value())) {
                    throw new AssertionError("what was appended is not there: " + records);
                }
            }
            told(() -> {
                try (Cursor cursor = topic.read(Start.earliest())) {
                    while (!cursor.tryPoll().isEmpty()) {}
                }
            });
        }
    }
}
