package dev.naru.memory.testing;

import dev.naru.memory.testing.StoreRecorder.Event;
import dev.naru.memory.testing.StoreRecorder.Mark;
import dev.naru.memory.testing.StoreRecorder.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Records what an operation stores in a file, and puts each prefix of it into the file as it was before. */
public final class CrashReplay {
    /** The header page's table of members, for people only, is not written through {@code Words}. */
    private static final long TABLE_AT = 1024;

    private static final long TABLE_END = 4096;

    private final Path file;
    private byte[] empty = {};
    private byte[] start = {};

    /** Of that file. */
    public CrashReplay(Path file) {
        this.file = file;
    }

    /** A file as a process leaves it that is killed after some of its stores. */
    public record Crash(Path file, ByteBuffer start, ByteBuffer left, List<Event> events) {
        /** The numbers that were marked by that word, until the crash. */
        public List<Long> marked(String word) {
            return marks().filter(mark -> mark.startsWith(word + " "))
                    .map(mark -> Long.valueOf(mark.substring(word.length() + 1)))
                    .toList();
        }

        private Stream<String> marks() {
            return events.stream().filter(Mark.class::isInstance).map(event -> ((Mark) event).what());
        }

        /** Whether that was marked. */
        public boolean has(String mark) {
            return marks().anyMatch(mark::equals);
        }

        /** The same with something else marked. */
        public Crash withMarks(Mark... more) {
            List<Event> all = new ArrayList<>(events);
            all.addAll(List.of(more));
            return new Crash(file, start, left, all);
        }

        /** A word before the operation. */
        public long before(long at) {
            return start.getLong((int) at);
        }

        /** A word as it is now. */
        public long word(long at) throws IOException {
            return CrashReplay.words(Files.readAllBytes(file)).getLong((int) at);
        }

        /** Puts what the crash has left into the file once more. */
        public void again() throws IOException {
            CrashReplay.restore(file, left);
        }
    }

    /** Something that has to hold after each crash. */
    @FunctionalInterface
    public interface Judge {
        /** Throws if it does not. */
        void look(Crash crash) throws Exception;
    }

    private static ByteBuffer words(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The file keeps its inode. */
    private static void restore(Path file, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int _ = channel.write(bytes.duplicate(), 0);
        }
    }

    /** Stores a word. */
    public void store(long at, long value) throws IOException {
        ByteBuffer word = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int _ = channel.write(word, at);
        }
    }

    /** Remembers the file as it is now for {@link #restoreEmpty}. */
    public CrashReplay rememberEmpty() throws IOException {
        empty = Files.readAllBytes(file);
        return this;
    }

    /** Puts back what was remembered. */
    public void restoreEmpty() throws IOException {
        restore(file, words(empty));
    }

    /** All that it stores and marks, by the code as it is. The file is as before afterwards. */
    public List<Event> record(RecordedOperation operation) throws Exception {
        start = Files.readAllBytes(file);
        List<Event> events = StoreRecorder.record(file, () -> new RecordingLoader().run(operation, file));
        if (events.stream().noneMatch(event -> event instanceof Store store && store.named())) {
            throw new AssertionError("nothing was recorded");
        }
        ByteBuffer replayed = words(start.clone());
        apply(replayed, events);
        if (!replayed.equals(words(Files.readAllBytes(file)))) {
            throw new AssertionError("the recording does not lead to what the operation left");
        }
        restore(file, words(start));
        return events;
    }

    private static void apply(ByteBuffer words, List<Event> events) {
        for (Event event : events) {
            if (event instanceof Store store) {
                var _ = words.putLong((int) store.at(), store.value());
            }
        }
    }

    /** Where else than in the table something is stored that does not go through {@code Words}. */
    public List<Long> storesPastWords(List<Event> events) {
        return events.stream()
                .filter(event -> event instanceof Store store
                        && !store.named()
                        && (store.at() < TABLE_AT || store.at() >= TABLE_END))
                .map(event -> ((Store) event).at())
                .toList();
    }

    /** Judges each prefix. */
    public void crashAfterEach(List<Event> events, Judge judge) throws Exception {
        if (start.length == 0) {
            start = Files.readAllBytes(file);
        }
        for (int prefix = 0; prefix <= events.size(); prefix++) {
            List<Event> done = events.subList(0, prefix);
            ByteBuffer left = words(start.clone());
            apply(left, done);
            restore(file, left);
            try {
                judge.look(new Crash(file, words(start), left, done));
            } catch (Exception | AssertionError wrong) {
                throw new AssertionError("killed after " + done, wrong);
            } finally {
                restore(file, words(start));
            }
        }
    }

    /** Where a word is stored first. */
    public static int firstStore(List<Event> events, long at) {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i) instanceof Store store && store.at() == at) {
                return i;
            }
        }
        throw new AssertionError("nothing is stored at " + at);
    }

    /** With the first store of a word moved to before, or after, what has that index. */
    public static List<Event> moved(List<Event> events, long at, int to) {
        return moved(events, firstStore(events, at), to);
    }

    /** The same with its last store. */
    public static List<Event> movedLast(List<Event> events, long at, int to) {
        List<Event> reversed = events.reversed();
        return moved(events, events.size() - 1 - firstStore(reversed, at), to);
    }

    private static List<Event> moved(List<Event> events, int from, int to) {
        List<Event> moved = new ArrayList<>(events);
        moved.add(to, moved.remove(from));
        return moved;
    }
}
