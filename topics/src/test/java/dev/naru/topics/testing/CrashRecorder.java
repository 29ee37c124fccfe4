package dev.naru.topics.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records what lies in a store after each of its changes. It is called before and after each access to a shared word and each
 * change of a segment file ({@link CrashLoader}), and looks whether anything is different. What is stored in between, as
 * payloads are, comes as one change.
 *
 * <p>One recording at a time, of one thread.
 */
public final class CrashRecorder {
    private static @Nullable Path store;
    private static List<State> states = new ArrayList<>();
    private static int begun;
    private static int answered;

    private CrashRecorder() {}

    /**
     * A store as a process leaves it that is killed there.
     *
     * @param files all of its files, by their path in it
     * @param begun how many records were to be appended by then
     * @param answered of how many of them it was told that they are there
     */
    public record State(Map<String, byte[]> files, int begun, int answered) {
        /** The same with a file as it was in another state. */
        public State with(State other, String file) {
            Map<String, byte[]> mixed = new TreeMap<>(files);
            if (other.files.containsKey(file)) {
                var _ = mixed.put(file, other.files.get(file));
            }
            return new State(mixed, begun, answered);
        }

        /** Lays it out there. Its words are as true as they were: each file is told its new inode. */
        public void layOut(Path folder) throws IOException {
            for (var file : files.entrySet()) {
                Path path = folder.resolve(file.getKey());
                var _ = Files.createDirectories(path.getParent());
                var _ = Files.write(path, file.getValue());
                if (file.getKey().endsWith("store.naru")) {
                    Logs.setWordOf(path, 24, inode(path));
                } else if (file.getKey().endsWith("partition.naru")) {
                    Logs.setWordOf(path, 32, inode(path));
                }
            }
        }

        private static long inode(Path path) throws IOException {
            return (long) Files.getAttribute(path, "unix:ino");
        }
    }

    /** A thing to do. */
    @FunctionalInterface
    public interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    /** What lies in that store at first, and after each change that it makes. */
    public static List<State> record(Path folder, Action action) throws Exception {
        states = new ArrayList<>();
        begun = 0;
        answered = 0;
        store = folder;
        try {
            look();
            action.run();
            look();
        } finally {
            store = null;
        }
        return List.copyOf(states);
    }

    /** Notes that another record is about to be appended. */
    public static void begin(int records) {
        look();
        begun += records;
    }

    /** Notes that it is told to be there. */
    public static void answer(int records) {
        answered += records;
        look();
    }

    /** Notes what is different: called from the classes that are recorded. */
    public static void look() {
        Path folder = store;
        if (folder == null) {
            return;
        }
        try {
            Map<String, byte[]> files = read(folder);
            State last = states.isEmpty() ? null : states.getLast();
            if (last == null || answered != last.answered || !isSame(files, last.files)) {
                states.add(new State(files, begun, answered));
            }
        } catch (IOException lost) {
            throw new AssertionError(lost);
        }
    }

    private static Map<String, byte[]> read(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                var _ = files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static boolean isSame(Map<String, byte[]> one, Map<String, byte[]> other) {
        return one.keySet().equals(other.keySet())
                && one.keySet().stream().allMatch(name -> Arrays.equals(one.get(name), other.get(name)));
    }
}
