package dev.naru.linux.testing;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Pipes;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A pipe with ends that block, for tests below the channels. */
public final class Pipe implements Closeable {
    private final Descriptor reader;
    private final Descriptor writer;

    private Pipe(Pipes.Ends ends) {
        this.reader = ends.reader();
        this.writer = ends.writer();
    }

    /** A new one. */
    public static Pipe create() throws ErrnoException {
        Pipe pipe = new Pipe(Pipes.create());
        pipe.reader.setNonBlocking(false);
        pipe.writer.setNonBlocking(false);
        return pipe;
    }

    /** The end that reads. */
    public Descriptor reader() {
        return reader;
    }

    /** The end that writes. */
    public Descriptor writer() {
        return writer;
    }

    /** Closes our end that writes, and reads what others write until they have closed theirs. */
    public String readToEnd() {
        writer.close();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(1 << 16);
            long read;
            while ((read = reader.read(room, room.byteSize())) != 0) {
                if (read < 0) {
                    throw new AssertionError(Errno.of((int) -read));
                }
                all.writeBytes(room.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        reader.close();
        writer.close();
    }
}
