package dev.naru.topics.testing;

import dev.naru.topics.Cursor;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Stores;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process does until it is killed. Record i has i for the first 4 bytes of its value, in native order. */
public enum CrashScript {
    /** Makes a store and a topic, and appends the first records. */
    CREATE,
    /** The same, with a topic that flushes before it answers. */
    CREATE_FLUSHED,
    /** Appends enough for two extents and two more segments. */
    GROW,
    /** Fills segments of a topic that is compacted when it is asked for: even records have one key, odd ones one each. */
    FILL_KEYS,
    /** Compacts it, into fewer segments. */
    COMPACT,
    /** Gives a claim up, then appends a batch. */
    BATCH,
    /** Fills segments of a topic that keeps little, and lets go of some more. */
    LET_GO,
    /** Removes the topic, and makes it again. */
    REMOVE,
    /** Makes the topic again of which somebody was killed who had begun to remove it; somebody else's file lies with it. */
    END_REMOVAL,
    /** Lets go of a record, where one was killed who had just stored a recovery point. */
    KEEP_AFTER_DEATH;

    /** The topic that is used. */
    public static final TopicSpec SPEC = TopicSpec.partitions(1).withSegmentBytes(160_000);

    /** The same that flushes before it answers. */
    public static final TopicSpec FLUSHED = SPEC.withFlushBeforeAnswer();

    /** One that is compacted when it is asked for. */
    public static final TopicSpec COMPACTED =
            TopicSpec.partitions(1).withSegmentBytes(1 << 16).withCompaction().withDirtyRatio(1);

    private static final int LARGE = 40_000;

    /** Runs it, by name since the caller has another copy of this class. */
    public static void run(String name, Path folder) throws Exception {
        CrashScript script = valueOf(name);
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.openOrCreate("t", spec(script))) {
            TopicWriter writer = topic.writer(0);
            int next = (int) end(topic);
            switch (script) {
                case CREATE, CREATE_FLUSHED -> append(writer, next, 3, 4);
                case GROW -> {
                    append(writer, next, 9, LARGE);
                    append(writer, next + 9, 2, 4);
                }
                case LET_GO -> {
                    store.change("t", SPEC.withRetentionBytes(0));
                    append(writer, next, 5, LARGE);
                    topic.deleteBefore(0, next + 4);
                    append(writer, next + 5, 1, 4);
                }
                case FILL_KEYS -> {
                    for (int i = 0; i < 10; i++) {
                        String value = i + "." + "v".repeat(LARGE / 2);
                        var _ = topic.append(i % 2 == 0 ? "even" : "odd" + i, value);
                    }
                    store.change("t", COMPACTED.withSegmentBytes(150_000)); // two are merged
                }
                case COMPACT -> topic.compact();
                case REMOVE -> {
                    store.remove("t");
                    CrashRecorder.answer(1);
                    store.create("t", SPEC).close();
                }
                case END_REMOVAL -> {
                    Path settings = folder.resolve("settings");
                    var _ = Files.move(settings.resolve("t.properties"), settings.resolve("t.removed"));
                    var _ = Files.writeString(Logs.partition(folder, "t", 0).resolve("notes"), "mine");
                    store.create("t", SPEC).close();
                }
                case KEEP_AFTER_DEATH -> {
                    Logs.storePoint(Logs.partition(folder, "t", 0));
                    topic.deleteBefore(0, 1);
                }
                case BATCH -> {
                    writer.claim(TopicWriter.NONE, 100, 1);
                    writer.abort();
                    CrashRecorder.begin(3);
                    writer.claim(TopicWriter.BATCH_OVERHEAD + 3 * TopicWriter.mostBytes(0, 4));
                    for (int i = 0; i < 3; i++) {
                        boolean _ = writer.next(TopicWriter.NONE, 4, 1);
                        store(writer, next + i);
                    }
                    long _ = writer.publish();
                    CrashRecorder.answer(3);
                }
            }
        }
    }

    private static TopicSpec spec(CrashScript script) {
        return switch (script) {
            case CREATE_FLUSHED -> FLUSHED;
            case FILL_KEYS -> COMPACTED;
            default -> SPEC;
        };
    }

    private static long end(Topic topic) throws Exception {
        try (Cursor cursor = topic.read(Start.latest())) {
            return cursor.position(0);
        }
    }

    private static void append(TopicWriter writer, int from, int count, int bytes) throws Exception {
        for (int i = from; i < from + count; i++) {
            CrashRecorder.begin(1);
            writer.claim(TopicWriter.NONE, bytes, 1);
            store(writer, i);
            long _ = writer.publish();
            CrashRecorder.answer(1);
        }
    }

    private static void store(TopicWriter writer, int number) {
        writer.memory().set(ValueLayout.JAVA_INT_UNALIGNED, writer.valueOffset(), number);
    }
}
