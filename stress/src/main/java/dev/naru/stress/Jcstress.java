package dev.naru.stress;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;

/**
 * jcstress in a process and a folder of its own, since it leaves its results in the current one.
 *
 * @param launcher the program that started this JVM
 * @param classPath where our classes are
 */
record Jcstress(Path launcher, String classPath) {
    /** It runs elsewhere, so relative names are resolved here. */
    Jcstress {
        classPath = Arrays.stream(classPath.split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** How many samples of words live at once: too many for a near cache, where stores would not wait to be seen. */
    static final int SAMPLES = 256 * 16;

    /** How many samples of whole locks and rings live at once: each has mappings and descriptors. */
    static final int REAL_SAMPLES = 32 * 4;

    static final List<String> STRIDES = List.of("-strideSize", "256", "-strideCount", "16");
    static final List<String> REAL_STRIDES = List.of("-strideSize", "32", "-strideCount", "4");

    /**
     * Runs it.
     *
     * @param console a file for what it says
     * @return a result for each test, configuration and fork
     */
    Collection<TestResult> run(Path console, List<String> options) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("naru-stress");
        Process process = null;
        try {
            process = new ProcessBuilder(command(folder, options))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()))
                    .start();
            int _ = process.waitFor(); // it is not 0 when a test failed, and the results tell that
            return results(folder);
        } finally {
            if (process != null) {
                stop(process);
            }
            delete(folder);
        }
    }

    private List<String> command(Path folder, List<String> options) {
        List<String> command = new ArrayList<>(List.of(
                launcher.toString(),
                "--enable-native-access=ALL-UNNAMED", // it sets affinities
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                classPath,
                "org.openjdk.jcstress.Main"));
        command.addAll(options);
        return command;
    }

    private static Collection<TestResult> results(Path folder) throws IOException {
        InProcessCollector results = new InProcessCollector();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "jcstress-results-*")) {
            for (Path file : files) {
                DiskReadCollector reader = new DiskReadCollector(file.toString(), results);
                try {
                    reader.dump();
                } catch (ClassNotFoundException impossible) {
                    throw new AssertionError(impossible);
                } finally {
                    reader.close();
                }
            }
        }
        return results.getTestResults();
    }

    private static void stop(Process process) throws InterruptedException {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        for (ProcessHandle one : all) {
            boolean _ = one.destroyForcibly();
        }
        boolean _ = process.waitFor(1, TimeUnit.MINUTES);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                boolean _ = Files.deleteIfExists(file);
            }
        }
    }
}
