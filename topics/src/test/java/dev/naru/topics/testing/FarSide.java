package dev.naru.topics.testing;

import dev.naru.channels.Address;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.memory.Membership;
import dev.naru.memory.SharedLock;
import dev.naru.memory.Waiting;
import dev.naru.topics.Cursor;
import dev.naru.topics.NewRecord;
import dev.naru.topics.Producer;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Stores;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The far side in a JVM of its own: {@code VERB STORE [NUMBER]}, on the topic {@code t}. It says a line for each thing done. */
public final class FarSide {
    private FarSide() {}

    /** The command. */
    public static List<String> command(Object... arguments) {
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        return JavaProgram.of(FarSide.class)
                .needing(Store.class)
                .needing(SharedLock.class)
                .needing(Address.class)
                .option("-XX:+UseSerialGC")
                .command(words);
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        int number = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;
        try (Store store = Stores.withChoresAtOnce(folder)) {
            run(arguments[0], folder, store, number);
        } catch (IOException refused) {
            say(refused.getMessage());
        }
    }

    private static void run(String verb, Path folder, Store store, int number) throws Exception {
        switch (verb) {
            case "append" -> {
                try (Topic topic = store.open("t")) {
                    for (int i = 0; i < number; i++) {
                        var _ = topic.append("k" + i, "v" + i);
                    }
                    say("appended");
                    awaitLine();
                }
            }
            case "append-and-tell" -> { // until it is killed
                try (Topic topic = store.open("t")) {
                    for (long i = 0; ; i++) {
                        var appended = topic.append(null, number + " " + i);
                        say(i + " " + appended.offset());
                    }
                }
            }
            case "roll" -> { // each record fills a segment
                try (Topic topic = store.open("t")) {
                    for (int round = 0; round < 2; round++) {
                        for (int i = 0; i < number; i++) {
                            var _ = topic.append(null, new byte[40_000]);
                        }
                        say("rolled");
                        awaitLine();
                    }
                }
            }
            case "produce" -> { // until it is killed
                try (Topic topic = store.open("t");
                        Producer producer = store.producer("import")) {
                    while (true) {
                        int next = producer.next(topic, 0);
                        var _ = producer.append(topic, NewRecord.of(null, "v" + next));
                        say(Integer.toString(next));
                    }
                }
            }
            case "claim", "claim-keyed" -> {
                try (Topic topic = store.open("t")) {
                    TopicWriter writer = topic.writer(0);
                    writer.claim(verb.equals("claim") ? TopicWriter.NONE : 8, 8, 1);
                    say("claimed");
                    awaitLine();
                    say("published " + writer.publish());
                }
            }
            case "hold" -> hold(folder, number);
            case "read" -> {
                try (Topic topic = store.open("t");
                        Cursor cursor = topic.read(Start.earliest(), Waiting.park())) {
                    say("reads");
                    int seen = 0;
                    while (seen < number) {
                        for (TopicRecord record : cursor.poll()) {
                            if (!("v" + record.offset()).equals(record.value())) {
                                say("at " + record.offset() + " stands " + record.value());
                                return;
                            }
                            seen++;
                        }
                    }
                    say("read " + seen);
                }
            }
            case "fill-the-disk", "fill-the-disk-flushed" -> {
                TopicSpec spec = TopicSpec.partitions(1).withSegmentBytes(1 << 18);
                try (Topic topic =
                        store.openOrCreate("t", verb.endsWith("flushed") ? spec.withFlushBeforeAnswer() : spec)) {
                    long appended = appendUntilRefused(topic, number);
                    say("kept " + verified(topic));
                    Files.delete(folder.resolve("ballast"));
                    say("more " + (topic.append(null, new byte[number]).offset() == appended));
                    say("kept " + (verified(topic) - appended));
                }
            }
            case "fill-the-disk-behind-retention" -> {
                TopicSpec spec =
                        TopicSpec.partitions(1).withSegmentBytes(1 << 18).withRetentionBytes(1 << 20);
                try (Store idle = Stores.withNoChores(folder);
                        Topic topic = idle.openOrCreate("t", spec);
                        Topic kept = store.open("t")) {
                    long appended = appendUntilRefused(topic, number);
                    try {
                        var _ = kept.append(null, new byte[number]);
                    } catch (ErrnoException full) {
                        say(full.problem().name());
                    }
                    say("more " + (kept.append(null, new byte[number]).offset() == appended));
                }
            }
            case "append-keys" -> { // until it is killed
                try (Topic topic = store.open("t")) {
                    while (true) {
                        long next = topic.describe(0).next();
                        String key = next % 5 == 0 ? "only" + next : "k" + next % 5;
                        var _ = topic.append(key, next + "." + "v".repeat(2_000));
                        say(Long.toString(next));
                    }
                }
            }
            case "compact" -> { // until it is killed
                try (Topic topic = store.open("t")) {
                    say("compacts");
                    while (true) {
                        topic.compact();
                    }
                }
            }
            case "follow-keys" -> { // until it is killed
                try (Topic topic = store.open("t")) {
                    while (true) {
                        say(followed(topic));
                    }
                }
            }
            case "fill-the-disk-by-compaction" -> {
                TopicSpec spec = TopicSpec.partitions(1)
                        .withSegmentBytes(1 << 20)
                        .withCompaction()
                        .withDirtyRatio(1);
                try (Topic topic = store.openOrCreate("t", spec)) {
                    for (int i = 0; i < number; i++) {
                        var _ = topic.append("k" + (i == 1 ? 0 : i), "v".repeat(1_000)); // one of them twice
                    }
                    try {
                        topic.compact();
                    } catch (ErrnoException full) {
                        say(full.problem().name());
                    }
                    say("kept " + verified(topic));
                    Files.delete(folder.resolve("ballast"));
                    topic.compact();
                    say("kept " + verified(topic));
                }
            }
            case "create" -> {
                try (Topic topic = store.openOrCreate("t", TopicSpec.partitions(number))) {
                    say("partitions " + topic.spec().partitions());
                }
            }
            default -> throw new IllegalArgumentException(verb);
        }
    }

