package dev.naru.topics.testing;

import dev.naru.channels.Address;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Futex;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.memory.Membership;
import dev.naru.memory.SharedLock;
import dev.naru.topics.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.slf4j.Logger;

/**
 * Another publisher, in a JVM of its own: it writes the segments of partition 0 of {@code t} by Kafka's own classes, and the control
 * block by what {@code docs/layouts/log.md} says, with nothing of ours but mapping and futex. It does what a line says, and
 * answers {@code done}.
 */
public final class Publisher {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final long APPENDER = 48;
    private static final long PUBLISHER = 56;
    private static final long SEQ = 256;
    private static final long COPIES = 264;
    private static final long COPY = 64;
    private static final long ARMED = 384;
    private static final long WOKEN = 392;
    private static final long LEADER_EPOCH = 520;

    private final Path folder;
    private final MemorySegment block;
    private final TreeMap<Long, Long> segments = new TreeMap<>(); // base to bytes
    private final TreeMap<Long, Long> batches = new TreeMap<>(); // base offset to position
    private final StringBuilder epochs = new StringBuilder("0 0\n");
    private int epochCount = 1;
    private int epoch;
    private long logEnd;
    private long published;
    private long stable;
    private long generation;

    private Publisher(Path folder, MemorySegment block) {
        this.folder = folder;
        this.block = block;
        var _ = segments.put(0L, 0L);
    }

    /** The command. */
    public static List<String> command(Path store) {
        return JavaProgram.of(Publisher.class)
                .needing(Store.class)
                .needing(SharedLock.class)
                .needing(Address.class)
                .needing(MemoryRecords.class)
                .needing(Logger.class)
                .option("-XX:+UseSerialGC")
                .command(store.toString());
    }

    public static void main(String[] arguments) throws Exception {
        Path store = Path.of(arguments[0]);
        Path folder = Logs.partition(store, "t", 0);
        Path file = store.resolve("store.naru");
        Path control = folder.resolve("partition.naru");
        try (Membership life = Membership.open(file, file.toString(), Problem.NO_STORE);
                Descriptor opened = SharedFiles.open(control, true, control.toString());
                SharedMapping mapping =
                        SharedMapping.map(opened, 4096, SharedMapping.Options.WRITABLE, control.toString());
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Publisher publisher = new Publisher(folder, mapping.segment());
            LONG.set(mapping.segment(), PUBLISHER, life.id());
            LONG.setVolatile(mapping.segment(), APPENDER, 1L);
            publisher.flip();
            say("publishes as " + life.id());
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                publisher.obey(line.split(" ", -1));
                say("done");
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private void obey(String[] words) throws IOException {
        switch (words[0]) {
            case "append" -> append(MemoryRecords.withRecords(logEnd, Compression.NONE, epoch, records(words, 1)));
            case "append-large" ->
                append(MemoryRecords.withRecords(
                        logEnd, Compression.NONE, epoch, new SimpleRecord(new byte[Integer.parseInt(words[1])])));
            case "transaction" ->
                append(MemoryRecords.withTransactionalRecords(
                        logEnd, Compression.NONE, number(words), (short) 0, 0, epoch, records(words, 2)));
            case "commit" -> mark(number(words), ControlRecordType.COMMIT);
            case "abort" -> mark(number(words), ControlRecordType.ABORT);
            case "publish" -> {
                published = number(words);
                stable = words.length > 2 ? Long.parseLong(words[2]) : published;
                flip();
            }
            case "roll" -> roll(Integer.parseInt(words[1]));
            case "replace" -> replace();
            case "truncate" -> truncate(number(words));
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static long number(String[] words) {
        return Long.parseLong(words[1]);
    }

    private static SimpleRecord[] records(String[] words, int from) {
        SimpleRecord[] records = new SimpleRecord[words.length - from];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(1000, null, words[from + i].getBytes(StandardCharsets.UTF_8));
        }
        return records;
    }

    private void mark(long producer, ControlRecordType type) throws IOException {
        append(MemoryRecords.withEndTransactionMarker(
                logEnd, 1000, epoch, producer, (short) 0, new EndTransactionMarker(type, 0)));
    }

    private void append(MemoryRecords records) throws IOException {
        ByteBuffer bytes = records.buffer().duplicate();
        long base = segments.lastKey();
        long at = segments.get(base);
        long next = records.batches().iterator().next().nextOffset();
        try (FileChannel file = segment(base)) {
            long end = at + bytes.remaining();
            while (bytes.hasRemaining()) {
                int _ = file.write(bytes, at + bytes.position());
            }
            var _ = segments.put(base, end);
        }
        var _ = batches.put(logEnd, at);
        logEnd = next;
    }

    private FileChannel segment(long base) throws IOException {
        Path path = folder.resolve("%020d.log".formatted(base));
        return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Begins another segment; behind the data of the last one are so many zeros. */
    private void roll(int zeros) throws IOException {
        long base = segments.lastKey();
        try (FileChannel file = segment(base)) {
            int _ = file.write(ByteBuffer.allocate(zeros), segments.get(base));
        }
        var _ = segments.put(logEnd, 0L);
    }

    /** The last segment is another file from then on, as after a compaction. */
    private void replace() throws IOException {
        generation++;
        flip();
        Path path = folder.resolve("%020d.log".formatted(segments.lastKey()));
        Path other = Files.copy(path, folder.resolve("replacement"));
        var _ = Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
        generation++;
        flip();
    }

    /** In place, as Kafka does it; then another leader goes on. */
    private void truncate(long offset) throws IOException {
        generation++;
        published = Math.min(published, offset);
        stable = Math.min(stable, offset);
        flip();
        while (segments.lastKey() > offset) {
            Files.delete(folder.resolve(
                    "%020d.log".formatted(segments.pollLastEntry().getKey())));
        }
        long base = segments.lastKey();
        long at = batches.getOrDefault(offset, segments.get(base));
        try (FileChannel file = segment(base)) {
            var _ = file.truncate(at);
        }
        var _ = segments.put(base, at);
        batches.tailMap(offset, true).clear();
        logEnd = offset;
        epoch++;
        epochCount++;
        var _ = epochs.append(epoch).append(' ').append(offset).append('\n');
        var _ = Files.writeString(folder.resolve("leader-epoch-checkpoint"), "0\n" + epochCount + "\n" + epochs);
        INT.setVolatile(block, LEADER_EPOCH, epoch);
        generation++;
        flip();
    }

    /** An end that is an offset alone: no segment, no position. */
    private void flip() {
        long seq = (long) LONG.getVolatile(block, SEQ) + 1;
        long at = COPIES + (seq & 1) * COPY;
        LONG.set(block, at, -1L);
        LONG.set(block, at + 8, published);
        LONG.set(block, at + 16, -1L);
        LONG.set(block, at + 24, generation);
        LONG.set(block, at + 32, published);
        LONG.set(block, at + 40, stable);
        LONG.setVolatile(block, SEQ, seq);
        VarHandle.fullFence();
        if ((long) LONG.getVolatile(block, ARMED) > (long) LONG.getVolatile(block, WOKEN)) {
            int _ = Futex.wake(block, SEQ, Integer.MAX_VALUE);
            LONG.setVolatile(block, WOKEN, seq);
        }
    }
}
