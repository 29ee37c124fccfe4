package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * One side stores and looks without a fence, and keeps by which of its stores it first saw each of ours. We store, call the
 * barrier, and look.
 */
@ExtendWith(NoLeaks.class)
class MemoryBarrierTest {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private static final long THEIRS = 0;
    private static final long OURS = 128;
    private static final long STOP = 256;
    private static final long FIRST_SEEN = 4096;
    private static final int TIMES = 100;
    private static final int WARM_UPS = 200_000;
    private static final int AT_WORK = 1_000;
    private static final long REFUSED = -1;
    private static final long SIZE = FIRST_SEEN + 8L * (TIMES + 1);

    /**
     * Stores 1, 2, 3, … and looks after each. Stores that miss the cache hold up each of them on its way out, so that it looks
     * long before anybody sees its store.
     */
    private static final String FAR_SIDE = """
            #include <fcntl.h>
            #include <stdatomic.h>
            #include <stdint.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <sys/mman.h>

            int main(int argc, char **argv) {
                char *memory = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED, open(argv[1], O_RDWR), 0);
                _Atomic int64_t *ours = (_Atomic int64_t *)memory, *theirs = ours + 16, *stop = ours + 32;
                int64_t *first_seen = (int64_t *)(memory + 4096), last = 0;
                volatile char *far = malloc(1 << 26);
                if (memory == MAP_FAILED || !far)
                    return 1;
                for (int64_t i = 1; !atomic_load_explicit(stop, memory_order_relaxed); i++) {
                    for (int j = 0; j < 8; j++)
                        far[(i * 8 + j) * 4160 & ((1 << 26) - 1)] = 1;
                    atomic_store_explicit(ours, i, memory_order_relaxed);
                    int64_t seen = atomic_load_explicit(theirs, memory_order_relaxed);
                    if (seen != last)
                        first_seen[last = seen] = i;
                    if (i == 1) {
                        puts("runs");
                        fflush(stdout);
                    }
                }
                return 0;
            }
            """;

    @Test
    void oneSideMakesTheFencesOfBothProcesses(@TempDir Path folder) throws Exception {
        // given
        Path source = Files.writeString(folder.resolve("far.c"), FAR_SIDE);
        Path program = folder.resolve("far");
        var _ = Foreign.output("cc", "-O2", "-o", program.toString(), source.toString());
        Path file = folder.resolve("words");
        try (Descriptor words = SharedFiles.open(Files.createFile(file), true, "words")) {
            FileSpace.reserve(words, 0, 1 << 16, "words");
            try (SharedMapping mapping = SharedMapping.map(words, SIZE, SharedMapping.Options.WRITABLE, "words")) {
                MemorySegment memory = mapping.segment();
                Process far = new ProcessBuilder(program.toString(), file.toString()).start();
                try (BufferedReader said =
                        new BufferedReader(new InputStreamReader(far.getInputStream(), StandardCharsets.UTF_8))) {
                    assertThat(said.readLine()).isEqualTo("runs");

                    // when
                    long[] seen = storeAndLook(memory, far::isAlive, MemoryBarrier::everywhere);
                    LONG.setVolatile(memory, STOP, 1L);
                    assertThat(far.waitFor()).isZero();

                    // then
                    assertNothingMissed(memory, seen);
                } finally {
                    var _ = far.destroyForcibly().waitFor();
                }
            }
        }
    }

    @Test
    void oneThreadMakesTheFencesOfBoth() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            // given
            MemorySegment memory = arena.allocate(SIZE, 4096);
            Thread far = Thread.ofPlatform().start(() -> storeAndLookWithoutFence(memory));

            // when
            long[] seen;
            try {
                seen = storeAndLook(memory, far::isAlive, MemoryBarrier::inThisProcess);
            } finally {
                LONG.setVolatile(memory, STOP, 1L);
                far.join();
            }

            // then
            assertNothingMissed(memory, seen);
        }
    }

    /** As the C program does. */
    private static void storeAndLookWithoutFence(MemorySegment memory) {
        byte[] far = new byte[1 << 26];
        long last = 0;
        for (long i = 1; (long) LONG.getOpaque(memory, STOP) == 0; i++) {
            for (int j = 0; j < 8; j++) {
                far[(int) ((i * 8 + j) * 4160 & (far.length - 1))] = 1;
            }
            LONG.setOpaque(memory, THEIRS, i);
            VarHandle.releaseFence(); // for the compiler
            long seen = (long) LONG.getOpaque(memory, OURS);
            if (seen != last) {
                last = seen;
                LONG.setOpaque(memory, FIRST_SEEN + 8 * seen, i);
            }
        }
    }

    /** Each time when they are at work, so that there is a race. */
    private static long[] storeAndLook(MemorySegment memory, BooleanSupplier lives, BooleanSupplier barrier) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment scratch = arena.allocate(SIZE, 4096);
            for (int i = 0; i < WARM_UPS; i++) { // an interpreter takes so long for a look that the store is out anyway
                long _ = storeAndLook(scratch, i, () -> true);
            }
        }
        long[] seen = new long[TIMES + 1];
        for (int j = 1; j <= TIMES; j++) {
            seen[j] = storeAndLook(memory, j, barrier);
            assertThat(seen[j]).as("no barrier was refused").isNotEqualTo(REFUSED);
            while ((long) LONG.getOpaque(memory, THEIRS) < seen[j] + AT_WORK) {
                assertThat(lives.getAsBoolean()).isTrue();
            }
        }
        return seen;
    }

    private static long storeAndLook(MemorySegment memory, long j, BooleanSupplier barrier) {
        LONG.setOpaque(memory, OURS, j);
        return barrier.getAsBoolean() ? (long) LONG.getOpaque(memory, THEIRS) : REFUSED;
    }

    /** Whenever we did not see their store, they saw ours after it. */
    private static void assertNothingMissed(MemorySegment memory, long[] seen) {
        int met = 0;
        for (int j = 1; j < seen.length; j++) {
            long firstSeen = (long) LONG.getVolatile(memory, FIRST_SEEN + 8L * j);
            if (firstSeen != 0) { // else they saw a later one first, or stopped before
                met++;
                assertThat(firstSeen)
                        .as("the store with which they saw our store %d, when we saw theirs of %d", j, seen[j])
                        .isLessThanOrEqualTo(seen[j] + 1);
            }
        }
        assertThat(met).as("of our stores seen").isPositive();
    }

    @Test
    void thisKernelHasBoth() {
        assertThat(MemoryBarrier.isInThisProcess())
                .as("Linux 4.14, and no filter")
                .isTrue();
        assertThat(MemoryBarrier.isEverywhere())
                .as("Linux 4.3, no filter, and no nohz_full")
                .isTrue();
    }
}
