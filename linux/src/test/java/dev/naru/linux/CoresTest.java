package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoresTest {
    /** As the kernel shows it, such as {@code 0-1,4}. */
    private static String kernelSays() throws Exception {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    private static List<Integer> expand(String ranges) {
        return Arrays.stream(ranges.split(",", -1))
                .flatMapToInt(range -> {
                    String[] ends = range.split("-", -1);
                    return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
                })
                .boxed()
                .toList();
    }

    @Test
    void theAllowedCoresAreThoseOfTheKernel() throws Exception {
        assertThat(Cores.allowed()).isEqualTo(expand(kernelSays()));
    }

    @ParameterizedTest
    @CsvSource({
        "0-3, 0-1, 0, 2", // two threads a core, numbered in a row
        "0-3, '0,2', 0, 1", // one thread of each core first
        "4-7, 4-7, 4, 7", // one core only
        "3, 2-3, 3, 3",
        "0-1, 0, 0, 1"
    })
    void twoProcessesGetDifferentCoresBeforeTwoThreadsOfOne(String allowed, String siblings, int first, int second) {
        assertThat(Cores.pair(expand(allowed), _ -> expand(siblings))).isEqualTo(new Cores.Pair(first, second));
    }

    @Test
    void thePairOfThisMachineIsAllowed() throws Exception {
        // when
        Cores.Pair pair = Cores.pair();

        // then
        assertThat(Cores.allowed()).contains(pair.first(), pair.second());
        assertThat(pair.areTwo()).isEqualTo(Cores.allowed().size() > 1);
    }

    @Test
    void theKernelsListsAreRead() {
        assertThat(Cores.parse("0")).containsExactly(0);
        assertThat(Cores.parse("0-2,5,8-9")).containsExactly(0, 1, 2, 5, 8, 9);
    }

    @Test
    void aThreadIsPinnedAndNoOther() throws Exception {
        // given
        List<Integer> before = Cores.allowed();
        int core = before.getLast();

        // when
        String pinned = Task.start(ThreadKind.PLATFORM, () -> {
                    Cores.pin(core);
                    return kernelSays();
                })
                .result();

        // then
        assertThat(pinned).isEqualTo(Integer.toString(core));
        assertThat(Cores.allowed()).isEqualTo(before);
    }

    @Test
    void aCoreThatIsNotThereIsRefused() throws Exception {
        assertThatThrownBy(Task.start(ThreadKind.PLATFORM, () -> {
                    Cores.pin(1023);
                    return null;
                })::result)
                .hasCauseInstanceOf(ErrnoException.class);
    }
}
