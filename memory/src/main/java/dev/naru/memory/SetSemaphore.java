package dev.naru.memory;

import dev.naru.linux.Errno;
import dev.naru.linux.Poller;
import dev.naru.linux.Sleepers;
import dev.naru.linux.SystemVSemaphores;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/** One semaphore of a {@link SemaphoreSet}. Its operations are written once. */
final class SetSemaphore implements SharedSemaphore {
    private static final int EAGAIN = Errno.EAGAIN.number();

    private final SemaphoreSet set;
    private final int number;
    private final MemorySegment take;
    private final MemorySegment takeNow;
    private final MemorySegment give;
    private final Sleepers sleepers = Sleepers.create();

    SetSemaphore(SemaphoreSet set, int number, boolean undo) {
        this.set = set;
        this.number = number;
        this.take = operation(number, -1, undo, false);
        this.takeNow = operation(number, -1, undo, true);
        this.give = operation(number, 1, undo, false);
    }

    private static MemorySegment operation(int number, int delta, boolean undo, boolean now) {
        MemorySegment written = Arena.ofAuto().allocate(SystemVSemaphores.OPERATION_SIZE, Short.BYTES);
        SystemVSemaphores.putOperation(written, 0, number, delta, undo, now);
        return written;
    }

    @Override
    public void acquire() throws IOException, InterruptedException {
        if (!tryAcquire()) {
            boolean _ = await(Poller.NEVER);
        }
    }

    @Override
    public boolean acquire(Duration timeout) throws IOException, InterruptedException {
        return tryAcquire() || await(Poller.deadlineIn(timeout));
    }

    @Override
    public boolean tryAcquire() throws IOException {
        requireOpen();
        long answer = SystemVSemaphores.operate(set.id(), takeNow, 1);
        if (answer == -EAGAIN) {
            return false;
        }
        set.requireDone(answer, 1);
        return true;
    }

    private boolean await(long deadline) throws IOException, InterruptedException {
        return set.await(take, 1, deadline, sleepers);
    }

    @Override
    public void release() throws IOException {
        requireOpen();
        set.requireDone(SystemVSemaphores.operate(set.id(), give, 1), 1);
    }

    @Override
    public int value() throws IOException {
        requireOpen();
        return set.value(number);
    }

    private void requireOpen() throws ClosedChannelException {
        if (!sleepers.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public boolean isOpen() {
        return sleepers.isOpen();
    }

    @Override
    public void close() {
        sleepers.close();
    }

    @Override
    public String toString() {
        return set + "[" + number + "]";
    }
}
