package dev.naru.memory.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.SemaphoreSet;
import dev.naru.memory.testing.Semaphores;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the docs show of semaphores does what they say. */
@ExtendWith(NoLeaks.class)
class SemaphoreSnippetsTest {
    @RegisterExtension
    final Semaphores semaphores = new Semaphores();

    @Test
    void aSectionIsDone() throws Exception {
        AtomicInteger done = new AtomicInteger();
        SemaphoreSnippets.section(semaphores.name(), done::incrementAndGet);
        assertThat(done).hasValue(1);
    }

    @Test
    void thereAreSlots() throws Exception {
        var address = (Address.Semaphore) Address.parse("sem:" + semaphores.name());
        for (int i = 0; i < 3; i++) {
            assertThat(SemaphoreSnippets.slots(address)).isTrue();
        }
        assertThat(SemaphoreSnippets.slots(address)).isFalse();
    }

    @Test
    void bothAreDone() throws Exception {
        int key = semaphores.key();
        SemaphoreSnippets.set(key);
        assertThat(SemaphoreSet.open(key).stat(0).value()).isEqualTo(7);
        assertThat(SemaphoreSet.open(key).stat(1).value()).isEqualTo(1);
    }
}
