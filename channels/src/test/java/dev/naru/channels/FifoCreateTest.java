package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The node: create, open, openOrCreate, remove, and what each refuses. */
@ExtendWith(NoLeaks.class)
class FifoCreateTest {
    @TempDir
    private Path folder;

    private static ErrnoException refused(Problem problem, Errno errno, ThrowingCallable call) {
        ErrnoException refused = catchThrowableOfType(ErrnoException.class, call);
        assertThat(refused).as("refusal").isNotNull();
        assertThat(refused.problem()).isEqualTo(problem);
        assertThat(refused.errno()).isEqualTo(errno);
        return refused;
    }

    private static String stat(String format, Path path) throws Exception {
        return Foreign.output("stat", "-c", format, path.toString()).strip();
    }

    private static String typeAndMode(Path path) {
        try {
            FileStatus status = FileStatus.of(path);
            return status.type() + " " + Integer.toOctalString(status.mode());
        } catch (ErrnoException gone) {
            return gone.getMessage();
        }
    }

    @Test
    void createMakesAFifoForItsOwnerAlone() throws Exception {
        // when
        Fifo fifo = Fifo.create(folder.resolve("orders"));

        // then
        assertThat(stat("%F %a", fifo.path())).isEqualTo("fifo 600");
        assertThat(fifo).hasToString("fifo:" + fifo.path());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0600, 0640, 0666, 0777, 0200})
    void theModeIsExactlyWhatWasAskedForWhateverTheUmask(int mode) throws Exception {
        // given the umask of this process, which a JVM cannot change, and one that takes all
        Path path = folder.resolve("orders");
        List<String> java =
                JavaProgram.of(CreateMain.class).needing(Fifo.class).command(path.toString(), Integer.toString(mode));
        List<String> shell = new ArrayList<>(List.of("sh", "-c", "umask 777; exec \"$@\"", "sh"));
        shell.addAll(java);

        // when
        String said = Foreign.output(shell);

        // then
        assertThat(said).isEqualTo("made\n");
        assertThat(Integer.parseInt(stat("%a", path), 8)).isEqualTo(mode);
    }

    /** Makes a FIFO, or says what refused it. */
    static final class CreateMain {
        private CreateMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) {
            Path path = Path.of(arguments[0]);
            try {
                var _ = Fifo.create(path, FifoOptions.mode(Integer.parseInt(arguments[1])));
                System.out.println("made");
            } catch (ErrnoException refused) {
                System.out.println(refused.problem() + " " + refused.errno().name());
            }
        }
    }

    @Test
    void aModeIsPermissionsAndNothingElse() {
        assertThatThrownBy(() -> FifoOptions.mode(010_000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FifoOptions.mode(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void createRefusesWhatExists() throws Exception {
        // given
        Path fifo = folder.resolve("fifo");
        var _ = Fifo.create(fifo);
        Path file = Files.createFile(folder.resolve("file"));
        Path dangling = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));

        // when, then
        for (Path path : List.of(fifo, file, folder, dangling)) {
            var refused = refused(Problem.EXISTS, Errno.EEXIST, () -> Fifo.create(path));
            assertThat(refused.call()).isEqualTo("mkfifo");
            assertThat(refused.target()).isEqualTo("fifo:" + path);
        }
    }

    @Test
    void aMissingDirectoryIsNamedAsSuch() {
        // given
        Path path = folder.resolve("missing/orders");

        // when, then
        var _ = refused(Problem.NO_DIRECTORY, Errno.ENOENT, () -> Fifo.create(path));
        var _ = refused(Problem.NO_DIRECTORY, Errno.ENOENT, () -> Fifo.openOrCreate(path));
    }

    @Test
    void aDirectoryThatTakesNothingIsNotMissing() {
        // when, then
        var _ = refused(Problem.NO_PLACE, Errno.ENOENT, () -> Fifo.create(Path.of("/proc/orders")));
    }

    @Test
    void aDirectoryWhoseFileSystemHasNoFifosIsNoQuestionOfPermission() {
        // given one that its owner may write to, and where only the kernel makes files
        Path directory = Path.of("/dev/pts");
        if (System.getenv("CI") == null) { // where nothing is skipped
            assumeTrue(Files.isWritable(directory), "this user may not write to " + directory);
        }

        // when, then
        var _ = refused(Problem.NO_PLACE, Errno.EPERM, () -> Fifo.create(directory.resolve("orders")));
        var _ = refused(Problem.NO_PLACE, Errno.EPERM, () -> Fifo.openOrCreate(directory.resolve("orders")));
    }

    @Test
    void aFileInPlaceOfADirectoryIsNoDirectory() throws Exception {
        // given
        Path path = Files.createFile(folder.resolve("file")).resolve("orders");

        // when, then
        var _ = refused(Problem.NOT_A_DIRECTORY, Errno.ENOTDIR, () -> Fifo.create(path));
        var _ = refused(Problem.NOT_A_DIRECTORY, Errno.ENOTDIR, () -> Fifo.openOrCreate(path));
        var _ = refused(Problem.NOT_A_DIRECTORY, Errno.ENOTDIR, () -> Fifo.open(path));
    }

    @Test
    void aNameThatIsTooLongIsNamedAsSuch() {
        // given one letter more than a name may have
        Path path = folder.resolve("x".repeat(256));

        // when, then
        var _ = refused(Problem.NAME_TOO_LONG, Errno.ENAMETOOLONG, () -> Fifo.create(path));
        var _ = refused(Problem.NAME_TOO_LONG, Errno.ENAMETOOLONG, () -> Fifo.open(path));
        var _ = refused(Problem.NAME_TOO_LONG, Errno.ENAMETOOLONG, () -> Fifo.openOrCreate(path));
        var _ = refused(Problem.NAME_TOO_LONG, Errno.ENAMETOOLONG, () -> Fifo.remove(path));
    }

    @Test
    void openFindsWhatAnotherProgramMade() throws Exception {
        // given
        Path path = folder.resolve("foreign");
        var _ = Foreign.output("mkfifo", path.toString());

        // when
        Fifo fifo = Fifo.open(path);

        // then
        assertThat(fifo.path()).isEqualTo(path);
    }

    @Test
    void openFollowsALinkToAFifo() throws Exception {
        // given
        Path link = Files.createSymbolicLink(
                folder.resolve("link"), Fifo.create(folder.resolve("orders")).path());

        // when, then
        assertThat(Fifo.open(link).path()).isEqualTo(link);
        assertThat(Fifo.openOrCreate(link).path()).isEqualTo(link);
    }

    @Test
    void whatIsMissingIsNotOpened() {
        // given
        Path path = folder.resolve("missing");

        // when, then
        var _ = refused(Problem.NO_FIFO, Errno.ENOENT, () -> Fifo.open(path));
        var _ = refused(Problem.NO_FIFO, Errno.ENOENT, () -> Fifo.remove(path));
    }

    @Test
    void aMissingDirectoryIsNamedAlsoWhenOneIsOpened() {
        // given
        Path path = folder.resolve("missing/orders");

        // when, then
        var _ = refused(Problem.NO_DIRECTORY, Errno.ENOENT, () -> Fifo.open(path));
        var _ = refused(Problem.NO_DIRECTORY, Errno.ENOENT, () -> Fifo.openOrCreate(path));
        var _ = refused(Problem.NO_DIRECTORY, Errno.ENOENT, () -> Fifo.remove(path));
    }

    @Test
    void whatIsNoFifoIsNeitherOpenedNorRemoved() throws Exception {
        // given
        Path file = Files.createFile(folder.resolve("file"));
        Path directory = Files.createDirectory(folder.resolve("directory"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);

        // when, then
        for (Path path : List.of(file, directory, link, Path.of("/dev/null"))) {
            var _ = refused(Problem.NOT_A_FIFO, Errno.UNKNOWN, () -> Fifo.open(path));
            var _ = refused(Problem.NOT_A_FIFO, Errno.UNKNOWN, () -> Fifo.openOrCreate(path));
            var _ = refused(Problem.NOT_A_FIFO, Errno.UNKNOWN, () -> Fifo.remove(path));
            assertThat(Files.exists(path)).isTrue();
        }
    }

    @Test
    void aLinkThatLeadsNowhereIsNoFifoAndNotAReasonToGoOnForEver() throws Exception {
        // given
        Path dangling = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));

        // when, then
        var _ = refused(Problem.NOT_A_FIFO, Errno.UNKNOWN, () -> Fifo.openOrCreate(dangling));
    }

    @Test
    void removeTakesTheFifoAndNotALinkToIt() throws Exception {
        // given
        Fifo fifo = Fifo.create(folder.resolve("orders"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), fifo.path());

        // when, then
        var _ = refused(Problem.NOT_A_FIFO, Errno.UNKNOWN, () -> Fifo.remove(link));
        fifo.remove();
        assertThat(fifo.path()).doesNotExist();
        var _ = refused(Problem.NO_FIFO, Errno.ENOENT, fifo::remove);
    }

    @Test
    void openOrCreateChangesNothingOfWhatIsThere() throws Exception {
        // given
        Path path = folder.resolve("orders");
        var _ = Fifo.create(path, FifoOptions.mode(0644));
        String before = stat("%i %a", path);

        // when
        var _ = Fifo.openOrCreate(path, FifoOptions.mode(0600));

        // then
        assertThat(stat("%i %a", path)).isEqualTo(before);
    }

    @Test
    void twoProcessesThatOpenOrCreateAtOnceBothSucceed() throws Exception {
        // given a race that is run many times
        List<String> race = new ArrayList<>(List.of("sh", "-c", "\"$@\" & \"$@\" & wait", "sh"));
        race.addAll(JavaProgram.of(OpenOrCreateMain.class).needing(Fifo.class).command(folder.toString(), "500"));

        // when
        String said = Foreign.output(race);

        // then
        assertThat(said).isEqualTo("there\nthere\n");
        try (Stream<Path> made = Files.list(folder)) {
            assertThat(made.map(FifoCreateTest::typeAndMode)).hasSize(500).containsOnly("FIFO 600");
        }
    }

    /** Makes sure of many FIFOs. */
    static final class OpenOrCreateMain {
        private OpenOrCreateMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                var _ = Fifo.openOrCreate(Path.of(arguments[0], "orders-" + i));
            }
            System.out.println("there");
        }
    }
}
