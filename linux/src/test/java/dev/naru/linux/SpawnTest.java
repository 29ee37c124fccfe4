package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.OpenDescriptors;
import dev.naru.linux.testing.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a child starts with, and what is said when it cannot start. */
@ExtendWith(NoLeaks.class)
class SpawnTest {
    @TempDir
    private Path folder;

    private Pipe out;

    @BeforeEach
    void create() throws Exception {
        out = Pipe.create();
    }

    @AfterEach
    void close() {
        out.close();
    }

    private String outputOf(Map<String, String> environment, Path directory, String... command) throws Exception {
        ChildProcess child = new Spawn(List.of(command), environment, directory, Map.of(1, out.writer())).start();
        String said = out.readToEnd();
        assertThat(child.waitFor()).isEqualTo(new ExitStatus.Exited(0));
        return said;
    }

    private ErrnoException refused(Path directory, String... command) {
        return catchThrowableOfType(
                ErrnoException.class, () -> new Spawn(List.of(command), System.getenv(), directory, Map.of()).start());
    }

    private Path file(String content, String mode) throws Exception {
        Path file = Files.writeString(folder.resolve("program"), content);
        var _ = Foreign.output("chmod", mode, file.toString());
        return file;
    }

    @Test
    void itsEnvironmentIsWhatIsGivenAndNothingElse() throws Exception {
        assertThat(outputOf(Map.of("ONE", "1", "EMPTY", "", "TEXT", "a = b\n나루"), null, "/usr/bin/env", "-0")
                        .split("\0"))
                .containsExactlyInAnyOrder("ONE=1", "EMPTY=", "TEXT=a = b\n나루");
    }

    @Test
    void itStartsInTheDirectoryThatIsNamed() throws Exception {
        assertThat(outputOf(Map.of(), folder, "/bin/pwd")).isEqualTo(folder.toRealPath() + "\n");
    }

    @Test
    void itStartsWhereWeAreOtherwise() throws Exception {
        assertThat(outputOf(Map.of(), null, "/bin/pwd")).isEqualTo(Path.of("").toRealPath() + "\n");
    }

    @Test
    void aProgramWithoutSlashIsFoundOnOurPath() throws Exception {
        assertThat(outputOf(Map.of(), null, "printf", "%s", "found")).isEqualTo("found");
    }

    @Test
    void aProgramWithASlashIsThatFile() throws Exception {
        // given
        Path program = file("#!/bin/sh\necho script $1\n", "755");

        // when, then
        assertThat(outputOf(Map.of(), null, program.toString(), "x")).isEqualTo("script x\n");
    }

    @Test
    void aProgramThatDoesNotExistIsNoCommand() {
        for (String program : List.of("no-such-program-of-anybody", folder + "/missing", "/dev/null/x")) {
            // when
            ErrnoException refused = refused(null, program);

            // then
            assertThat(refused.problem()).as(program).isEqualTo(Problem.NO_COMMAND);
            assertThat(refused.target()).isEqualTo(program);
            assertThat(refused.call()).isEqualTo("posix_spawn");
        }
    }

    @Test
    void aScriptWhoseInterpreterIsMissingIsThere() throws Exception {
        // given
        Path program = file("#!/no/such/interpreter\n", "755");

        // when
        ErrnoException byPath = refused(null, program.toString());
        ErrnoException relative = refused(folder, "./program");
        ErrnoException missing = refused(folder, "./program2");

        // then
        assertThat(byPath.problem()).isEqualTo(Problem.NO_INTERPRETER);
        assertThat(byPath.errno()).isEqualTo(Errno.ENOENT);
        assertThat(relative.problem()).isEqualTo(Problem.NO_INTERPRETER);
        assertThat(missing.problem()).isEqualTo(Problem.NO_COMMAND);
        assertThat(missing.target()).isEqualTo("./program2");
        List<String> byOurPath = new ArrayList<>(List.of("env", "PATH=" + System.getenv("PATH") + ":" + folder));
        byOurPath.addAll(JavaProgram.of(SpawnMain.class).command("/", "program"));
        assertThat(Foreign.output(byOurPath)).isEqualTo("NO_INTERPRETER posix_spawn ENOENT program\n");
    }

    @Test
    void whatCouldNotBeStartedIsToldWithoutStartingIt() throws Exception {
        // given
        Path script = file("#!/bin/sh\necho > \"$0.ran\"\n", "755");
        Path plain = Files.writeString(folder.resolve("plain"), "");
        Path broken = Files.writeString(folder.resolve("broken"), "#! /no/such/interpreter -x\n");
        var _ = Foreign.output("chmod", "755", broken.toString());

        // when, then
        for (String program : List.of("sh", "/bin/sh", script.toString())) {
            new Spawn(List.of(program), Map.of(), null, Map.of()).requireProgram();
        }
        new Spawn(List.of("./program"), Map.of(), folder, Map.of()).requireProgram();
        assertThat(folder.resolve("program.ran")).doesNotExist();
        Map.of(
                        "no-such-program-of-anybody",
                        Problem.NO_COMMAND,
                        folder + "/missing",
                        Problem.NO_COMMAND,
                        "/dev/null/x",
                        Problem.NO_COMMAND,
                        folder.toString(),
                        Problem.CANNOT_RUN,
                        plain.toString(),
                        Problem.CANNOT_RUN,
                        broken.toString(),
                        Problem.NO_INTERPRETER)
                .forEach((program, problem) -> {
                    Spawn spawn = new Spawn(List.of(program), Map.of(), null, Map.of());
                    var refused = catchThrowableOfType(ErrnoException.class, spawn::requireProgram);
                    assertThat(refused.problem()).as(program).isEqualTo(problem);
                    assertThat(refused(null, program).problem()).as(program).isEqualTo(problem);
                });
    }

