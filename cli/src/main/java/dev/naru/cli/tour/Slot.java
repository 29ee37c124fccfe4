package dev.naru.cli.tour;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.linux.Sleepers;
import dev.naru.memory.LockOutcome;
import dev.naru.memory.SharedLock;
import dev.naru.memory.SharedMemory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * Bytes through a slot of shared memory: a word that says how many are there, and the bytes. Both are touched only under
 * the lock; whose turn it is not waits for the word to change.
 */
final class Slot implements ByteChannel {
    /** Word and bytes. */
    static final int BYTES = 64 + 64 * 1024;

    private static final int DATA = 64;
    private static final int SPINS = 2000;
    private static final VarHandle COUNT = ValueLayout.JAVA_INT.varHandle();

    private final SharedMemory memory;
    private final SharedLock lock;
    private final Sleepers sleepers = Sleepers.create();
    private final long at;

    /** How many of the bytes that are there were read. */
    private int read;

    private Slot(SharedMemory memory, SharedLock lock, int slot) {
        this.memory = memory;
        this.lock = lock;
        this.at = (long) slot * BYTES;
    }

    static Slot open(Descriptor memory, Descriptor lock, int slot) throws IOException {
        SharedMemory opened = SharedMemory.open(memory);
        try {
            return new Slot(opened, SharedLock.open(lock), slot);
        } catch (IOException refused) {
            opened.close();
            throw refused;
        }
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int before = bytes.remaining();
        while (bytes.hasRemaining()) {
            takeTurn(false);
            int count = Math.min(bytes.remaining(), BYTES - DATA);
            MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, memory.segment(), at + DATA, count);
            bytes.position(bytes.position() + count);
            giveTurn(count);
        }
        return before;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        takeTurn(true);
        int there = count();
        int count = Math.min(into.remaining(), there - read);
        MemorySegment.copy(memory.segment(), at + DATA + read, MemorySegment.ofBuffer(into), 0, count);
        into.position(into.position() + count);
        read = read + count == there ? 0 : read + count;
        giveTurn(read == 0 ? 0 : there);
        return count;
    }

    private int count() {
        return (int) COUNT.getAcquire(memory.segment(), at);
    }

    /** Waits until the slot is full, or empty; then this side owns the lock. */
    private void takeTurn(boolean full) throws IOException {
        try {
            while (true) {
                for (int spin = 0; spin < SPINS && (count() != 0) != full; spin++) {
                    Thread.onSpinWait();
                }
                int seen = count();
                if ((seen != 0) != full) {
                    if (Futex.await(memory.segment(), at, seen, Poller.NEVER, sleepers) == Futex.Outcome.INTERRUPTED) {
                        throw new InterruptedIOException();
                    }
                    continue;
                }
                if (lock.lock() == LockOutcome.OWNER_DIED) {
                    lock.unlockDirty();
                    throw new IOException("the other side died with the lock");
                }
                if ((count() != 0) == full) {
                    return;
                }
                lock.unlock();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private void giveTurn(int count) {
        COUNT.setRelease(memory.segment(), at, count);
        lock.unlock();
        int _ = Futex.wake(memory.segment(), at, 1);
    }

    @Override
    public boolean isOpen() {
        return lock.isOpen();
    }

    @Override
    public void close() throws IOException {
        sleepers.close();
        lock.close();
        memory.close();
    }
}
