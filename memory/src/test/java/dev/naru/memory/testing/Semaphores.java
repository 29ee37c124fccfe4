package dev.naru.memory.testing;

import dev.naru.linux.PosixSemaphore;
import dev.naru.linux.SystemVSemaphores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Names and keys of semaphores that nobody else has; what has them is removed after each test, also when it failed. */
public final class Semaphores implements AfterEachCallback {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final List<Integer> keys = new ArrayList<>();
    private final List<Integer> ids = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /** A key that no set has. */
    public synchronized int key() throws IOException {
        int key;
        do {
            key = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        } while (SystemVSemaphores.find(key).isPresent());
        keys.add(key);
        return key;
    }

    /** Notes a set without a key. */
    public synchronized int removing(int id) {
        ids.add(id);
        return id;
    }

    /** A name that no semaphore has. */
    public synchronized String name() {
        String name = "/naru-test-" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet();
        names.add(name);
        return name;
    }

    @Override
    public synchronized void afterEach(ExtensionContext context) throws IOException {
        for (int key : keys) {
            var id = SystemVSemaphores.find(key);
            if (id.isPresent()) {
                boolean _ = SystemVSemaphores.remove(id.get(), "test");
            }
        }
        for (int id : ids) {
            boolean _ = SystemVSemaphores.remove(id, "test");
        }
        for (String name : names) {
            boolean _ = PosixSemaphore.remove(name);
        }
    }
}
