package dev.naru.memory.snippets;

import dev.naru.memory.MessageHandler;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingSpec;
import dev.naru.memory.RingWriter;
import dev.naru.memory.SendOutcome;
import dev.naru.memory.SharedLock;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/** The snippets of README and docs: compiled here, and run by {@link RingSnippetsTest}. */
final class RingSnippets {
    private RingSnippets() {}

    static void writer(String name, ByteBuffer order) throws IOException, InterruptedException {
        // @start region="writer"
        try (Ring ring = Ring.openOrCreate(name, RingSpec.manyToOne(4, 1 << 20)); // 4 lanes of 1 MiB: up to 4 producers
                RingWriter writer = ring.writer()) {
            writer.send(order); // when this returns, it is sent, also if this process dies
        }
        // @end
    }

    static byte[] reader(String name) throws IOException, InterruptedException {
        // @start region="reader"
        try (Ring ring = Ring.open(name);
                RingReader reader = ring.reader()) {
            return reader.receive(); // spins a little, then sleeps; an interrupt or a close ends it
        }
        // @end
    }

    static SendOutcome inPlace(RingWriter writer, long price) {
        // @start region="claim"
        SendOutcome outcome = writer.claim(8);
        if (outcome == SendOutcome.CLAIMED) {
            writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), price);
            writer.commit();
        }
        return outcome; // BACK_PRESSURED: full, try again
        // @end
    }

    static int inPlace(RingReader reader, MessageHandler handler) throws IOException, InterruptedException {
        // @start region="drain"
        reader.await();
        return reader.drain(handler, 64); // handler: (memory, offset, length) -> …, without a copy
        // @end
    }

    static void locked(String name, Runnable change, Runnable repair) throws IOException, InterruptedException {
        // @start region="lock"
        try (SharedLock lock = SharedLock.openOrCreate(name)) {
            lock.run(change, repair); // repair first, when the last owner died in its section
        }
        // @end
    }

    static void lockedByHand(SharedLock lock, Runnable change, Runnable repair)
            throws IOException, InterruptedException {
        // @start region="outcomes"
        switch (lock.lock()) {
            case ACQUIRED -> change.run();
            case OWNER_DIED -> {
                repair.run();
                change.run();
            }
            case TIMED_OUT, HELD -> throw new AssertionError("lock() waits");
        }
        lock.unlock();
        // @end
    }
}
