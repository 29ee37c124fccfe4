package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru ls}: FIFOs that others made, and others that have them open. */
@ExtendWith(NoLeaks.class)
class LsTest {
    @TempDir
    private Path folder;

    private Path orders;

    @BeforeEach
    void make() throws Exception {
        orders = folder.resolve("orders");
        var _ = Foreign.output("mkfifo", "-m", "640", orders.toString());
    }

    private Result ls(String... arguments) throws Exception {
        String[] line = new String[arguments.length + 1];
        line[0] = "ls";
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        return naru(line).in(folder).run();
    }

    /** A process that has the FIFO open, as JSON shows it. */
    private static Map<String, Object> holder(long pid, String name, Object descriptor) {
        return Map.of("pid", pid, "name", name, "fd", descriptor);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> holders(Map<String, Object> fifo, String side) {
        return (List<Map<String, Object>>) fifo.get(side);
    }

    @Test
    void readerAndWriterAreShownWithNameAndPid() throws Exception {
        try (Peer reader = Peer.start();
                Peer writer = Peer.start()) {
            // given
            var _ = reader.send("open-read " + orders);
            var _ = writer.tell("open-write " + orders);
            var _ = reader.expectOk();

            // when
            Result result = ls(folder.toString());

            // then
            List<String> lines = result.succeeded().out().lines().toList();
            assertThat(lines).hasSize(2);
            assertThat(lines.getFirst().split(" +", -1))
                    .containsExactly("mode", "owner", "readers", "writers", "address");
            assertThat(lines.getLast().split(" +", -1))
                    .containsExactly(
                            "640",
                            Files.getOwner(orders).getName(),
                            "perl(" + reader.pid() + ")",
                            "perl(" + writer.pid() + ")",
                            "fifo:" + orders);
        }
    }

    @Test
    void jsonHasOneObjectAFifoWithWhoHasItOpen() throws Exception {
        try (Peer reader = Peer.start();
                Peer writer = Peer.start()) {
            // given
            var _ = reader.send("open-read " + orders);
            var _ = writer.tell("open-write " + orders);
            var _ = reader.expectOk();

            // when
            Result result = ls("--json", folder.toString());

            // then
            List<Map<String, Object>> fifos = Json.lines(result.succeeded().out());
            assertThat(fifos).hasSize(1);
            Map<String, Object> fifo = fifos.getFirst();
            assertThat(fifo.keySet())
                    .containsExactly("address", "mode", "uid", "owner", "inode", "readers", "writers", "orphaned");
            assertThat(fifo)
                    .containsEntry("address", "fifo:" + orders)
                    .containsEntry("mode", "640")
                    .containsEntry("uid", ((Integer) Files.getAttribute(orders, "unix:uid")).longValue())
                    .containsEntry("owner", Files.getOwner(orders).getName())
                    .containsEntry("inode", Files.getAttribute(orders, "unix:ino"));
            Object readsAt = holders(fifo, "readers").getFirst().get("fd");
            Object writesAt = holders(fifo, "writers").getFirst().get("fd");
            assertThat(holders(fifo, "readers")).containsExactly(holder(reader.pid(), "perl", readsAt));
            assertThat(holders(fifo, "writers")).containsExactly(holder(writer.pid(), "perl", writesAt));
            assertThat(Path.of("/proc/" + reader.pid() + "/fd/" + readsAt).toRealPath())
                    .isEqualTo(orders);
            assertThat(Path.of("/proc/" + writer.pid() + "/fd/" + writesAt).toRealPath())
                    .isEqualTo(orders);
        }
    }

    @Test
    void whoReadsAndWritesIsShownOnBothSides() throws Exception {
        try (Program holder =
                shell("exec 3<>orders; echo held; read -u 3 line").in(folder).start()) {
            // given
            var _ = holder.await("it is open", () -> holder.out().equals("held\n"));

            // when
            Result result = ls("--json", ".");

            // then
            Map<String, Object> fifo = Json.line(result.succeeded().out().strip());
            assertThat(holders(fifo, "readers")).containsExactly(holder(holder.pid(), "bash", 3L));
            assertThat(holders(fifo, "writers")).containsExactly(holder(holder.pid(), "bash", 3L));
        }
    }

    @Test
    void aFifoThatNobodyHasOpenShowsNobody() throws Exception {
        // when
        Result result = ls(folder.toString());

        // then
        assertThat(result.succeeded().out()).containsPattern("640 +\\w+ +- +- +fifo:.*orders\n");
        Map<String, Object> fifo = Json.line(ls("--json", ".").succeeded().out().strip());
        assertThat(fifo).containsEntry("readers", List.of()).containsEntry("writers", List.of());
    }

    @Test
    void withoutADirectoryItLooksHereAndBelow() throws Exception {
        // given
        Path below = Files.createDirectories(folder.resolve("a/b"));
        var _ = Foreign.output("mkfifo", below.resolve("deep").toString());

        // when
        Result result = ls("--json");

        // then
        assertThat(Json.lines(result.succeeded().out()))
                .extracting(found -> found.get("address").toString())
                .filteredOn(address -> address.startsWith("fifo:")) // whatever else this machine has
                .containsExactly("fifo:a/b/deep", "fifo:orders");
    }

    @Test
    void severalDirectoriesAreListedInTheirOrder() throws Exception {
        // given
        Path other = Files.createDirectory(folder.resolve("other"));
        var _ = Foreign.output(
                "mkfifo", other.resolve("b").toString(), other.resolve("a").toString());
        Path third = Files.createDirectory(folder.resolve("third"));
        var _ = Foreign.output("mkfifo", third.resolve("c").toString());

        // when
        Result result = ls("--json", "third", "other");

        // then
        assertThat(Json.lines(result.succeeded().out()))
                .extracting(fifo -> fifo.get("address"))
                .containsExactly("fifo:third/c", "fifo:other/a", "fifo:other/b");
    }

    @Test
    void aFifoMayBeNamedItself() throws Exception {
        // when
        Result result = ls("--json", "orders");

        // then
        assertThat(Json.line(result.succeeded().out().strip())).containsEntry("address", "fifo:orders");
    }

    @Test
    void onlyFifosAreListed() throws Exception {
        // given
        Path other = Files.createDirectory(folder.resolve("other"));
        var _ = Files.writeString(other.resolve("file"), "");
        var _ = Files.createSymbolicLink(other.resolve("link"), orders);
        var _ = Foreign.output(
                "python3",
                "-c",
                "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
                other + "/socket");

        // when
        Result result = ls("other");

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(ls("--json", "other").succeeded().out()).isEmpty();
    }

    @Test
    void namesInAnyAlphabetArePrintedAsTheyAre() throws Exception {
        // given
        Path other = Files.createDirectory(folder.resolve("other"));
        String name = "나루 \"ü\"\n\\";
        var _ = Foreign.output("mkfifo", other.resolve(name).toString());

        // when
        Result result = ls("--json", "other");

        // then
        assertThat(Json.line(result.succeeded().out().strip())).containsEntry("address", "fifo:other/" + name);
    }

    @Test
    void namesBreakNoTable() throws Exception {
        // given
        Path other = Files.createDirectory(folder.resolve("other"));
        String name = "a b\nc\033\\\u0085ü";
        var _ = Foreign.output("mkfifo", other.resolve(name).toString());
        String foreign = Foreign.output("env", "LC_ALL=C.UTF-8", "ls", "-b", other.toString());

        // when
        Result result = ls("other");

        // then
        List<String> lines = result.succeeded().out().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.getLast()).endsWith(" fifo:other/" + foreign.strip());
    }

