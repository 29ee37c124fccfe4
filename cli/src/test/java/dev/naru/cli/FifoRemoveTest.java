package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru fifo rm} removes FIFOs, and nothing else. */
@ExtendWith(NoLeaks.class)
class FifoRemoveTest {
    @TempDir
    private Path folder;

    private Path orders;

    @BeforeEach
    void make() throws Exception {
        orders = folder.resolve("orders");
        var _ = Foreign.output("mkfifo", orders.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "fifo:orders"})
    void aFifoIsRemoved(String name) throws Exception {
        // when
        Result result = naru("fifo", "rm", name).in(folder).run();

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void severalAreRemovedAtOnce() throws Exception {
        // given
        var _ = Foreign.output("mkfifo", folder.resolve("more").toString());

        // when
        Result result = naru("fifo", "rm", "orders", "more").in(folder).run();

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whoHasItOpenKeepsIt() throws Exception {
        try (Peer reader = Peer.start();
                Peer writer = Peer.start()) {
            // given
            var _ = reader.send("open-read " + orders);
            var _ = writer.send("open-write " + orders).expectOk();
            var _ = reader.expectOk();

            // when
            Result result = naru("fifo", "rm", orders.toString()).run();

            // then
            var _ = result.succeeded();
            assertThat(writer.ask("write 1000 1")).isEqualTo("wrote 1000");
            assertThat(reader.ask("read 1000")).isEqualTo("read 1000 " + Payload.sha256(1, 1000));
            assertThat(orders).doesNotExist();
        }
    }

    @Test
    void aFileIsNotRemoved() throws Exception {
        // given
        Path file = Files.writeString(folder.resolve("file"), "mine");

        // when
        Result result = naru("fifo", "rm", file.toString()).run();

        // then
        var _ = result.failed(65, "not-a-fifo");
        assertThat(file).hasContent("mine");
    }

    @Test
    void aDirectoryIsNotRemoved() throws Exception {
        // when
        Result result = naru("fifo", "rm", folder.toString()).run();

        // then
        var _ = result.failed(65, "not-a-fifo");
        assertThat(folder).exists();
    }

    @Test
    void aLinkToAFifoIsNotRemoved() throws Exception {
        // given
        Path link = Files.createSymbolicLink(folder.resolve("link"), orders);

        // when
        Result result = naru("fifo", "rm", link.toString()).run();

        // then
        var _ = result.failed(65, "not-a-fifo");
        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(orders).exists();
    }

    @Test
    void theRestIsRemovedWhereOneCannotBe() throws Exception {
        // given
        var _ = Foreign.output("mkfifo", folder.resolve("more").toString());

        // when
        Result result =
                naru("fifo", "rm", "orders", "missing", "more").in(folder).run();

        // then
        assertThat(result.failed(65, "no-fifo").err()).startsWith("naru: fifo:missing: ");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsNotThereCannotBeRemoved() throws Exception {
        // when
        Result result = naru("fifo", "rm", "missing").in(folder).run();

        // then
        assertThat(result.failed(65, "no-fifo").err()).contains("missing: there is no such FIFO");
    }
}
