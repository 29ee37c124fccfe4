package dev.naru.cli.tour;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A directory for the objects of a stop. It goes when the stop is done, and also when a signal ends the tour. */
final class Scratch implements Closeable {
    private final Path path;
    private final ShutdownHook hook;

    private Scratch(Path path) throws InterruptedException {
        this.path = path;
        this.hook = ShutdownHook.register(this::deleteWhatCanBe);
    }

    static Scratch create() throws IOException, InterruptedException {
        return new Scratch(Files.createTempDirectory("naru-tour-"));
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        hook.close();
        delete();
    }

    /** The stop may be removing or making files at this moment: each is gone afterwards, whoever removes it. */
    private void delete() throws IOException {
        while (Files.exists(path)) {
            try (DirectoryStream<Path> left = Files.newDirectoryStream(path)) {
                for (Path file : left) {
                    boolean _ = Files.deleteIfExists(file);
                }
                boolean _ = Files.deleteIfExists(path);
            } catch (DirectoryNotEmptyException made) {
                // once more
            } catch (NoSuchFileException gone) {
                return;
            }
        }
    }

    private void deleteWhatCanBe() {
        try {
            delete();
        } catch (IOException refused) {
            // nobody is left to hear of it
        }
    }
}
