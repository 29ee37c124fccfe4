package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts of {@code naru completion}, in the shells that they are for. */
@ExtendWith(NoLeaks.class)
class CompletionTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void aFileToComplete() throws Exception {
        var _ = Files.writeString(folder.resolve("zebra"), "");
    }

    /** Runs a line in a shell that has read our script and nothing of the user's; what it printed. */
    private String in(String shell, String option, String line) throws Exception {
        requireShell(shell);
        Result script = naru("completion", shell).run().succeeded();
        var _ = Files.writeString(folder.resolve("script"), script.out());
        return Foreign.output(
                "env",
                "-C",
                folder.toString(),
                "HOME=" + folder,
                "XDG_CONFIG_HOME=" + folder.resolve("config"),
                "XDG_DATA_HOME=" + folder.resolve("data"),
                shell,
                option,
                "-c",
                line);
    }

    private static void requireShell(String shell) throws Exception {
        Process which = new ProcessBuilder("sh", "-c", "command -v " + shell).start();
        try (var _ = which.getOutputStream();
                var _ = which.getInputStream();
                var _ = which.getErrorStream()) {
            assertThat(which.waitFor())
                    .as("%s is not installed: apt-get install -y %s", shell, shell)
                    .isZero();
        }
    }

    /** What bash offers for the last of the words. Only its editor has compopt, so that one complains. */
    private List<String> bash(String words) throws Exception {
        String[] all = words.split(" ", -1);
        return in(
                        "bash",
                        "--norc",
                        "source ./script && COMP_WORDS=(" + (words.endsWith(" ") ? words + "''" : words)
                                + ") COMP_CWORD=" + (all.length - 1)
                                + " && _complete_naru 2> errors && printf '%s\\n' \"${COMPREPLY[@]}\"")
                .lines()
                .toList();
    }

    /** What fish offers for a command line, without its descriptions. */
    private List<String> fish(String line) throws Exception {
        return in("fish", "--no-config", "source ./script && complete -C '" + line + "'")
                .lines()
                .map(offer -> offer.replaceFirst("\t.*", ""))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "naru fi, fifo",
        "naru fifo re, read",
        "naru fifo cr, create",
        "naru completion f, fish",
        "naru topic prod, produce",
        "naru ping --fl, --flood",
        "naru ls --a, --all",
        "naru topic consume --fr, --from",
        "naru tour --on, --only",
        "naru tour --only f, fifo",
        "naru tour --only = f, fifo", // bash makes three words of --only=f
        "'naru tour --only = pipe,f', 'pipe,fifo'",
        "'naru tour --only=pipe,f', '--only=pipe,fifo'", // who took = out of COMP_WORDBREAKS
        "naru tour --only=ring-b, --only=ring-busy",
        "naru fifo read --timeout = 5s zeb, zebra",
        "'naru tour --only pipe,f', 'pipe,fifo'",
        "'naru tour --only pipe,fifo,ring-b', 'pipe,fifo,ring-busy'",
        "naru help fi, fifo",
        "naru explain reader-g, reader-gone",
        "naru explain EPI, EPIPE",
        "naru fifo read --ti, --timeout",
        "naru fifo read zeb, zebra",
        "naru tour zeb, zebra"
    })
    void bashCompletes(String words, String expected) throws Exception {
        // when
        List<String> offered = bash(words);

        // then
        assertThat(offered).containsExactly(expected);
    }

    @Test
    void bashOffersEachCommand() throws Exception {
        // when
        List<String> offered = bash("naru ");

        // then
        assertThat(offered)
                .contains(
                        "tour",
                        "fifo",
                        "shm",
                        "mq",
                        "sem",
                        "ring",
                        "lock",
                        "topic",
                        "group",
                        "socket",
                        "rpc",
                        "relay",
                        "record",
                        "replay",
                        "ping",
                        "ls",
                        "rm",
                        "top",
                        "doctor",
                        "explain",
                        "completion",
                        "help",
                        "test",
                        "bench",
                        "stress",
                        "torture");
    }

    @Test
    void bashKnowsForWhichCommandTheScriptIs() throws Exception {
        // when
        String known = in("bash", "--norc", "source ./script && complete -p naru");

        // then
        assertThat(known).contains("-F _complete_naru");
    }

    @ParameterizedTest
    @CsvSource({
        "naru fi, fifo",
        "naru fifo r, read rm",
        "naru fifo re, read",
        "naru completion f, fish",
        "naru topic prod, produce",
        "naru ping --fl, --flood",
        "naru ls --a, --all",
        "naru topic consume --fr, --from",
        "naru tour --on, --only",
        "naru tour --only f, fifo",
        "'naru tour --only=pipe,f', '--only=pipe,fifo'",
        "naru tour --only=ring-b, --only=ring-busy",
        "'naru tour --only pipe,f', 'pipe,fifo'",
        "'naru tour --only pipe,fifo,ring-b', 'pipe,fifo,ring-busy'",
        "naru help fi, fifo",
        "naru explain reader-g, reader-gone",
        "naru explain EPI, EPIPE",
        "naru fifo read --ti, --timeout",
        "naru fifo read zeb, zebra",
        "naru tour zeb, zebra"
    })
    void fishCompletes(String line, String expected) throws Exception {
        // when
        List<String> offered = fish(line);

        // then
        assertThat(offered).containsExactlyInAnyOrder(expected.split(" ", -1));
    }

    @Test
    void fishOffersEachCommandAndNoFile() throws Exception {
        // when
        List<String> offered = fish("naru ");

        // then
        assertThat(offered)
                .containsExactlyInAnyOrder(
                        "tour",
                        "fifo",
                        "shm",
                        "mq",
                        "sem",
                        "ring",
                        "lock",
                        "topic",
                        "group",
                        "socket",
                        "rpc",
                        "relay",
                        "record",
                        "replay",
                        "ping",
                        "ls",
                        "rm",
                        "top",
                        "doctor",
                        "explain",
                        "completion",
                        "help",
                        "test",
                        "bench",
                        "stress",
                        "torture");
    }

    @Test
    void fishDescribesWhatItOffers() throws Exception {
        // when
        String offered = in("fish", "--no-config", "source ./script && complete -C 'naru '");

        // then
        assertThat(offered)
                .contains("fifo\tNamed pipes: make, read, write, remove.\n")
                .doesNotContain("%", "@|");
    }

    @Test
    void zshReadsTheScriptAndKnowsTheCommand() throws Exception {
        // when
        String known = in("zsh", "-f", "source ./script && print -r -- $_comps[naru]");

        // then
        assertThat(known).isEqualTo("_bash_complete -F _complete_naru -o default\n");
    }

    @ParameterizedTest
    @CsvSource({
        "naru fi, naru fifo",
        "naru fifo re, naru fifo read",
        "naru fifo read zeb, naru fifo read zebra",
        "naru tour --only=ring-b, naru tour --only=ring-busy",
        "'naru tour --only pipe,ring-b', 'naru tour --only pipe,ring-busy'",
        "'naru tour --only=pipe,ring-b', 'naru tour --only=pipe,ring-busy'"
    })
    void zshCompletesAtThePrompt(String words, String expected) throws Exception {
        // given
        var _ = Files.writeString(folder.resolve("typist"), """
                zmodload zsh/zpty
                zpty terminal zsh -f -i
                zpty -w terminal 'bindkey -e; PS1=; source ./script; echo rea""dy'
                while zpty -r terminal line && [[ $line != ready* ]]; do :; done
                zpty -w -n terminal $'%s\\t\\x01echo "<\\x05>"\\n'
                while zpty -r terminal line && [[ $line != '<'* ]]; do :; done
                print -rn -- $line
                """.formatted(words));

        // when
        String line = in("zsh", "-f", "source ./typist");

        // then
        assertThat(line.strip()).isEqualTo("<" + expected + ">");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void aScriptIsTheSameWhateverTheCaseOfItsShell(String shell) throws Exception {
        // when
        Result result = naru("completion", shell.toUpperCase(Locale.ROOT)).run();

        // then
        assertThat(result.succeeded()).isEqualTo(naru("completion", shell).run().succeeded());
    }
}
