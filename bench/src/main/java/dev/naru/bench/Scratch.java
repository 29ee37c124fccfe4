package dev.naru.bench;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A temporary directory that goes with the run, also when a signal ends it. */
final class Scratch implements Closeable {
    private static final String PREFIX = "naru-bench-";

    private final Path directory;
    private final Thread hook = Thread.ofPlatform().name("naru-bench-scratch").unstarted(this::deleteWhatCanBe);

    private Scratch(Path directory) {
        this.directory = directory;
    }

    /** One where temporary files lie. */
    static Scratch create() throws IOException {
        return of(Files.createTempDirectory(PREFIX));
    }

    /** One in that directory. */
    static Scratch createIn(Path parent) throws IOException {
        return of(Files.createTempDirectory(parent, PREFIX));
    }

    private static Scratch of(Path directory) {
        Scratch scratch = new Scratch(directory);
        Runtime.getRuntime().addShutdownHook(scratch.hook);
        return scratch;
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            return; // the hook does it
        }
        delete();
    }

    private void deleteWhatCanBe() {
        try {
            delete();
        } catch (IOException left) {
            System.getLogger(Scratch.class.getName()).log(System.Logger.Level.WARNING, "left behind: {0}", directory);
        }
    }

    /** A race that is still under way at the end of the process makes and removes FIFOs meanwhile: look again then. */
    private void delete() throws IOException {
        delete(directory);
    }

    /** Deletes that directory and all that is in it. */
    static void delete(Path directory) throws IOException {
        while (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    boolean _ = Files.deleteIfExists(path);
                }
            } catch (DirectoryNotEmptyException | UncheckedIOException changed) {
                Thread.onSpinWait();
            }
        }
    }
}
