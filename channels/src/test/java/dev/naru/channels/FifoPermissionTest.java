package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user who may not is told. Root may everything, so the refused side runs as the user 65534. */
@ExtendWith(NoLeaks.class)
class FifoPermissionTest {
    @TempDir
    private Path folder;

    private JavaProgram program;

    @BeforeEach
    void copyClasses() throws Exception {
        program = JavaProgram.of(RefusedMain.class).needing(Fifo.class).packedInto(folder);
    }

    private String asNobody(String what, Path path) throws Exception {
        return Foreign.output(JavaProgram.asNobody(program.command(what, path.toString())))
                .strip();
    }

    /** Does one thing to a FIFO, and says what refused it. */
    static final class RefusedMain {
        private RefusedMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try {
                act(arguments[0], Path.of(arguments[1]));
                System.out.println("allowed");
            } catch (ErrnoException refused) {
                System.out.println(refused.problem() + " " + refused.call() + ": "
                        + refused.errno().name() + " | " + refused.remedy());
            }
        }

        private static void act(String what, Path path) throws Exception {
            switch (what) {
                case "create" -> Fifo.create(path);
                case "openOrCreate" -> Fifo.openOrCreate(path);
                case "open" -> Fifo.open(path);
                case "remove" -> Fifo.remove(path);
                case "read" ->
                    Fifo.open(path)
                            .openReader(Duration.ofHours(1))
                            .orElseThrow()
                            .close();
                case "write" ->
                    Fifo.open(path)
                            .openWriter(Duration.ofHours(1))
                            .orElseThrow()
                            .close();
                case "try-read" -> Fifo.open(path).tryOpenReader().close();
                case "try-write" -> Fifo.open(path).tryOpenWriter();
                default -> throw new IllegalArgumentException(what);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "openOrCreate"})
    void aDirectoryThatMayNotBeChangedRefusesANewFifo(String what) throws Exception {
        // when
        String said = asNobody(what, folder.resolve("orders"));

        // then
        assertThat(said).startsWith("DENIED mkfifo: EACCES | look at owner and mode with 'ls -ld PATH'");
        assertThat(folder.resolve("orders")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "write", "try-read", "try-write"})
    void aFifoOfAnotherIsNotOpened(String what) throws Exception {
        // given
        Fifo fifo = Fifo.create(folder.resolve("orders"));

        // when
        String said = asNobody(what, fifo.path());

        // then
        assertThat(said).startsWith("DENIED open: EACCES");
    }

    @Test
    void aFifoInADirectoryOfAnotherIsNotRemoved() throws Exception {
        // given
        Fifo fifo = Fifo.create(folder.resolve("orders"), FifoOptions.mode(0666));

        // when
        String said = asNobody("remove", fifo.path());

        // then
        assertThat(said).startsWith("DENIED unlink: EACCES");
        assertThat(fifo.path()).exists();
    }

    @Test
    void aDirectoryThatMayNotBeSearchedHidesTheFifo() throws Exception {
        // given
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Fifo fifo = Fifo.create(closed.resolve("orders"), FifoOptions.mode(0666));
        var _ = Foreign.output("chmod", "700", closed.toString());

        // when
        String said = asNobody("open", fifo.path());

        // then
        assertThat(said).startsWith("DENIED statx: EACCES");
    }

    @Test
    void aModeForAllLetsOthersIn() throws Exception {
        // given
        Fifo fifo = Fifo.create(folder.resolve("orders"), FifoOptions.mode(0666));

        // when
        String said = asNobody("try-read", fifo.path());

        // then
        assertThat(said).isEqualTo("allowed");
    }
}
