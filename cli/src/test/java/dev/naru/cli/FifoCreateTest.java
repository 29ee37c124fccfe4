package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru fifo create}, judged by stat(1). */
@ExtendWith(NoLeaks.class)
class FifoCreateTest {
    @TempDir
    private Path folder;

    private Path orders;

    @BeforeEach
    void name() {
        orders = folder.resolve("orders");
    }

    private static String stat(Path path) throws Exception {
        return Foreign.output("stat", "-c", "%F %a", path.toString()).strip();
    }

    private Result create(String... arguments) throws Exception {
        String[] line = new String[arguments.length + 2];
        line[0] = "fifo";
        line[1] = "create";
        System.arraycopy(arguments, 0, line, 2, arguments.length);
        return naru(line).in(folder).run();
    }

    @Test
    void aNewFifoIsForItsOwnerAlone() throws Exception {
        // when
        Result result = create(orders.toString());

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(stat(orders)).isEqualTo("fifo 600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "./orders", "fifo:orders"})
    void pathAndAddressNameTheSame(String name) throws Exception {
        // when
        Result result = create(name);

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(stat(orders)).isEqualTo("fifo 600");
    }

    @Test
    void severalAreMadeAtOnce() throws Exception {
        // when
        Result result = create("a", "fifo:b", "c");

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("a", "b", "c");
    }

    @ParameterizedTest
    @CsvSource({"--mode 660, 660", "--mode=0660, 660", "-m 777, 777", "-m0, 0", "--mode 20, 20"})
    void theModeIsExactUnderAnyUmask(String option, String mode) throws Exception {
        // when
        Result result = shell("umask 077; naru fifo create " + option + " orders")
                .in(folder)
                .run();

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(stat(orders)).isEqualTo("fifo " + mode);
    }

    @Test
    void anExistingFifoIsRefused() throws Exception {
        // given
        var _ = Foreign.output("mkfifo", orders.toString());

        // when
        Result result = create(orders.toString());

        // then
        assertThat(result.failed(65, "exists").err()).contains(orders + ": it exists already");
    }

    @Test
    void anExistingFifoIsAsGoodWithExistOkAndKeepsItsMode() throws Exception {
        // given
        var _ = Foreign.output("mkfifo", "-m", "644", orders.toString());

        // when
        Result result = create("--exist-ok", "--mode", "660", orders.toString());

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(stat(orders)).isEqualTo("fifo 644");
    }

    @Test
    void existOkMakesTheFifoThatIsMissing() throws Exception {
        // when
        Result result = create("--exist-ok", "--mode", "660", orders.toString());

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(stat(orders)).isEqualTo("fifo 660");
    }

    @Test
    void existOkDoesNotTakeAFileForAFifo() throws Exception {
        // given
        var _ = Files.writeString(orders, "mine");

        // when
        Result result = create("--exist-ok", orders.toString());

        // then
        var _ = result.failed(65, "not-a-fifo");
        assertThat(orders).hasContent("mine");
    }

    @Test
    void existOkDoesNotTakeADanglingLinkForAFifo() throws Exception {
        // given
        var _ = Files.createSymbolicLink(orders, Path.of("nowhere"));

        // when
        Result result = create("--exist-ok", orders.toString());

        // then
        var _ = result.failed(65, "not-a-fifo");
    }

    @Test
    void aMissingDirectoryIsNamedWithItsRemedy() throws Exception {
        // when
        Result result = create("missing/orders");

        // then
        assertThat(result.failed(65, "no-directory").err())
                .contains("missing/orders: its directory does not exist")
                .contains("mkdir -p");
    }

    @Test
    void aFileIsNoDirectory() throws Exception {
        // given
        var _ = Files.writeString(folder.resolve("file"), "");

        // when
        Result result = create("file/orders");

        // then
        assertThat(result.failed(65, "not-a-directory").err()).doesNotContain("mkdir");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--exist-ok"})
    void aDirectoryThatTakesNoFileIsNotMissing(String option) throws Exception {
        // when
        Result result = option.isEmpty() ? create("/proc/orders") : create(option, "/proc/orders");

        // then
        assertThat(result.failed(65, "no-place").err()).doesNotContain("mkdir");
    }

    @Test
    void aFileInItsPlaceIsNoFifoThatCouldBeRemoved() throws Exception {
        // given
        var _ = Files.writeString(orders, "mine");

        // when
        Result result = create(orders.toString());

        // then
        assertThat(result.failed(65, "not-a-fifo").err()).doesNotContain("naru fifo rm");
        assertThat(orders).hasContent("mine");
    }

    @Test
    void aNameThatIsTooLongIsRefused() throws Exception {
        // when
        Result result = create("n".repeat(256));

        // then
        var _ = result.failed(65, "name-too-long");
    }

    @Test
    void aNameInAnyAlphabetIsKept() throws Exception {
        // when
        Result result = create("나루 ü");

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(stat(folder.resolve("나루 ü"))).isEqualTo("fifo 600");
    }

    @Test
    void twoAtOnceMakeOneWithExistOk() throws Exception {
        // when
        Result result = shell("naru fifo create --exist-ok orders & naru fifo create --exist-ok orders && wait $!")
                .in(folder)
                .run();

        // then
        assertThat(result.succeeded().out()).isEmpty();
        assertThat(stat(orders)).isEqualTo("fifo 600");
    }
}
