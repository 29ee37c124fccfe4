package dev.naru.cli.tour;

import dev.naru.linux.Descriptor;
import dev.naru.memory.NamedSemaphore;
import dev.naru.memory.SharedMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * Bytes through a slot of shared memory: a word that says how many are there, and the bytes. Who writes takes the free place
 * and gives a filled one, and who reads the other way round: so each has the slot for itself while it touches it.
 */
final class SemaphoreSlot implements ByteChannel {
    /** Word and bytes. */
    static final int BYTES = 64 + 64 * 1024;

    private static final int DATA = 64;

    private final SharedMemory memory;
    private final NamedSemaphore free;
    private final NamedSemaphore filled;
    private final long at;

    /** How many of the bytes that are there were read; 0 when the place is not this side's. */
    private int read;

    private SemaphoreSlot(SharedMemory memory, NamedSemaphore free, NamedSemaphore filled, int slot) {
        this.memory = memory;
        this.free = free;
        this.filled = filled;
        this.at = (long) slot * BYTES;
    }

    static String free(String name, int slot) {
        return "/" + name + ".free." + slot;
    }

    static String filled(String name, int slot) {
        return "/" + name + ".filled." + slot;
    }

    static SemaphoreSlot open(Descriptor memory, String name, int slot) throws IOException {
        SharedMemory opened = SharedMemory.open(memory);
        try {
            return new SemaphoreSlot(
                    opened, NamedSemaphore.open(free(name, slot)), NamedSemaphore.open(filled(name, slot)), slot);
        } catch (IOException refused) {
            opened.close();
            throw refused;
        }
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int before = bytes.remaining();
        while (bytes.hasRemaining()) {
            acquire(free);
            int count = Math.min(bytes.remaining(), BYTES - DATA);
            MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, memory.segment(), at + DATA, count);
            bytes.position(bytes.position() + count);
            memory.segment().set(ValueLayout.JAVA_INT, at, count);
            filled.release();
        }
        return before;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        if (read == 0) {
            acquire(filled);
        }
        int there = memory.segment().get(ValueLayout.JAVA_INT, at);
        int count = Math.min(into.remaining(), there - read);
        MemorySegment.copy(memory.segment(), at + DATA + read, MemorySegment.ofBuffer(into), 0, count);
        into.position(into.position() + count);
        read += count;
        if (read == there) {
            read = 0;
            free.release();
        }
        return count;
    }

    private static void acquire(NamedSemaphore semaphore) throws IOException {
        try {
            semaphore.acquire();
        } catch (InterruptedException _) {
            throw PieceReader.interrupted();
        }
    }

    @Override
    public boolean isOpen() {
        return free.isOpen();
    }

    @Override
    public void close() {
        free.close();
        filled.close();
        memory.close();
    }
}