    @Test
    void aProgramThatIsOnTheChildsPathAloneIsNoCommand() throws Exception {
        // given
        Path _ = file("#!/bin/sh\n", "755");
        Spawn spawn = new Spawn(List.of("program"), Map.of("PATH", folder.toString()), null, Map.of());

        // when
        var refused = catchThrowableOfType(ErrnoException.class, spawn::start);

        // then
        assertThat(refused.problem()).isEqualTo(Problem.NO_COMMAND);
    }

    @Test
    void aDirectoryThatMayNotBeEnteredIsNamed() throws Exception {
        // given
        Path closed = Files.createDirectories(folder.resolve("closed"));
        var program = JavaProgram.of(SpawnMain.class).packedInto(Files.createDirectories(folder.resolve("jars")));
        var _ = Foreign.output("chmod", "700", closed.toString());

        // when
        String said = Foreign.output(JavaProgram.asNobody(program.command(closed.toString())));

        // then
        assertThat(said).isEqualTo("DENIED chdir EACCES " + closed + "\n");
    }

    /** Starts a program in a directory, and says what refused it. */
    static final class SpawnMain {
        private SpawnMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try {
                List<String> program = List.of(arguments.length > 1 ? arguments[1] : "true");
                System.out.println(new Spawn(program, Map.of(), Path.of(arguments[0]), Map.of()).start());
            } catch (ErrnoException refused) {
                System.out.println(refused.problem() + " " + refused.call() + " "
                        + refused.errno().name() + " " + refused.target());
            }
        }
    }

    @Test
    void aFileWithoutTheExecuteBitCannotBeRun() throws Exception {
        // given
        Path program = file("#!/bin/sh\n", "644");

        // when, then
        assertThat(refused(null, program.toString()).problem()).isEqualTo(Problem.CANNOT_RUN);
        assertThat(refused(null, program.toString()).errno()).isEqualTo(Errno.EACCES);
    }

    @Test
    void aFileOfNoKnownFormatCannotBeRun() throws Exception {
        // given
        Path program = file("no program at all\n", "755");

        // when, then
        assertThat(refused(null, program.toString()).problem()).isEqualTo(Problem.CANNOT_RUN);
        assertThat(refused(null, program.toString()).errno()).isEqualTo(Errno.ENOEXEC);
    }

    @Test
    void aDirectoryCannotBeRun() {
        assertThat(refused(null, folder.toString()).problem()).isEqualTo(Problem.CANNOT_RUN);
    }

    @Test
    void aDirectoryThatIsMissingIsNamed() throws Exception {
        // given
        Path missing = folder.resolve("missing");
        Path file = file("", "755");

        // when, then
        assertThat(refused(missing, "true").problem()).isEqualTo(Problem.NO_WORKING_DIRECTORY);
        assertThat(refused(missing, "true"))
                .hasMessageStartingWith(missing + ": there is no such directory to start in (chdir");
        assertThat(refused(file, "true").problem()).isEqualTo(Problem.NOT_A_DIRECTORY);
    }

    @Test
    void anArgumentListThatIsTooLongIsRefused() {
        // given more than the kernel takes in one argument
        String huge = "x".repeat(200_000);

        // when
        ErrnoException refused = refused(null, "true", huge);

        // then
        assertThat(refused.errno()).isEqualTo(Errno.E2BIG);
    }

    @Test
    void aClosedDescriptorIsRefused() {
        // given
        out.writer().close();
        Spawn spawn = new Spawn(List.of("true"), Map.of(), null, Map.of(1, out.writer()));

        // when
        ErrnoException refused = catchThrowableOfType(ErrnoException.class, spawn::start);

        // then
        assertThat(refused.problem()).isEqualTo(Problem.BAD_DESCRIPTOR);
    }

    @Test
    void whatNoProgramCanHaveIsRefusedAtOnce() {
        assertThatThrownBy(() -> new Spawn(List.of(), Map.of(), null, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Spawn(List.of("true"), Map.of(), null, Map.of(-1, out.writer())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Spawn(List.of("a\0b"), Map.of(), null, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Spawn(List.of("true"), Map.of("A", "b\0"), null, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatItIsGivenIsCopied() {
        // given
        List<String> command = new ArrayList<>(List.of("true"));
        Spawn spawn = new Spawn(command, Map.of(), null, Map.of());

        // when
        command.add("changed");

        // then
        assertThat(spawn.command()).containsExactly("true");
    }

    /** Starts a child that cannot be watched, and says what is left of it. */
    static final class UnwatchedMain {
        private UnwatchedMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try {
                System.out.println(new Spawn(List.of("sleep", "3600"), Map.of(), null, Map.of()).start());
            } catch (ErrnoException refused) {
                System.out.println(refused.getMessage());
            } catch (RuntimeException | Error noThread) {
                System.out.println(
                        "children " + ProcessHandle.current().children().count());
                System.out.println("pidfds "
                        + OpenDescriptors.now().stream()
                                .filter(name -> name.contains("pid"))
                                .count());
            }
        }
    }

    /** The JVM's own way to have no virtual threads stands for a machine that has no thread left. */
    @Test
    void aChildThatNoThreadCanWatchIsNotLeftBehind() throws Exception {
        assertThat(Foreign.output(JavaProgram.of(UnwatchedMain.class)
                        .option("-Djdk.virtualThreadScheduler.parallelism=none")
                        .command()))
                .isEqualTo("children 0\npidfds 0\n");
    }
}
