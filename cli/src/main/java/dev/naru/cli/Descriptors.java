package dev.naru.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

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
                try (DirectoryStream<Path> numbers = Files.newDirectoryStream(process.resolve("fd"))) {
                    numbers.forEach(number -> visitor.look(process, number));
                } catch (AccessDeniedException refused) {
                    hidden = hidden || OtherUsers.isAnothers(process);
                } catch (IOException | DirectoryIteratorException gone) {
                    // ended meanwhile
                }
            }
        }
        return hidden;
    }
}
