package dev.naru.topics.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
    private static Map<String, byte[]> disk = Map.of();
    private static Map<String, Object> diskKeys = Map.of();
    private static final Map<Object, byte[]> SYNCED = new HashMap<>(); // by what tells files apart, for names change
    private static int begun;
    private static int answered;

    private CrashRecorder() {}

    /**
     * A store as a process leaves it that is killed there.
     *
     * @param files all of its files, by their path in it
     * @param disk what of it is on the disk for certain
     * @param begun how many records were to be appended by then
     * @param answered of how many of them it was told that they are there
     * @param replaced which files have taken the name of another one that is on the disk: after a power cut it is the one or the other
     */
    public record State(
            Map<String, byte[]> files, Map<String, byte[]> disk, int begun, int answered, Set<String> replaced) {
        private static final int SECTOR = 512;

        /** The same with a file as it was in another state. */
        public State with(State other, String file) {
            Map<String, byte[]> mixed = new TreeMap<>(files);
            if (other.files.containsKey(file)) {
                var _ = mixed.put(file, other.files.get(file));
            }
            return new State(mixed, disk, begun, answered, replaced);
        }

        /** What a power cut leaves at worst: only what is on the disk for certain. */
        public State onDisk() {
            return new State(disk, disk, begun, answered, Set.of());
        }

        /** What a power cut may leave: of all else, the kernel had written some sectors, sizes and names. */
        public State powerCut(Random random) {
            Map<String, byte[]> left = new TreeMap<>();
            Set<String> names = new TreeSet<>(files.keySet());
            names.addAll(disk.keySet());
            for (String name : names) {
                byte[] now = files.get(name);
                byte[] sure = disk.get(name);
                boolean isSure = now != null && sure != null;
                if (replaced.contains(name)) {
                    var _ = left.put(name, random.nextBoolean() ? now : sure);
                } else if (isSure || random.nextBoolean()) {
                    byte[] none = new byte[0];
                    var _ = left.put(name, mixed(now == null ? none : now, sure == null ? none : sure, random));
                }
            }
            return new State(left, left, begun, answered, Set.of());
        }

        private static byte[] mixed(byte[] now, byte[] sure, Random random) {
            byte[] mixed = new byte[random.nextBoolean() ? now.length : sure.length];
            for (int at = 0; at < mixed.length; at += SECTOR) {
                byte[] from = random.nextBoolean() ? now : sure;
                int count = Math.min(Math.min(SECTOR, mixed.length - at), from.length - at);
                if (count > 0) {
                    System.arraycopy(from, at, mixed, at, count);
                }
            }
            return mixed;
        }

        /** Lays it out there. Its words are as true as they were: each file is told its new inode. */
        public void layOut(Path folder) throws IOException {
            for (var file : files.entrySet()) {
                Path path = folder.resolve(file.getKey());
                var _ = Files.createDirectories(path.getParent());
                var _ = Files.write(path, file.getValue());
                if (file.getKey().endsWith("store.naru")) {
                    Logs.setWordOf(path, 24, inode(path));
                } else if (file.getKey().endsWith("partition.naru")
                        || file.getKey().startsWith("groups/")) {
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
        disk = read(folder);
        SYNCED.clear();
        diskKeys = new HashMap<>();
        for (Map.Entry<String, byte[]> file : disk.entrySet()) {
            Object key = key(folder.resolve(file.getKey()));
            var _ = SYNCED.put(key, file.getValue());
            var _ = diskKeys.put(file.getKey(), key);
        }
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

    /** Notes that a file is on the disk, or the names in a folder are: called from the class that waits for it. */
    public static void sync(Path path) {
        Path folder = store;
        if (folder == null) {
            return;
        }
        try {
            String name = folder.relativize(path).toString();
            Map<String, byte[]> sure = new TreeMap<>(disk);
            if (Files.isDirectory(path)) {
                sure.keySet().removeIf(file -> isIn(file, name));
                for (String file : read(folder).keySet()) {
                    if (isIn(file, name)) {
                        Object key = key(folder.resolve(file));
                        var _ = sure.put(file, SYNCED.getOrDefault(key, new byte[0]));
                        var _ = diskKeys.put(file, key);
                    }
                }
            } else if (Files.exists(path)) {
                byte[] bytes = Files.readAllBytes(path);
                var _ = SYNCED.put(key(path), bytes);
                if (key(path).equals(diskKeys.get(name))) {
                    var _ = sure.computeIfPresent(name, (_, _) -> bytes);
                }
            }
            disk = sure;
        } catch (IOException lost) {
            throw new AssertionError(lost);
        }
        look();
    }

    private static Set<String> replaced(Path folder, Set<String> files) throws IOException {
        Set<String> replaced = new TreeSet<>();
        for (String file : files) {
            if (disk.containsKey(file) && !key(folder.resolve(file)).equals(diskKeys.get(file))) {
                var _ = replaced.add(file);
            }
        }
        return replaced;
    }

    private static Object key(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    private static boolean isIn(String file, String folder) {
        Path parent = Path.of(file).getParent();
        return (parent == null ? "" : parent.toString()).equals(folder);
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
            if (last == null || answered != last.answered || !isSame(disk, last.disk) || !isSame(files, last.files)) {
                states.add(new State(files, disk, begun, answered, replaced(folder, files.keySet())));
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
