package dev.naru.stress;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code naru stress [--short] [PATTERN]}: runs the tests whose name has the pattern, and says of each what was seen. The
 * status is 0 when nothing forbidden was, and each mutant was caught that can be here; 1 when not; 2 for a wrong use.
 */
public final class Main {
    /** Native access for the memfd and the futex, and nothing that runs beside the two threads. */
    private static final String FORK = "--enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:-UsePerfData";

    /** C1 and the interpreter make a release store a volatile one, and so hide what lacks a fence. */
    private static final String C2_ONLY = FORK + " -XX:-TieredCompilation -XX:CompileThreshold=1000";

    private static final List<String> SHORT = List.of(
            "-m",
            "quick",
            "-iters",
            "1",
            "-time",
            "100",
            "-f",
            "1",
            "-c",
            "2", // two actors; with more, tests run side by side
            "-sc",
            "false",
            "-pth",
            "false",
            "-hs",
            "64",
            "-jvmArgs",
            C2_ONLY);

    private static final String USE = """
            use: naru stress [--short] [PATTERN OF NAMES]
            jcstress of each protocol of shared memory, beside mutants that must be caught; a line for each, at the end.
              --short   a tenth of a second each, some two minutes in all, longer on a busy machine; else some hours""";

    /** Each with the compilers mixed in all ways, and with the options of HotSpot that stress the compiler. */
    private static final List<String> LONG = List.of("-m", "quick", "-jvmArgsPrepend", FORK);

    /** Again, for what is unfinished: from round to round longer. */
    private static final int MORE_ROUNDS = 4;

    private Main() {}

    /** Runs the command and exits with its status. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Jcstress jcstress = new Jcstress(
                Path.of(System.getProperty("java.home"), "bin", "java"), System.getProperty("java.class.path"));
        System.exit(run(jcstress, new PrintStream(System.out, true, StandardCharsets.UTF_8), List.of(arguments)));
    }

    static int run(Jcstress jcstress, PrintStream out, List<String> arguments)
            throws IOException, InterruptedException {
        boolean quick = arguments.contains("--short");
        List<String> patterns = arguments.stream()
                .filter(argument -> !argument.equals("--short"))
                .toList();
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.println(USE);
            return 0;
        }
        if (patterns.size() > 1 || patterns.stream().anyMatch(pattern -> pattern.startsWith("-"))) {
            out.println(USE);
            return 64; // as every command of naru
        }
        if (Runtime.getRuntime().availableProcessors() < 2) {
            out.println("naru stress needs two cores: nothing was run");
            return 2;
        }
        Map<String, Verdict> verdicts = Verdict.all(patterns.isEmpty() ? "" : patterns.getFirst());
        Path console = Files.createTempFile("naru-stress", ".log");
        List<String> options = quick ? SHORT : LONG;
        run(jcstress, console, options, verdicts, verdicts.keySet());
        for (int round = 1; round <= MORE_ROUNDS; round++) {
            Set<String> unfinished = verdicts.entrySet().stream()
                    .filter(test -> test.getValue().isUnfinished())
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
            List<String> longer = new ArrayList<>(SHORT);
            longer.set(longer.indexOf("-time") + 1, String.valueOf(400 << round));
            run(jcstress, console, longer, verdicts, unfinished);
        }
        verdicts.values().forEach(out::println);
        boolean good = !verdicts.isEmpty() && verdicts.values().stream().allMatch(Verdict::isGood);
        if (good) {
            Files.delete(console);
        } else {
            out.println("what jcstress says: " + console);
        }
        return good ? 0 : 1;
    }

    private static void run(
            Jcstress jcstress, Path console, List<String> options, Map<String, Verdict> verdicts, Set<String> tests)
            throws IOException, InterruptedException {
        Map<Boolean, List<String>> halves =
                tests.stream().collect(Collectors.partitioningBy(name -> name.contains(".Real")));
        for (Map.Entry<Boolean, List<String>> half : halves.entrySet()) {
            if (!half.getValue().isEmpty()) {
                List<String> all = new ArrayList<>(options);
                all.addAll(half.getKey() ? Jcstress.REAL_STRIDES : Jcstress.STRIDES);
                all.addAll(List.of(
                        "-t",
                        half.getValue().stream().map(Pattern::quote).collect(Collectors.joining("|", "^(", ")$"))));
                Verdict.add(verdicts, jcstress.run(console, all));
            }
        }
    }
}
