package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Naru;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What people see on a terminal, which script(1) gives us. */
@ExtendWith(NoLeaks.class)
class TerminalTest {
    private static final String ERASE = "\r\033[K";

    @TempDir
    private Path folder;

    /** What a terminal gets; standard output of the command goes there too unless the line says otherwise. */
    private String onTerminal(String line) throws Exception {
        Result result = Naru.shell("script -qec \"$(declare -f naru); " + line + "\" /dev/null")
                .in(folder)
                .run();
        return result.succeeded().out();
    }

    @Test
    void aBarShowsHowFarTheFileHasCome() throws Exception {
        // when
        String seen = onTerminal("naru tour --only pipe");

        // then
        assertThat(seen)
                .contains(": its SHA-256" + ERASE + "pipe: two processes start" + ERASE + "pipe: [")
                .containsPattern("\r\033\\[Kpipe: \\[#*\\.*] \\d+ of 64 MiB\r")
                .contains(ERASE + "pipe: ping-pong" + ERASE + "mechanism ");
        List<String> bars = seen.lines()
                .flatMap(line -> List.of(line.split("\033\\[K", -1)).stream())
                .filter(step -> step.startsWith("pipe: ["))
                .toList();
        assertThat(bars).allMatch(bar -> bar.matches("pipe: \\[#*\\.*] \\d+ of 64 MiB\r?"));
        assertThat(bars).extracting(bar -> bar.indexOf(']')).containsOnly("pipe: [".length() + 30);
        assertThat(bars).extracting(bar -> bar.lastIndexOf('#')).isSorted();
    }

    @Test
    void theTableStandsOnALineThatIsFree() throws Exception {
        // when
        String seen = onTerminal("naru tour --only pipe");

        // then
        List<String> lines = seen.replace("\r\n", "\n").lines().toList();
        assertThat(lines.get(lines.size() - 3)).endsWith("kernel object").contains(ERASE.substring(1) + "mechanism ");
        assertThat(lines.getLast()).startsWith("on this machine:");
    }

    @Test
    void theBarIsNotData() throws Exception {
        // when
        String seen = onTerminal("naru tour --only pipe > file");

        // then
        assertThat(seen).contains("pipe: [").doesNotContain("kernel object");
        assertThat(folder.resolve("file"))
                .content()
                .startsWith("mechanism ")
                .doesNotContain("\033", "\r", "pipe: [")
                .contains("\non this machine:");
    }
}