    @Test
    void aLinkIsFollowedWhenItIsNamed() throws Exception {
        // given
        Path other = Files.createDirectory(folder.resolve("other"));
        var _ = Files.createSymbolicLink(other.resolve("fifo"), orders);
        var _ = Files.createSymbolicLink(other.resolve("directory"), folder);

        // when
        Result result = ls("--json", "other/fifo", "other/directory");

        // then
        assertThat(Json.lines(result.succeeded().out()))
                .extracting(fifo -> fifo.get("address"))
                .containsExactly("fifo:other/fifo", "fifo:other/directory/orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "/dev/null"})
    void whatIsNeitherDirectoryNorFifoIsAnError(String name) throws Exception {
        // given
        var _ = Files.writeString(folder.resolve("file"), "");

        // when
        Result result = ls(name);

        // then
        assertThat(result.failed(65, "not-a-fifo").err()).contains(name + ": it exists, but is not a FIFO");
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "missing/below", "orders/below"})
    void aDirectoryThatIsNotThereIsAnError(String name) throws Exception {
        // when
        Result result = ls(name);

        // then
        assertThat(result.endedWith(65).err()).contains(name + ": ");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void processesThatComeAndGoMeanwhileDoNoHarm() throws Exception {
        // given
        try (Program churn = shell("while :; do /bin/true; done").start()) {
            for (int i = 0; i < 5; i++) {
                // when
                Result result = ls("--json", ".");

                // then
                assertThat(Json.lines(result.succeeded().out())).hasSize(1);
            }
            assertThat(churn.children()).hasSizeLessThan(2);
        }
    }
}
