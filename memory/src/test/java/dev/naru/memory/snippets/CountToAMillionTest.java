package dev.naru.memory.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.LongField;
import dev.naru.memory.MemorySpec;
import dev.naru.memory.SharedMemory;
import dev.naru.memory.testing.Semaphores;
import dev.naru.memory.testing.Talk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Four processes count to a million: right with a semaphore of either kind, and wrong without. */
@ExtendWith(NoLeaks.class)
class CountToAMillionTest {
    private static final int PROCESSES = 4;
    private static final int TIMES = 250_000;

    @RegisterExtension
    final Semaphores semaphores = new Semaphores();

    @TempDir
    Path folder;

    private final List<Talk> processes = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (Talk each : processes) {
            each.close();
        }
    }

    private void start(String semaphore) throws Exception {
        List<String> command = JavaProgram.of(CountToAMillion.class)
                .needing(SharedMemory.class)
                .needing(Address.class)
                .command(folder.resolve("count").toString(), Integer.toString(TIMES), semaphore);
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(Talk.start(command));
        }
        for (Talk each : processes) {
            assertThat(each.line()).isEqualTo("ready");
        }
    }

    /** All of them, once. What they have counted to. */
    private long count() throws Exception {
        try (SharedMemory memory =
                SharedMemory.openOrCreate(folder.resolve("count"), MemorySpec.of(CountToAMillion.COUNTER))) {
            LongField count = memory.longField("count");
            count.setVolatile(0);
            for (Talk each : processes) {
                var _ = each.say("count");
            }
            for (Talk each : processes) {
                assertThat(each.line()).isEqualTo("counted");
            }
            return count.getVolatile();
        }
    }

    @Test
    void itIsRightWithAPosixSemaphore() throws Exception {
        start("sem:" + semaphores.name());
        assertThat(count()).isEqualTo(1_000_000);
    }

    @Test
    void itIsRightWithASystemVSemaphore() throws Exception {
        start("sem:0x" + Integer.toHexString(semaphores.key()));
        assertThat(count()).isEqualTo(1_000_000);
    }

    /** Nothing makes two processes meet; so they count until they do, and the guard ends it if they never do. */
    @Test
    void itIsWrongWithout() throws Exception {
        start("none");
        long counted = count();
        while (counted == 1_000_000) {
            counted = count();
        }
        assertThat(counted).isLessThan(1_000_000);
    }
}
