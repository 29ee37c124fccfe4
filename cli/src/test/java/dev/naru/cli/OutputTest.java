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
                "help fifo read",
                "fifo read --help",
                "--version"
            })
    void dataThatCannotBeWrittenIsNotLostInSilence(String command) throws Exception {
        for (String target : new String[] {" >/dev/full", " >&-"}) {
            // when
            Result result = shell("naru " + command + target).in(folder).run();

            // then
            assertThat(result.failed(69, "output-lost").err())
                    .as(target)
                    .startsWith("naru: standard output: not all could be written ("
                            + (target.contains("full") ? "No space left on device" : "Bad file descriptor") + ")\n");
        }
    }

    /** As cat has it, which SIGPIPE ends: 128 and 13. */
    private static void assertEndsInSilence(Result result) {
        assertThat(result.endedWith(141).err()).isEmpty();
        assertThat(result.out()).isEmpty();
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
                "--version",
                "shm read memory",
                "shm stat memory",
                "ring tap --backlog ring",
                "ring receive ring",
                "ring receive --follow --json ring",
                "ring stat ring",
                "lock ls lock"
            })
    void whoseReaderHasGoneEndsInSilence(String command) throws Exception {
        // given
        String made = switch (command.substring(command.lastIndexOf(' ') + 1)) {
            case "memory" -> "naru shm create --size 1M ./memory; ";
            case "ring" -> "naru ring create ./ring && naru ring send ./ring hello; ";
            case "lock" -> "naru lock ./lock -- true; ";
            default -> "";
        };

        // when
        Result result = shell(made + BROKEN + "naru " + command.replaceFirst(" (memory|ring|lock)$", " ./$1") + " >&4")
                .in(folder)
                .run();

        // then
        assertEndsInSilence(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " --json"})
    void aTourThatNobodyReadsEndsInSilenceAndAtOnce(String option) throws Exception {
        // when
        Result result = shell(BROKEN + "naru tour --only pipe,fifo" + option + " file >&4")
                .in(folder)
                .run();

        // then
        assertThat(result.endedWith(141).err()).doesNotContain("code:");
        if (!option.isEmpty()) {
            assertThat(result.err()).doesNotContain("fifo: "); // its row would go nowhere
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"head -c 1 > first", "perl -e 'sysread STDIN, $x, 1' "})
    void whenTheReaderOfStandardOutputGoesItEndsInSilence(String taker) throws Exception {
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
            assertEndsInSilence(reader.end());
        }
    }

    @Test
    void aReaderThatIsGoneFromTheStartIsTheSame() throws Exception {
        // when
        Result result = shell(BROKEN + "echo hello > orders & naru fifo read orders >&4")
                .in(folder)
                .run();

        // then
        assertEndsInSilence(result);
    }

    @Test
    void aDiskThatIsFullIsAnError() throws Exception {
        // when
        Result fifo = shell("echo hello > orders & naru fifo read orders > /dev/full")
                .in(folder)
                .run();
        Result memory = shell("naru shm create --size 1M ./memory; naru shm read ./memory > /dev/full")
                .in(folder)
                .run();
        Result ring = shell(
                        "naru ring create ./ring; naru ring send ./ring hello; naru ring receive ./ring > /dev/full")
                .in(folder)
                .run();

        // then
        assertThat(fifo.failed(69, "no-space").err()).startsWith("naru: standard output: ");
        assertThat(memory.failed(69, "no-space").err()).startsWith("naru: standard output: ");
        assertThat(ring.failed(69, "output-lost").err()).contains("(No space left on device)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat orders & naru fifo write orders < .",
                "naru shm create --size 4K ./memory; naru shm write ./memory < .",
                "naru ring create ./ring; naru ring send ./ring < ."
            })
    void aDirectoryAsStandardInputIsBadDataAndNoRefusalOfTheKernel(String line) throws Exception {
        // when
        Result result = shell(line).in(folder).run();

        // then
        assertThat(result.failed(65, "is-a-directory").err())
                .startsWith("naru: standard input: it is a directory, and no file (");
    }

    @Test
    void aClosedStandardOutputIsAnError() throws Exception {
        // when
        Result result = shell("echo hello > orders & naru fifo read orders >&-")
                .in(folder)
                .run();

        // then
        assertThat(result.failed(69, "output-lost").err())
                .startsWith("naru: standard output: not all could be written (Bad file descriptor)\n");
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
