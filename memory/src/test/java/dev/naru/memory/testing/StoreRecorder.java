package dev.naru.memory.testing;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records the stores that the library makes in a file, in their order. It is called before and after each access to a shared
 * word ({@link RecordingLoader}), and compares the file with what it was: what has changed since the last time was stored in
 * between. Stores that are made in another way, as payloads are, come in the order of their addresses.
 *
 * <p>One recording at a time, of one thread.
 */
public final class StoreRecorder {
    private static @Nullable MemorySegment memory;
    private static long[] shadow = {};
    private static List<Event> events = new ArrayList<>();

    private StoreRecorder() {}

    /** What happened. */
    public sealed interface Event {}

    /**
     * A store of 8 bytes.
     *
     * @param at in bytes from the start of the file
     * @param value that stands there now
     * @param named whether it was made through {@code Words}
     */
    public record Store(long at, long value, boolean named) implements Event {}

    /** Something that whoever runs has told. */
    public record Mark(String what) implements Event {}

    /** A thing to do. */
    @FunctionalInterface
    public interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    /** What is stored in the file while that runs, and what is marked. */
    public static List<Event> record(Path file, Action action) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = map(file, arena);
            shadow = mapped.toArray(ValueLayout.JAVA_LONG);
            events = new ArrayList<>();
            memory = mapped;
            try {
                action.run();
                look(false);
            } finally {
                memory = null;
            }
            return List.copyOf(events);
        }
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    /** Notes what has changed: called from {@code Words}. */
    public static void look(boolean named) {
        MemorySegment mapped = memory;
        if (mapped != null) {
            for (int i = 0; i < shadow.length; i++) {
                long now = mapped.getAtIndex(ValueLayout.JAVA_LONG, i);
                if (now != shadow[i]) {
                    shadow[i] = now;
                    events.add(new Store(8L * i, now, named));
                }
            }
        }
    }

    /** Notes something else between two stores. */
    public static void mark(String what) {
        look(false);
        events.add(new Mark(what));
    }
}
