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
