package dev.naru.linux.testing;

import dev.naru.linux.Descriptor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** A {@code main} of the tests, to be run in a JVM of its own. Built by each call, ended by {@link #command}. */
public final class JavaProgram {
    private final Class<?> main;
    private final Set<Path> classes = new LinkedHashSet<>();
    private final List<String> options = new ArrayList<>();

    private JavaProgram(Class<?> main) {
        this.main = main;
        options.add("-XX:TieredStopAtLevel=1"); // short lives: starting counts
        options.add("-XX:-UsePerfData");
        needing(main);
        needing(JavaProgram.class);
        needing(Descriptor.class);
    }

    /** The program that begins in that class. */
    public static JavaProgram of(Class<?> main) {
        return new JavaProgram(main);
    }

    /** It also needs what lies where that class does. */
    public JavaProgram needing(Class<?> type) {
        try {
            classes.add(Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI()));
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
        return this;
    }

    /** It also needs all that the tests have on their class path. */
    public JavaProgram needingAll() {
        Stream.of("surefire.test.class.path", "java.class.path")
                .map(System::getProperty)
                .filter(path -> path != null && !path.isEmpty())
                .flatMap(path -> Stream.of(path.split(":", -1)))
                .map(Path::of)
                .forEach(classes::add);
        return this;
    }

    /** But nothing in whose file's name that stands. */
    public JavaProgram without(String text) {
        boolean _ = classes.removeIf(entry -> entry.getFileName().toString().contains(text));
        return this;
    }

    /** An option of the JVM. */
    public JavaProgram option(String option) {
        options.add(option);
        return this;
    }

    /**
     * Packs the classes into jars there and lets every user read them. From a jar, classes are loaded also when no
     * descriptor is left.
     */
    public JavaProgram packedInto(Path folder) throws IOException {
        List<Path> sources = List.copyOf(classes);
        classes.clear();
        for (Path source : sources) {
            Path jar = folder.resolve("classes-" + classes.size() + ".jar");
            if (Files.isDirectory(source)) {
                pack(source, jar);
            } else {
                var _ = Files.copy(source, jar);
            }
            classes.add(jar);
        }
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        for (Path open = folder; open.startsWith(temporary) && !open.equals(temporary); open = open.getParent()) {
            var _ = Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return this;
    }

    private static void pack(Path source, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(source.relativize(file).toString()));
                var _ = Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    /** The command that starts it; it may make native calls unless an option says otherwise. */
    public List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (options.stream().noneMatch(option -> option.contains("native-access"))) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.add("-cp");
        command.add(classes.stream().map(Path::toString).collect(Collectors.joining(":")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** The command run by the user and group 65534, with no other group and no privilege. */
    public static List<String> asNobody(List<String> command) {
        List<String> dropped = new ArrayList<>(
                List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"));
        dropped.addAll(command);
        return dropped;
    }
}
