package dev.naru.channels;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Pipes;
import java.io.Closeable;
import java.io.IOException;

/**
 * A pipe between this process and its children, or between two children: bytes go one way, in order.
 *
 * {@snippet file="PipeSnippets.java" region="child"}
 *
 * <p>An end that a child gets ({@link Command}) is closed here when the child has it: so the reader sees the end of file
 * when the child is done, and {@code a | b} needs no care.
 *
 * <p>Thread-safe. When a process dies, the kernel closes its ends. After pipe(2) and pipe(7).
 */
public final class AnonymousPipe implements Closeable {
    private final PipeReader reader;
    private final PipeWriter writer;

    private AnonymousPipe(PipeReader reader, PipeWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    /**
     * A new pipe with the kernel's default capacity, 64 KiB on most machines.
     *
     * @throws ErrnoException when no further descriptor may be had
     */
    public static AnonymousPipe create() throws ErrnoException {
        Pipes.Ends ends = Pipes.create();
        return new AnonymousPipe(
                new PipeReader(ends.reader(), DescriptorChannel.Mode.OWN, "pipe:"),
                new PipeWriter(ends.writer(), DescriptorChannel.Mode.OWN, "pipe:"));
    }

    /**
     * A new pipe with at least that capacity.
     *
     * @throws ErrnoException beyond {@code fs.pipe-max-size}, or when no further descriptor may be had
     */
    public static AnonymousPipe create(int capacityBytes) throws IOException {
        AnonymousPipe pipe = create();
        try {
            int _ = pipe.writer.capacity(capacityBytes);
            return pipe;
        } catch (IOException | RuntimeException refused) {
            pipe.close();
            throw refused;
        }
    }

    /** The end that reads. */
    public PipeReader reader() {
        return reader;
    }

    /** The end that writes. */
    public PipeWriter writer() {
        return writer;
    }

    /** Closes both ends, as far as they are still ours. */
    @Override
    public void close() throws IOException {
        try (writer) {
            reader.close();
        }
    }
}
