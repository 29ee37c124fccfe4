package dev.naru.cli;

import dev.naru.topics.Cursor;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The records of some partitions in the order of their moments, each given out when its time has come. */
final class Replay implements Closeable {
    private final List<Part> parts = new ArrayList<>();
    private final double speed;
    private final Pace pace;
    private boolean begun;
    private long firstRecorded;
    private long firstSent;

    private Replay(double speed, Pace pace) {
        this.speed = speed;
        this.pace = pace;
    }

    /** A partition, up to where it ends now. */
    private static final class Part {
        private final Cursor cursor;
        private final long end;
        private final Deque<TopicRecord> read = new ArrayDeque<>();

        Part(Cursor cursor, long end) {
            this.cursor = cursor;
            this.end = end;
        }

        /** The next one, which stays; null at the end. */
        @Nullable
        TopicRecord peek() throws IOException {
            if (read.isEmpty()) {
                cursor.tryPoll().stream()
                        .filter(record -> record.offset() < end)
                        .forEach(read::add);
            }
            return read.peek();
        }
    }

    /**
     * From there to where the partitions end now.
     *
     * @param speed so many times as fast; 0 does not wait
     */
    static Replay open(Topic topic, List<PartitionStatus> partitions, Bound from, double speed, Pace pace)
            throws IOException {
        Replay replay = new Replay(speed, pace);
        try {
            for (PartitionStatus each : partitions) {
                Cursor cursor = topic.read(each.partition(), from.start(topic, each));
                replay.parts.add(new Part(cursor, each.next()));
            }
            return replay;
        } catch (IOException | RuntimeException refused) {
            replay.close();
            throw refused;
        }
    }

    /** Waits until the next one's time has come; null at the end. */
    @Nullable
    Message next() throws IOException, InterruptedException {
        Optional<TopicRecord> earliest = takeEarliest();
        if (earliest.isEmpty()) {
            return null;
        }
        await(Recording.nanos(earliest.get()));
        return Message.of(earliest.get());
    }

    private Optional<TopicRecord> takeEarliest() throws IOException {
        List<Part> waiting = new ArrayList<>();
        for (Part part : parts) {
            if (part.peek() != null) {
                waiting.add(part);
            }
        }
        return waiting.stream()
                .min(Comparator.comparingLong(part -> Recording.nanos(part.read.element())))
                .map(part -> part.read.remove());
    }

    private void await(long recorded) throws InterruptedException {
        if (!begun) {
            begun = true;
            firstRecorded = recorded;
            firstSent = pace.now();
        }
        if (speed > 0) {
            pace.await(firstSent + (long) ((recorded - firstRecorded) / speed));
        }
    }

    @Override
    public void close() {
        parts.forEach(part -> part.cursor.close());
    }
}
