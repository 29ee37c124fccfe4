package dev.naru;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's module builds and runs with nothing but what Maven gives to whoever depends on {@code dev.naru:naru}. */
class ConsumerTest {
    /** Of {@code mvn dependency:list}: group, artifact, type, version, scope, file. Scopes that Maven does not pass on are out. */
    private static final Pattern PASSED_ON =
            Pattern.compile("\\s+[^:]+:[^:]+:jar:[^:]+:(?:compile|runtime):(\\S+)(.*)");

    private static final String MODULE = """
            module consumer {
                requires dev.naru;
            }
            """;

    private static final String MAIN = """
            package consumer;

            import dev.naru.channels.AnonymousPipe;
            import dev.naru.channels.Command;
            import dev.naru.memory.MemorySpec;
            import dev.naru.memory.SharedMemory;

            public final class Main {
                public static void main(String[] arguments) throws Exception {
                    try (var pipe = AnonymousPipe.create();
                            var memory = SharedMemory.anonymous("consumer", MemorySpec.bytes(64))) {
                        System.out.println(Command.of("true").stdin(pipe.reader()).start().waitFor().isSuccess());
                        System.out.println(memory.size() >= 64);
                    }
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void aModuleThatRequiresTheLibraryCompilesAndRuns() throws Exception {
        // given
        Path sources = Files.createDirectories(folder.resolve("src/consumer"));
        Path descriptor = Files.writeString(sources.resolveSibling("module-info.java"), MODULE);
        Path main = Files.writeString(sources.resolve("Main.java"), MAIN);
        Path classes = folder.resolve("classes");
        List<Path> library = library();

        // when
        String warnings = javac(
                "-Xlint:all",
                "-Werror",
                "--module-path",
                path(library),
                "-d",
                classes.toString(),
                descriptor.toString(),
                main.toString());

        // then
        assertThat(warnings).isEmpty();
        library.add(classes);
        assertThat(run(library)).isEqualTo("true\ntrue\n");
    }

    @Test
    void theAnnotationsAreForTheCompilerAlone() throws Exception {
        // given
        List<Path> library = library();

        // when
        boolean had = library.removeIf(jar -> jar.getFileName().toString().startsWith("jspecify-"));

        // then
        assertThat(had).isTrue();
        Process process = new ProcessBuilder(
                        java(), "--module-path", path(library), "--add-modules", "dev.naru", "--version")
                .redirectErrorStream(true)
                .start();
        assertThat(outputOf(process)).doesNotContain("FindException");
    }

    /** This artifact, and what it brings along. */
    private static List<Path> library() throws IOException, URISyntaxException {
        List<Path> library = new ArrayList<>();
        Path tests = Path.of(ConsumerTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path target = tests.resolveSibling("");
        library.add(target.resolve("classes"));
        Files.readAllLines(target.resolve("dependencies.txt")).stream()
                .map(PASSED_ON::matcher)
                .filter(line -> line.matches() && !line.group(2).contains("(optional)"))
                .forEach(line -> library.add(Path.of(line.group(1))));
        assertThat(library).hasSizeGreaterThan(3);
        return library;
    }

    private static String javac(String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int status = ToolProvider.findFirst("javac").orElseThrow().run(out, out, arguments);
        assertThat(status).as("javac said: %s", said).isZero();
        return said.toString();
    }

    private static String run(List<Path> modules) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        java(),
                        "--enable-native-access=dev.naru.linux",
                        "--module-path",
                        path(modules),
                        "--module",
                        "consumer/consumer.Main")
                .redirectErrorStream(true)
                .start();
        return outputOf(process);
    }

    private static String outputOf(Process process) throws IOException, InterruptedException {
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("java said: %s", said).isZero();
            return said;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String path(List<Path> entries) {
        return String.join(
                File.pathSeparator, entries.stream().map(Path::toString).toList());
    }
}
