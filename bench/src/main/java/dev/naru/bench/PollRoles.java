package dev.naru.bench;

import dev.naru.topics.Cursor;
import dev.naru.topics.GroupMember;
import dev.naru.topics.PartitionId;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process does that polls records as objects. The words of a {@link LogTask} follow each name.
 *
 * <pre>{@code
 * poll-cursor   poll-member
 * }</pre>
 */
final class PollRoles {
    private static final PartitionId PARTITION = new PartitionId("log", 0);

    private PollRoles() {}

    static Side.Role of(String... arguments) throws IOException {
        LogTask task = LogTask.parse(arguments);
        Store store = Store.create(task.folder().resolve("store"));
        Topic topic = store.create(PARTITION.topic(), TopicSpec.partitions(1));
        return switch (arguments[0]) {
            case "poll-cursor" -> new Poll(topic, task.bytes(), ByCursor::new);
            case "poll-member" -> new Poll(topic, task.bytes(), ByMember::new);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
    }

    /** Who polls. */
    private interface Reader {
        /** Goes to the first record. */
        void rewind() throws IOException, InterruptedException;

        /** The next records; those before are done. */
        List<TopicRecord> poll() throws IOException, InterruptedException;
    }

    /** How one begins. */
    private interface Opening {
        Reader open(Topic topic) throws IOException, InterruptedException;
    }

    private static final class ByCursor implements Reader {
        private final Cursor cursor;

        ByCursor(Topic topic) throws IOException {
            cursor = topic.read(0, Start.earliest());
        }

        @Override
        public void rewind() throws IOException {
            cursor.seek(Start.earliest());
        }

        @Override
        public List<TopicRecord> poll() throws IOException, InterruptedException {
            return cursor.poll();
        }
    }

    private static final class ByMember implements Reader {
        private final GroupMember member;

        ByMember(Topic topic) throws IOException, InterruptedException {
            member = topic.join("group");
            List<TopicRecord> _ = member.poll(); // it has its partition now
        }

        @Override
        public void rewind() throws IOException {
            member.seek(PARTITION, Start.earliest());
        }

        @Override
        public List<TopicRecord> poll() throws IOException, InterruptedException {
            member.commit();
            return member.poll();
        }
    }

    /** Polls so many records {@code warmup} times, and once more. The ns that the last time took. */
    private static final class Poll implements Side.Role {
        private final Topic topic;
        private final int bytes;
        private final MemorySegment source;
        private final Opening opening;
        private @Nullable Reader reader;
        private long count;

        Poll(Topic topic, int bytes, Opening opening) {
            this.topic = topic;
            this.bytes = bytes;
            this.source = Outlet.buffer(bytes);
            this.opening = opening;
        }

        @Override
        public long run(long warmup, long wanted) throws IOException, InterruptedException {
            fill(wanted);
            Reader by = reader;
            if (by == null) {
                by = opening.open(topic);
                reader = by;
            }
            for (long pass = 0; pass < warmup; pass++) {
                long _ = pass(by);
            }
            return pass(by);
        }

        /** Appends the records that are wanted and not there yet. */
        private void fill(long wanted) throws IOException, InterruptedException {
            TopicWriter writer = topic.writer(0);
            for (; count < wanted; count++) {
                writer.claim(TopicWriter.NONE, bytes, 1);
                MemorySegment memory = writer.memory();
                MemorySegment.copy(source, 0, memory, writer.valueOffset(), bytes);
                memory.set(ValueLayout.JAVA_LONG_UNALIGNED, writer.valueOffset(), count);
                long _ = writer.publish();
            }
        }

        private long pass(Reader by) throws IOException, InterruptedException {
            by.rewind();
            long left = count;
            long sum = 0;
            long start = System.nanoTime();
            while (left > 0) {
                for (TopicRecord record : by.poll()) {
                    sum += Numbered.number(record.valueBytes());
                    left--;
                }
            }
            long nanos = System.nanoTime() - start;
            Numbered.requireSum(count, sum);
            return nanos;
        }
    }
}
