package dev.naru.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Every descriptor of every process that we may look at, as {@code /proc/PID/fd} shows it (proc(5)). */
final class Descriptors {
    private Descriptors() {}

    /** What is looked at. */
    @FunctionalInterface
    interface Visitor {
        /** A descriptor, {@code /proc/PID/fd/N}, of the process {@code /proc/PID}; it may be closed by now. */
        void look(Path process, Path number);
    }

    /** Shows all of them, those of a process together; whether there are processes of others that we may not look at. */
    static boolean ofAll(Visitor visitor) throws IOException {
        boolean hidden = false;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    look(process, visitor);
                } catch (AccessDeniedException refused) {
                    hidden = hidden || OtherUsers.isAnothers(process);
                } catch (IOException | DirectoryIteratorException gone) {
                    // ended meanwhile
                }
            }
        }
        return hidden;
    }

    private static void look(Path process, Visitor visitor) throws IOException {
        for (Path task : tasks(process)) {
            boolean any = false;
            try (DirectoryStream<Path> numbers = Files.newDirectoryStream(task.resolve("fd"))) {
                for (Path number : numbers) {
                    visitor.look(process, number);
                    any = true;
                }
            }
            if (any) {
                return; // all tasks have the same, as a rule
            }
        }
    }

    /** The process, and then each of its threads: of one whose first thread has ended, only the others show what it has. */
    static List<Path> tasks(Path process) throws IOException {
        List<Path> tasks = new ArrayList<>(List.of(process));
        if (new String(Files.readAllBytes(process.resolve("stat")), StandardCharsets.ISO_8859_1).contains(") Z ")) {
            try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
                threads.forEach(tasks::add);
            }
        }
        return tasks;
    }
}
