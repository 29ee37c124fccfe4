package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PagesTest {
    /** Whether that address lies in something that is mapped, as the kernel lists it. */
    private static boolean isMapped(long address) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .map(line -> line.substring(0, line.indexOf(' ')).split("-", 2))
                .anyMatch(range -> Long.parseUnsignedLong(range[0], 16) <= address
                        && address < Long.parseUnsignedLong(range[1], 16));
    }

    @Test
    void pagesAreAlignedZeroedAndWhole() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            // when
            MemorySegment pages = Pages.map(arena, Pages.SIZE + 1);

            // then
            assertThat(pages.address() % Pages.SIZE).isZero();
            assertThat(pages.byteSize()).isEqualTo(2 * Pages.SIZE);
            assertThat(pages.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        }
    }

    @Test
    void theyCanBeWritten() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            // given
            MemorySegment pages = Pages.map(arena, Pages.SIZE);

            // when
            pages.set(ValueLayout.JAVA_LONG, Pages.SIZE - Long.BYTES, 42);

            // then
            assertThat(pages.get(ValueLayout.JAVA_LONG, Pages.SIZE - Long.BYTES))
                    .isEqualTo(42);
        }
    }

    @Test
    void closingTheArenaGivesThemBack() throws Exception {
        // given
        long address;
        try (Arena arena = Arena.ofConfined()) {
            address = Pages.map(arena, 1 << 20).address();
            assertThat(isMapped(address)).isTrue();
        }

        // when, then
        assertThat(isMapped(address)).isFalse();
    }

    @Test
    void noPagesAtAllAreRefused() {
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> Pages.map(arena, 0)).isInstanceOf(ErrnoException.class);
        }
    }

    @Test
    void moreThanThereIsIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> Pages.map(arena, 1L << 60))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.OUT_OF_MEMORY));
        }
    }
}
