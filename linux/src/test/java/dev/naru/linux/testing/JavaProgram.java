package dev.naru.linux.testing;

import dev.naru.linux.Descriptor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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

    /** An option of the JVM. */
    public JavaProgram option(String option) {
        options.add(option);
        return this;
    }

    /** Copies the classes to a new folder below that one, where every user may read them. */
    public JavaProgram copiedTo(Path folder) throws IOException {
        int number = 0;
        List<Path> sources = List.copyOf(classes);
        classes.clear();
        for (Path source : sources) {
            Path target = folder.resolve("classes-" + number++ + (Files.isDirectory(source) ? "" : ".jar"));
            copy(source, target);
            classes.add(target);
        }
        for (Path open = folder; open.startsWith(System.getProperty("java.io.tmpdir")) && open.getNameCount() > 1; ) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
            open = open.getParent();
        }
        return this;
    }

    private static void copy(Path source, Path target) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(target.resolve(source.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, file.equals(source) ? target : target.resolve(source.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
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
