package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A C program that stores and looks without a fence, and this one, which stores, calls the barrier, and looks. */
@ExtendWith(NoLeaks.class)
class MemoryBarrierTest {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private static final long THEIRS = 0;
    private static final long OURS = 128;
    private static final long STOP = 256;
    private static final long LOG = 4096;
    private static final int ROUNDS = 4_000_000;
    private static final int BARRIERS = 3_000;

    /** Registers, stores 1, 2, 3, … and after each store logs what it then sees of ours. */
    private static final String FAR_SIDE = """
            #include <fcntl.h>
            #include <linux/membarrier.h>
            #include <stdatomic.h>
            #include <stdint.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <sys/mman.h>
            #include <sys/syscall.h>
            #include <unistd.h>

            int main(int argc, char **argv) {
                long rounds = atol(argv[2]);
                char *memory = mmap(NULL, 4096 + 8 * rounds, PROT_READ | PROT_WRITE, MAP_SHARED, open(argv[1], O_RDWR), 0);
                _Atomic int64_t *ours = (_Atomic int64_t *)memory, *theirs = ours + 16, *stop = ours + 32;
                int64_t *log = (int64_t *)(memory + 4096);
                if (memory == MAP_FAILED || syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0))
                    return 1;
                long i = 0;
                while (i < rounds && !atomic_load_explicit(stop, memory_order_relaxed)) {
                    i++;
                    atomic_store_explicit(ours, i, memory_order_relaxed);
                    log[i - 1] = atomic_load_explicit(theirs, memory_order_relaxed);
                    if (i == 1) {
                        puts("runs");
                        fflush(stdout);
                    }
                }
                printf("%ld\\n", i);
                return 0;
            }
            """;

    @Test
    void oneSideMakesTheFencesOfBoth(@TempDir Path folder) throws Exception {
        // given
        Path source = Files.writeString(folder.resolve("far.c"), FAR_SIDE);
        Path program = folder.resolve("far");
        var _ = Foreign.output("cc", "-O2", "-o", program.toString(), source.toString());
        Path file = folder.resolve("words");
        long size = LOG + 8L * ROUNDS;
        try (Descriptor words = SharedFiles.open(Files.createFile(file), true, "words")) {
            FileSpace.reserve(words, 0, size, "words");
            try (SharedMapping mapping = SharedMapping.map(words, size, SharedMapping.Options.WRITABLE, "words")) {
                MemorySegment memory = mapping.segment();
                Process far = new ProcessBuilder(program.toString(), file.toString(), Integer.toString(ROUNDS)).start();
                try (BufferedReader said =
                        new BufferedReader(new InputStreamReader(far.getInputStream(), StandardCharsets.UTF_8))) {
                    assertThat(said.readLine()).isEqualTo("runs");

                    // when
                    long[] seen = storeAndLook(memory);
                    LONG.setVolatile(memory, STOP, 1L);
                    int rounds = Integer.parseInt(said.readLine());

                    // then whenever ours did not see their store i, theirs saw ours
                    for (int j = 1; j <= BARRIERS; j++) {
                        long missed = seen[j] + 1;
                        if (missed <= rounds) {
                            assertThat(memory.get(ValueLayout.JAVA_LONG, LOG + 8 * (missed - 1)))
                                    .as("after their store %d, when ours of %d did not see it", missed, j)
                                    .isGreaterThanOrEqualTo(j);
                        }
                    }
                } finally {
                    var _ = far.destroyForcibly().waitFor();
                }
            }
        }
    }

    private static long[] storeAndLook(MemorySegment memory) {
        long[] seen = new long[BARRIERS + 1];
        for (int j = 1; j <= BARRIERS; j++) {
            LONG.setOpaque(memory, OURS, (long) j);
            assertThat(MemoryBarrier.everywhere()).isTrue();
            seen[j] = (long) LONG.getOpaque(memory, THEIRS);
        }
        return seen;
    }

    @Test
    void thisProcessTakesPart() {
        assertThat(MemoryBarrier.register()).as("Linux 4.16, and no filter").isTrue();
    }
}
