package dev.naru.topics.testing;

import dev.naru.topics.Cursor;
import dev.naru.topics.Start;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Looks at logs, and does to them what crashes do. */
public final class Logs {
    private static final long BOOT_AT = 40;

    private Logs() {}

    /** All that is there now. */
    public static List<TopicRecord> all(Topic topic) throws IOException {
        List<TopicRecord> records = new ArrayList<>();
        try (Cursor cursor = topic.read(Start.earliest())) {
            List<TopicRecord> some = cursor.tryPoll();
            while (!some.isEmpty()) {
                records.addAll(some);
                some = cursor.tryPoll();
            }
        }
        return records;
    }

    /** The values of all that is there now. */
    public static List<String> values(Topic topic) throws IOException {
        return all(topic).stream().map(TopicRecord::value).toList();
    }

    /** The folder of a partition. */
    public static Path partition(Path store, String topic, int number) {
        return store.resolve("topics").resolve(topic + "-" + number);
    }

    /** Its segments, in order. */
    public static List<Path> segments(Path partition) throws IOException {
        try (Stream<Path> files = Files.list(partition)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    /** Copies a store, or a partition, as it lies there just now. */
    public static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file));
                var _ = Files.createDirectories(target.getParent());
                var _ = Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** As if the machine had booted since: what stands in the control block is not to be believed. */
    public static void forgetBoot(Path partition) throws IOException {
        setWord(partition, BOOT_AT, 1);
    }

    /** As if nothing had been flushed ever, and all had to be checked. */
    public static void forgetFlushes(Path partition) throws IOException {
        setWord(partition, 640, 0);
        setWord(partition, 704, 0);
    }

    /** Stores the recovery point under the next number, as a keeper that is killed before it has waited for the disk. */
    public static void storePoint(Path partition) throws IOException {
        long number = Math.max(word(partition, 640), word(partition, 704)) + 1;
        long last = 640 + (number - 1 & 1) * 64;
        long to = 640 + (number & 1) * 64;
        ByteBuffer point =
                ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putLong(number);
        for (int at = 8; at < 40; at += Long.BYTES) {
            var _ = point.putLong(word(partition, last + at));
        }
        CRC32C crc = new CRC32C();
        crc.update(point.flip().duplicate());
        for (int at = 0; at < 40; at += Long.BYTES) {
            setWord(partition, to + at, point.getLong(at));
        }
        setWord(partition, to + 40, crc.getValue());
        setWord(partition, 768, 1L << 40); // the keeper's lock, by an id that nobody has
    }

    /** A word of the control block. */
    public static long word(Path partition, long offset) throws IOException {
        byte[] block = Files.readAllBytes(partition.resolve("partition.naru"));
        return ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getLong((int) offset);
    }

    /** Stores a word of the control block. */
    public static void setWord(Path partition, long offset, long value) throws IOException {
        setWordOf(partition.resolve("partition.naru"), offset, value);
    }

    /** Stores a word of a file. */
    public static void setWordOf(Path path, long offset, long value) throws IOException {
        try (RandomAccessFile block = new RandomAccessFile(path.toFile(), "rw")) {
            block.seek(offset);
            block.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }
    }
}
