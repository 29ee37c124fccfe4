package dev.naru.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The two cores of a race.
 *
 * @param first where the first process runs
 * @param second where the second runs when each has its own; the same number when this process may use one only
 */
record Cores(int first, int second) {
    private static final String ALLOWED = "Cpus_allowed_list:";

    boolean areTwo() {
        return first != second;
    }

    /** Where the second process goes. */
    int second(Placement placement) {
        return placement == Placement.SAME_CORE ? first : second;
    }

    /** Two that this process may use, hardware threads of different cores where there are such. */
    static Cores find() throws IOException {
        String allowed = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(ALLOWED))
                .map(line -> line.substring(ALLOWED.length()).strip())
                .findFirst()
                .orElseThrow(() -> new IOException("/proc/self/status has no " + ALLOWED));
        List<Integer> usable = parse(allowed);
        int first = usable.getFirst();
        List<Integer> siblings = siblings(first);
        int second = usable.stream()
                .filter(core -> !siblings.contains(core))
                .findFirst()
                .orElse(usable.getLast());
        return new Cores(first, second);
    }

    private static List<Integer> siblings(int core) {
        Path list = Path.of("/sys/devices/system/cpu/cpu" + core + "/topology/thread_siblings_list");
        try {
            return parse(Files.readString(list, StandardCharsets.US_ASCII).strip());
        } catch (IOException hidden) {
            return List.of(core); // no topology in this container
        }
    }

    /** The kernel's form of a list, such as {@code 0-1,4}. */
    static List<Integer> parse(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            int dash = part.indexOf('-');
            int from = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
            int to = dash < 0 ? from : Integer.parseInt(part.substring(dash + 1));
            for (int core = from; core <= to; core++) {
                cores.add(core);
            }
        }
        return cores;
    }
}
