package dev.naru.memory;

import dev.naru.linux.Monitors;
import dev.naru.linux.Sleepers;
import dev.naru.memory.internal.Member;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A shared file that this process has open: its sign of life stays as long as a thread is in a call that needs it, and its
 * memory as long as a thread can reach it. Thread-safe.
 */
final class Opened {
    private final Member member;
    private final MemorySegment memory;
    private final Sleepers sleepers = Sleepers.create();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean closed;

    /** The member becomes this one's. */
    Opened(Member member) throws IOException {
        this.member = member;
        try {
            this.memory = member.mapForGood();
        } catch (IOException | RuntimeException | Error failed) {
            member.close();
            throw failed;
        }
    }

    Member member() {
        return member;
    }

    MemorySegment memory() {
        return memory;
    }

    boolean isClosed() {
        return closed;
    }

    void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** From here to {@link #leave} the member stays. */
    void enter() throws ClosedChannelException {
        int _ = inside.incrementAndGet();
        if (closed) {
            leave();
            throw new ClosedChannelException();
        }
    }

    void leave() {
        if (inside.decrementAndGet() == 0 && closed) {
            synchronized (inside) {
                inside.notifyAll();
            }
        }
    }

    /** {@link Slices#sleep}, until this is closed. */
    boolean sleep(long at, long seen, long deadline) throws IOException, InterruptedException {
        return Slices.sleep(memory, at, seen, deadline, sleepers);
    }

    /** Ends all sleeps, and waits until everybody has left. */
    void close() {
        closed = true;
        sleepers.close();
        // They leave at once. Without spinning: virtual threads that close may have all carriers.
        Monitors.awaitUninterruptibly(inside, () -> inside.get() == 0);
    }

    /** Ends the membership, once. */
    void end() {
        if (ended.compareAndSet(false, true)) {
            member.close();
        }
    }
}
