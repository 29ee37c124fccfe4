package dev.naru.memory.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.SharedBarrier;
import dev.naru.memory.SharedEvent;
import dev.naru.memory.SharedLock;
import dev.naru.memory.SharedReadWriteLock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets of docs/sync.md. */
@ExtendWith(NoLeaks.class)
class SyncSnippetsTest {
    @TempDir
    Path folder;

    private static String name() {
        return "/test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    }

    @Test
    void readingAndWriting() throws Exception {
        String name = name();
        List<String> did = new ArrayList<>();
        try {
            SyncSnippets.readAndWrite(name, () -> did.add("look"), () -> did.add("change"), () -> did.add("repair"));
        } finally {
            SharedReadWriteLock.remove(name);
        }
        assertThat(did).containsExactly("look", "change");
    }

    @Test
    void waitingForACondition() throws Exception {
        List<String> items = new ArrayList<>(); // guarded by the lock
        try (SharedLock lock = SharedLock.create(folder.resolve("lock"))) {
            var taker = Task.start(ThreadKind.PLATFORM, () -> {
                        SyncSnippets.awaitCondition(lock, items::isEmpty, items::removeFirst, items::clear);
                        return null;
                    })
                    .awaitInFutex();
            lock.run(
                    () -> {
                        items.add("one");
                        lock.condition(0).signal();
                    },
                    items::clear);
            assertThat(taker.failure()).isNull();
        }
        assertThat(items).isEmpty();
    }

    @Test
    void waitingForAnEvent() throws Exception {
        String name = name();
        try (SharedEvent event = SharedEvent.create(name)) {
            event.set();
            assertThat(SyncSnippets.awaitEvent(name)).isTrue();
        } finally {
            SharedEvent.remove(name);
        }
    }

    @Test
    void goingStepByStep() throws Exception {
        String name = name();
        int[] computed = new int[1];
        try {
            SyncSnippets.steps(name, 1, 3, () -> computed[0]++);
        } finally {
            SharedBarrier.remove(name);
        }
        assertThat(computed[0]).isEqualTo(3);
    }
}
