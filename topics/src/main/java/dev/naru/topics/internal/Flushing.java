package dev.naru.topics.internal;

import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * When what was appended has to be on the disk: never by itself, every so many records, every so many milliseconds.
 *
 * <p>Thread-safe.
 */
final class Flushing {
    private final long everyRecords;
    private final long everyMillis;
    private final MemorySegment block;
    private final Keeper keeper;
    private final Chores chores;
    private final AtomicBoolean timed = new AtomicBoolean();

    Flushing(TopicSpec spec, MemorySegment block, Keeper keeper, Chores chores) {
        this.everyRecords = spec.value(TopicSetting.FLUSH_MESSAGES);
        this.everyMillis = spec.value(TopicSetting.FLUSH_MILLIS);
        this.block = block;
        this.keeper = keeper;
        this.chores = chores;
    }

    /** Whether what is appended is flushed every now and then, and not only when a segment is full. */
    boolean isRegular() {
        return everyRecords != TopicSpec.NEVER || everyMillis != TopicSpec.NEVER;
    }

    /** Whether who appends waits for the disk. */
    boolean isWaitedFor() {
        return everyRecords != TopicSpec.NEVER;
    }

    /** Before the lock of those who append is given back, with something published: {@link #after} follows. */
    void before() {
        if (isWaitedFor()) {
            keeper.enter();
        }
    }

    /** After a publish, up to that offset, and without the lock of those who append. */
    void after(long next) throws IOException {
        if (isWaitedFor()) {
            try {
                flushIfDue(next);
            } finally {
                keeper.exit();
            }
        }
        if (everyMillis != TopicSpec.NEVER && timed.compareAndSet(false, true)) {
            chores.after(everyMillis, this::byTime);
        }
    }

    private void flushIfDue(long next) throws IOException {
        if (next - PartitionLayout.flushed(block) < everyRecords) {
            return;
        }
        try {
            keeper.flush(next);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            InterruptedIOException unsure = new InterruptedIOException(
                    "appended up to offset " + (next - 1) + ", and interrupted while waiting for the disk");
            var _ = unsure.initCause(interrupted);
            throw unsure;
        }
    }

    private void byTime() {
        timed.set(false); // first: what is appended from now on asks for another
        keeper.afterTime();
    }
}
