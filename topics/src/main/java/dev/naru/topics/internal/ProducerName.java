package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.OpenFileLock;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The name of a producer, and its id, in {@code producers/NAME.properties}. One process at a time has it: the kernel's lock on that
 * file ends with it, however it ends. So nobody else appends under that id.
 */
public final class ProducerName implements Closeable {
    static final String FOLDER = "producers";
    private static final String SUFFIX = ".properties";
    private static final String ID = "id=";

    private final Descriptor file;
    private final long id;

    private ProducerName(Descriptor file, long id) {
        this.file = file;
        this.id = id;
    }

    /** Takes the name; its id is given out when it is taken for the first time. */
    public static ProducerName take(Path store, String name, MemorySegment own) throws IOException {
        Path path = store.resolve(FOLDER).resolve(name + SUFFIX);
        if (!Files.exists(path)) {
            try (Turn _ = Turn.ofTopics(store.resolve(StoreLayout.FILE))) {
                giveOut(path, own);
            }
        }
        Descriptor file = SharedFiles.open(path, true, path.toString());
        try {
            if (!OpenFileLock.of(file, path.toString()).tryLock(0)) {
                throw ErrnoException.of(Problem.PRODUCER_IN_USE, path.toString());
            }
            return new ProducerName(file, read(path));
        } catch (IOException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    /** The name is on the disk before the id is used: an id is that of one name for ever. */
    private static void giveOut(Path path, MemorySegment own) throws IOException {
        if (Files.exists(path)) {
            return;
        }
        Path folder = Files.createDirectories(path.resolveSibling(""));
        long next = StoreLayout.nextProducer(own); // after a power cut it may be too low
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                next = Math.max(next, read(file) + 1);
            }
        }
        StoreLayout.setNextProducer(own, next + 1);
        boolean _ = SmallFiles.create(path, (ID + next + "\n").getBytes(StandardCharsets.UTF_8));
        Disk.syncNames(folder);
        Disk.syncNames(folder.resolveSibling(""));
    }

    private static long read(Path path) throws IOException {
        String text = SmallFiles.text(path).strip();
        try {
            if (text.startsWith(ID)) {
                return Long.parseLong(text.substring(ID.length()));
            }
        } catch (NumberFormatException none) {
            // told below
        }
        throw ErrnoException.of(Problem.BAD_SETTING, path.toString());
    }

    /** Its id, as Kafka's batches have it. */
    public long id() {
        return id;
    }

    @Override
    public void close() {
        file.close();
    }
}
