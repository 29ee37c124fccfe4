package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
    @ParameterizedTest
    @ValueSource(strings = {"fs/pipe-max-size", "fs/pipe-user-pages-soft", "fs/file-max"})
    void aLimitOfTheKernelIsNamedWithItsValue(String path) throws Exception {
        // given
        String value = Foreign.output("cat", "/proc/sys/" + path).strip();

        // when, then
        assertThat(Limits.kernel(path)).isEqualTo(path.replace('/', '.') + "=" + value);
    }

    @Test
    void aLimitThatCannotBeReadIsUnknown() {
        assertThat(Limits.kernel("fs/no-such-knob")).isEqualTo("fs.no-such-knob=unknown");
    }

    @Test
    void theLimitOfDescriptorsIsThatOfThisProcess() throws Exception {
        // given
        String[] limits = Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .findFirst()
                .orElseThrow()
                .split(" +", -1);

        // when, then
        assertThat(Limits.openDescriptors()).isEqualTo("RLIMIT_NOFILE=" + limits[3] + ", hard " + limits[4]);
        assertThat(Limits.softOpenDescriptors()).isEqualTo(Long.parseLong(limits[3]));
    }
}
