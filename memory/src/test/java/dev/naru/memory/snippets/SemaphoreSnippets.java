package dev.naru.memory.snippets;

import dev.naru.channels.Address;
import dev.naru.memory.NamedSemaphore;
import dev.naru.memory.SemaphoreOperation;
import dev.naru.memory.SemaphoreSet;
import dev.naru.memory.SharedSemaphore;
import java.io.IOException;
import java.time.Duration;

/** The snippets of the pages and of the Javadoc; a test runs each. */
public final class SemaphoreSnippets {
    private SemaphoreSnippets() {}

    static void section(String name, Runnable change) throws IOException, InterruptedException {
        // @start region="section"
        try (SharedSemaphore mutex = NamedSemaphore.openOrCreate(name, 1)) { // "/state", with one permit
            mutex.run(change::run); // one process at a time
        }
        // @end
    }

    static boolean slots(Address.Semaphore address) throws IOException, InterruptedException {
        // @start region="slots"
        try (SharedSemaphore slots = SharedSemaphore.openOrCreate(address, 3, 0660)) { // sem:/slots, or sem:0x6a01
            return slots.acquire(Duration.ofSeconds(1)); // false: all three were taken for a second
        }
        // @end
    }

    static void set(int key) throws IOException, InterruptedException {
        // @start region="set"
        try (SemaphoreSet buffer = SemaphoreSet.create(key, 8, 0)) { // 8 free places, 0 filled ones
            buffer.operate( // both or neither; killed meanwhile: as if it had not been
                    SemaphoreOperation.acquire(0, 1).withUndo(),
                    SemaphoreOperation.release(1, 1).withUndo());
        }
        // @end
    }
}
