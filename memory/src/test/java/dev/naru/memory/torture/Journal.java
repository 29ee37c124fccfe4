package dev.naru.memory.torture;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the processes of a torture leave for the judge: words in a mapped file, which outlive who is killed. It is made by
 * the JDK alone, and not by what is judged.
 */
public final class Journal implements AutoCloseable {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final int WORDS = 1 << 16;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    private Journal(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, WORDS * 8L, arena);
        }
    }

    /** Opens it, or makes it all zeros. */
    public static Journal open(Path file) throws IOException {
        return new Journal(file);
    }

    /** A word. */
    public long get(int word) {
        return (long) LONG.getVolatile(memory, word * 8L);
    }

    /** Sets a word. */
    public void set(int word, long value) {
        LONG.setVolatile(memory, word * 8L, value);
    }

    /** Raises a word that others raise too. */
    public void raise(int word, long value) {
        long before = get(word);
        while (before < value && !LONG.compareAndSet(memory, word * 8L, before, value)) {
            before = get(word);
        }
    }

    /** Adds one to a word that others count in too. */
    public void count(int word) {
        long _ = (long) LONG.getAndAdd(memory, word * 8L, 1L);
    }

    @Override
    public void close() {
        arena.close();
    }
}
