package dev.naru.cli;

import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard output that does not take what the command has for it. */
@ExtendWith(NoLeaks.class)
class OutputTest {
    /** Descriptor 4 becomes a pipe whose only reader is gone. */
    private static final String BROKEN = "exec 3<>broken 4>broken 3<&-; ";

    @TempDir
    private Path folder;

    private Path orders;

    @BeforeEach
    void make() throws Exception {
        orders = folder.resolve("orders");
        var _ = Foreign.output(
                "mkfifo", orders.toString(), folder.resolve("broken").toString());
        var _ = Files.writeString(folder.resolve("file"), "hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "explain",
                "explain --json EPIPE",
                "ls .",
                "ls --json .",
                "doctor",
                "doctor --json",
                "completion bash",
                "--help",
                "fifo read --help",
                "--version"
            })
    void dataThatCannotBeWrittenIsNotLostInSilence(String command) throws Exception {
        for (String target : new String[] {" >&4", " >/dev/full", " >&-"}) {
            // when
            Result result =
                    shell(BROKEN + "naru " + command + target).in(folder).run();

            // then
            assertThat(result.endedWith(69).err()).as(target).contains("naru: standard output: ");
            assertThat(result.out()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " --json"})
    void aTourThatCannotTellIsNoSuccess(String option) throws Exception {
        // when
        Result result = shell(BROKEN + "naru tour --only pipe" + option + " file >&4")
                .in(folder)
                .run();

        // then
        assertThat(result.endedWith(69).err()).contains("code: output-lost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"head -c 1 > first", "perl -e 'sysread STDIN, $x, 1' "})
    void aReaderOfStandardOutputThatGoesIsAnError(String taker) throws Exception {
        try (Peer writer = Peer.start();
                Program reader = shell("naru fifo read orders | " + taker + "; exit ${PIPESTATUS[0]}")
                        .in(folder)
                        .start()) {
            // given
            var _ = writer.tell("open-write " + orders);

            // when
            String answer = writer.ask("write " + (1 << 20) + " 1");

            // then
            assertThat(answer).startsWith("error EPIPE ");
            assertThat(reader.end().failed(69, "reader-gone").err())
                    .startsWith("naru: standard output: every reader has gone ");
        }
    }

    @Test
    void aReaderThatIsGoneFromTheStartIsAnErrorToo() throws Exception {
        // when
        Result result = shell(BROKEN + "echo hello > orders & naru fifo read orders >&4")
                .in(folder)
                .run();

        // then
        var _ = result.failed(69, "reader-gone");
    }

    @Test
    void aDiskThatIsFullIsAnError() throws Exception {
        // when
        Result result = shell("echo hello > orders & naru fifo read orders > /dev/full")
                .in(folder)
                .run();

        // then
        var _ = result.failed(69, "no-space");
    }

    @Test
    void aClosedStandardOutputIsAnError() throws Exception {
        // when
        Result result = shell("echo hello > orders & naru fifo read orders >&-")
                .in(folder)
                .run();

        // then
        assertThat(result.failed(65, "bad-descriptor").err()).startsWith("naru: standard output: ");
    }

    @Test
    void aStandardOutputThatIsOnlyForReadingIsAnError() throws Exception {
        // when
        Result result = shell("echo hello > orders & naru fifo read orders 1< file")
                .in(folder)
                .run();

        // then
        assertThat(result.endedWith(65).err()).contains("code: ");
        assertThat(folder.resolve("file")).hasContent("hello");
    }

    @Test
    void aClosedStandardErrorHarmsNothing() throws Exception {
        // when
        Result result = shell("echo hello > orders & naru fifo read orders 2>&-; naru fifo read missing 2>&-")
                .in(folder)
                .run();

        // then
        assertThat(result.endedWith(65).out()).isEqualTo("hello\n");
    }
}