    /** Holds the lock in that word of the control block. */
    private static void hold(Path folder, long word) throws Exception {
        Path block = Logs.partition(folder, "t", 0).resolve("partition.naru");
        Path file = folder.resolve("store.naru");
        try (Membership members = Membership.open(file, file.toString(), Problem.NO_STORE);
                Descriptor opened = SharedFiles.open(block, true, block.toString());
                SharedLock lock = SharedLock.in(opened, word, members, block.toString())) {
            var _ = lock.lock();
            say("held");
            awaitLine();
            lock.unlock();
            say("let go");
        }
    }

    private static long appendUntilRefused(Topic topic, int bytes) throws Exception {
        long appended = 0;
        try {
            while (true) {
                var _ = topic.append(null, new byte[bytes]);
                appended++;
            }
        } catch (ErrnoException refused) {
            say(refused.getMessage());
            say("appended " + appended);
            return appended;
        }
    }

    /** Reads all that is there by now: each record of a key of its own must be, and of the others the last one, or a later one. */
    private static String followed(Topic topic) throws Exception {
        long end = topic.describe(0).next();
        long[] lastOf = {-1, -1, -1, -1, -1};
        long before = -1;
        long only = 0;
        try (Cursor cursor = topic.read(0, Start.earliest())) {
            while (cursor.position(0) < end) {
                for (TopicRecord record : cursor.tryPoll()) {
                    long offset = record.offset();
                    if (offset <= before || !String.valueOf(record.value()).startsWith(offset + ".")) {
                        return "offset " + offset + " behind " + before;
                    }
                    before = offset;
                    lastOf[(int) (offset % 5)] = offset;
                    only += offset < end && offset % 5 == 0 ? 1 : 0;
                }
            }
        }
        if (only != (end + 4) / 5) {
            return only + " of " + (end + 4) / 5 + " keys, below " + end;
        }
        for (int key = 1; key < 5; key++) {
            long wanted = end - 1 - Math.floorMod(end - 1 - key, 5);
            if (lastOf[key] < wanted) {
                return "the last of key " + key + " is " + lastOf[key] + ", not " + wanted;
            }
        }
        return "all";
    }

    private static long verified(Topic topic) throws Exception {
        long records = 0;
        try (Cursor cursor = topic.read(Start.earliest())) {
            int some = cursor.tryPoll().size();
            while (some > 0) {
                records += some;
                some = cursor.tryPoll().size();
            }
        }
        return records;
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Waits to be told to go on. Without that word nobody is there any more, or this is to be killed: it only ends. */
    private static void awaitLine() {
        try {
            if (System.in.read() < 0) {
                Runtime.getRuntime().halt(1);
            }
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }
}
