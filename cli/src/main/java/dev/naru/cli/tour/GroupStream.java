package dev.naru.cli.tour;

import dev.naru.topics.Cursor;
import dev.naru.topics.GroupMember;
import dev.naru.topics.MemberSpec;
import dev.naru.topics.NewRecord;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Bytes through a topic of two partitions that a group of two processes reads. Each piece is a record with its number for key. What the
 * second member gets it appends to another topic, from which the first puts the pieces together again.
 */
final class GroupStream {
    /** How many partitions it has, and members. */
    static final int PARTITIONS = 2;

    private static final String GROUP = "tour";
    private static final String ONWARD = ".onward";
    private static final Duration LOOK = Duration.ofMillis(10);

    private GroupStream() {}

    /** The topic in which the second member puts what it gets. */
    static String onward(String name) {
        return name + ONWARD;
    }

    private static GroupMember join(Store store, String name) throws IOException, InterruptedException {
        return store.join(GROUP, MemberSpec.topics(name).withMostPolled(32));
    }

    /** Until each of the two has its share. */
    private static void awaitShare(GroupMember member) throws IOException, InterruptedException {
        while (member.assignment().size() != 1) {
            if (!member.poll(LOOK).isEmpty()) {
                throw new IOException("records before the group is divided");
            }
        }
    }

    private static byte[] key(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(0, number).array();
    }

    private static long number(TopicRecord record) throws IOException {
        byte[] key = record.keyBytes();
        if (key == null || key.length != Long.BYTES) {
            throw new IOException("a record with no number");
        }
        return ByteBuffer.wrap(key).getLong();
    }

    static WritableByteChannel writer(Path folder, String name) throws IOException {
        Store store = Store.open(folder);
        try {
            return new Writer(store, store.open(name));
        } catch (IOException refused) {
            store.close();
            throw refused;
        }
    }

    static ReadableByteChannel reader(Path folder, String name) throws IOException, InterruptedException {
        Store store = Store.open(folder);
        try {
            Cursor onward = store.open(onward(name)).read(Start.earliest());
            GroupMember member = join(store, name);
            awaitShare(member);
            return new Reader(store, member, onward);
        } catch (IOException | InterruptedException refused) {
            store.close();
            throw refused;
        }
    }

    /** The second member, until its process ends. */
    static void forward(Path folder, String name, Runnable ready) throws IOException, InterruptedException {
        try (Store store = Store.open(folder);
                Topic onward = store.open(onward(name));
                GroupMember member = join(store, name)) {
            awaitShare(member);
            ready.run();
            while (true) {
                for (TopicRecord record : member.poll()) {
                    var _ = onward.append(NewRecord.of(record.keyBytes(), record.valueBytes()));
                }
                member.commit();
            }
        }
    }

    private static final class Writer implements WritableByteChannel {
        private static final int PIECE = 64 * 1024;

        private final Store store;
        private final Topic topic;
        private long number;
        private volatile boolean closed;

        Writer(Store store, Topic topic) {
            this.store = store;
            this.topic = topic;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int before = bytes.remaining();
            try {
                while (bytes.hasRemaining()) {
                    byte[] piece = new byte[Math.min(bytes.remaining(), PIECE)];
                    var _ = bytes.get(piece);
                    int partition = (int) (number % PARTITIONS);
                    var _ = topic.append(NewRecord.of(key(number++), piece).toPartition(partition));
                }
            } catch (InterruptedException _) {
                throw PieceReader.interrupted();
            }
            return before;
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        @Override
        public void close() throws IOException {
            closed = true;
            store.close();
        }
    }

    /** The first member, and what the second has sent on. */
    private static final class Reader extends PieceReader {
        private static final int LOOKS = 2000;

        private final Store store;
        private final GroupMember member;
        private final Cursor onward;
        private final Map<Long, byte[]> early = new HashMap<>();
        private long expected;

        Reader(Store store, GroupMember member, Cursor onward) {
            this.store = store;
            this.member = member;
            this.onward = onward;
        }

        @Override
        void next(ByteBuffer into) throws IOException, InterruptedException {
            for (int looks = 0; !early.containsKey(expected); looks++) {
                if (look()) {
                    looks = 0;
                } else if (looks < LOOKS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50)); // there are two places to look at
                }
            }
            byte[] piece = early.remove(expected++);
            take(into, MemorySegment.ofArray(piece == null ? new byte[0] : piece));
        }

        private boolean look() throws IOException, InterruptedException {
            List<TopicRecord> ours = member.tryPoll();
            keep(ours);
            if (!ours.isEmpty()) {
                member.commit();
            }
            List<TopicRecord> others = onward.tryPoll();
            keep(others);
            return !ours.isEmpty() || !others.isEmpty();
        }

        private void keep(List<TopicRecord> records) throws IOException {
            for (TopicRecord record : records) {
                byte[] piece = record.valueBytes();
                var _ = early.put(number(record), piece == null ? new byte[0] : piece);
            }
        }

        @Override
        public boolean isOpen() {
            return member.isOpen();
        }

        @Override
        public void close() throws IOException {
            store.close();
        }
    }
}
