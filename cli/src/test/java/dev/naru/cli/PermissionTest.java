package dev.naru.cli;

import static dev.naru.cli.testing.Naru.asNobody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user who may not is told. Root may everything, so the command runs as the user 65534. */
@ExtendWith(NoLeaks.class)
class PermissionTest {
    @TempDir
    private Path classes;

    @TempDir
    private Path folder;

    private Path open;
    private Path secret;
    private Path closed;

    /** A folder that all may enter, with a FIFO for all, a FIFO and a file for nobody else, and a folder for nobody else. */
    @BeforeEach
    void make() throws Exception {
        open = folder.resolve("open");
        secret = folder.resolve("secret");
        closed = Files.createDirectory(folder.resolve("closed"));
        var _ = Files.writeString(folder.resolve("file"), "mine");
        var _ = Foreign.output("mkfifo", "-m", "666", open.toString());
        var _ = Foreign.output("mkfifo", "-m", "600", secret.toString());
        var _ = Foreign.output("mkfifo", "-m", "666", closed.resolve("orders").toString());
        var _ = Foreign.output("chmod", "755", folder.toString());
        var _ = Foreign.output(
                "chmod", "700", closed.toString(), folder.resolve("file").toString());
    }

    private Result run(String line) throws Exception {
        return asNobody(classes, line.split(" ", -1)).in(folder).run();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fifo create new",
                "fifo create --exist-ok new",
                "fifo create closed/new",
                "fifo create --exist-ok closed/orders",
                "fifo rm open",
                "fifo rm closed/orders",
                "fifo read secret",
                "fifo read --no-wait secret",
                "fifo read closed/orders",
                "fifo write secret",
                "fifo write --no-wait secret",
                "fifo write closed/orders",
                "ls closed",
                "ls --json closed",
                "ls closed/orders",
                "tour file",
                "tour closed/orders",
                "tour closed/missing"
            })
    void whoMayNotIsToldSo(String line) throws Exception {
        // when
        Result result = run(line);

        // then
        assertThat(result.failed(77, "denied").err())
                .contains(": permission denied")
                .contains("look at owner and mode with 'ls -ld ");
        assertThat(folder.resolve("new")).doesNotExist();
        assertThat(open).exists();
    }

    @Test
    void aDirectoryThatMayNotBeEnteredIsPassedOver() throws Exception {
        // when
        Result result = run("ls --json .");

        // then
        assertThat(Json.lines(result.endedWith(0).out()))
                .extracting(fifo -> fifo.get("address"))
                .containsExactly("fifo:open", "fifo:secret");
    }

    @Test
    void whereProcessesOfOthersAreHiddenLsSaysSo() throws Exception {
        try (Peer reader = Peer.start()) {
            // given a reader, and other processes, that are root's
            var _ = reader.send("try-open-read " + open).expectOk();

            // when
            Result table = run("ls open");
            Result json = asNobody(Files.createDirectory(classes.resolve("again")), "ls", "--json", "open")
                    .in(folder)
                    .run();

            // then
            String words = "naru: ? is shown where processes of other users may be; root sees them\n";
            assertThat(table.endedWith(0).err()).isEqualTo(words);
            assertThat(table.out().lines().skip(1)).first().asString().matches("666 +\\S+ +\\? +\\? +fifo:open");
            assertThat(json.endedWith(0).err()).isEqualTo(words);
            assertThat(Json.line(json.out().strip()))
                    .containsEntry("readers", Json.NULL)
                    .containsEntry("writers", Json.NULL);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ls closed, closed: permission denied (open: EACCES)",
        "ls entered, entered: permission denied (statx: EACCES)",
        "tour file, file: permission denied (open: EACCES)",
        "tour closed/missing, closed/missing: permission denied (statx: EACCES)"
    })
    void whoMayNotIsToldInWhichCall(String line, String words) throws Exception {
        // given
        var _ = Files.createDirectory(folder.resolve("entered"));
        var _ = Foreign.output("chmod", "744", folder.resolve("entered").toString());

        // when
        Result result = run(line);

        // then
        assertThat(result.failed(77, "denied").err()).startsWith("naru: " + words + "\n");
    }

    @Test
    void aModeForAllLetsOthersIn() throws Exception {
        // when
        Result result = run("fifo read --no-wait open");

        // then
        assertThat(result.succeeded().out()).isEmpty();
    }

    @Test
    void aDirectoryForAllTakesFifosOfOthers() throws Exception {
        // given
        var _ = Foreign.output("chmod", "777", folder.toString());

        // when
        Result result = run("fifo create new");

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(Foreign.output(
                        "stat", "-c", "%F %a %u", folder.resolve("new").toString()))
                .isEqualTo("fifo 600 65534\n");
    }
}
