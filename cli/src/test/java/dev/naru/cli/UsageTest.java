package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Program.Result;
import dev.naru.cli.testing.Resident;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command says to one who does not know it yet, or mistypes it. */
@ExtendWith(NoLeaks.class)
class UsageTest {
    /** Where all lines run, and where nothing may be made by those that are refused. */
    @TempDir
    private static Path folder;

    private static Resident resident;

    @BeforeAll
    static void start() throws Exception {
        resident = Resident.in(folder);
    }

    @AfterAll
    static void end() throws Exception {
        resident.close();
    }

    private static Result run(String line) throws Exception {
        return resident.run(words(line));
    }

    private static String[] words(String line) {
        return line.isEmpty() ? new String[0] : line.split(" ", -1);
    }

    /** In a process of its own, as a user has it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "fifo"})
    void withoutACommandTheUsageGoesToStandardError(String line) throws Exception {
        // when
        Result result = naru(words(line)).run();

        // then
        assertThat(result.endedWith(64).err()).startsWith("Usage: naru");
        assertThat(result.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--nosuch",
                "nosuch",
                "help nosuch",
                "help fifo nosuch",
                "help fifo read nosuch",
                "help explain EPIPE",
                "fifo nosuch",
                "fifo create",
                "fifo create ",
                "fifo read ",
                "fifo create --nosuch x",
                "fifo create --mode 999 x",
                "fifo create --mode rwx x",
                "fifo create --mode 1777 x",
                "fifo create --mode=-1 x",
                "fifo create --mode",
                "fifo rm",
                "fifo read",
                "fifo read a b",
                "fifo read --nosuch x",
                "fifo read --timeout 5q x",
                "fifo read --timeout=-1 x",
                "fifo read --timeout 1.5s x",
                "fifo read --timeout 9999999999 x",
                "fifo read --bytes many x",
                "fifo read --bytes=-5 x",
                "fifo write",
                "fifo write --timeout soon x",
                "fifo write --timeout",
                "shm nosuch",
                "shm create /x",
                "shm create --size",
                "shm create --size many /x",
                "shm create --size=-1 /x",
                "shm create --size 0 /x",
                "shm create --size 4096",
                "shm create --size 4096 --mode 999 /x",
                "shm read",
                "shm read a b",
                "shm read --offset=-1 /x",
                "shm write",
                "shm stat",
                "shm rm",
                "shm rm ",
                "ls --nosuch",
                "tour --only",
                "tour --only=",
                "tour --only pipe,",
                "tour --only ,pipe",
                "tour --only pipe,pipe",
                "tour --only pipe --only pipe",
                "tour a b",
                "doctor now",
                "explain a b",
                "completion",
                "completion tcsh"
            })
    void aLineThatIsNotUnderstoodIsRefusedInWords(String line) throws Exception {
        // when
        Result result = run(line);

        // then
        assertThat(result.failed(64, "usage").err())
                .contains("\n  what helps: ")
                .doesNotContain("index", "arity");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "fifo create | PATH is missing",
                "fifo read a b | 'b' is one word too many",
                "shm create /x | --size=SIZE is missing",
                "fifo read --timeout | --timeout needs a value: TIME",
                "fifo read --bytes many x | Invalid value for option --bytes: 'many' is no whole number",
                "fifo rm --force x | 'naru fifo rm' has no option --force",
                "fifo remove x | 'naru fifo' has no command 'remove'",
                "completion tcsh | Invalid value for SHELL: "
            })
    void whatIsWrongIsToldWithoutIndexes(String line, String words) throws Exception {
        // when
        Result result = run(line);

        // then
        assertThat(result.failed(64, "usage").err()).startsWith("naru: " + words);
    }

    @ParameterizedTest
    @CsvSource({
        "ring create, shm:/x, is no ring: that is a name (/orders) or a file (run/orders)",
        "ring send, 0x1234, is no ring: ",
        "ring receive, fd:3, is no ring: ",
        "ring stat, pipe:, is no ring: ",
        "ring tap, -, is no ring: ",
        "ring rm, lock:/x, is no ring: ",
        "ring create, tcp:127.0.0.1:7000, is no ring: ",
        "lock, shm:/x, is no lock: that is a name (/state) or a file (run/state)",
        "lock, 0x1234, is no lock: ",
        "lock ls, fifo:x, is no lock: ",
        "lock rm, ring:/x, is no lock: ",
        "fifo create, fd:3, is no FIFO: that is a path (run/orders)",
        "fifo read, shm:/x, is no FIFO: ",
        "fifo write, -, is no FIFO: ",
        "fifo rm, ring:/x, is no FIFO: ",
        "shm create --size 1, ring:/x, is no shared memory: that is a POSIX name (/quote)",
        "shm stat, fd:3, is no shared memory: "
    })
    void anAddressOfAnotherKindIsNotTakenForAFile(String command, String place, String words) throws Exception {
        // when
        Result result = run(command + " " + place + (command.equals("lock") ? " -- true" : ""));

        // then
        assertThat(result.failed(64, "usage").err())
                .contains(": '" + place + "' " + words)
                .contains("; the file of that name is ./" + place + "\n");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFileWhoseNameLooksLikeAnAddressIsNamedWithADot(@TempDir Path own) throws Exception {
        // when
        naru(words("ring create ./fd:3 ring:0x1234")).in(own).run().succeeded();
        naru(words("fifo create ./- fifo:shm:x a.b:c")).in(own).run().succeeded();

        // then
        assertThat(own.toFile().list()).containsExactlyInAnyOrder("fd:3", "0x1234", "-", "shm:x", "a.b:c");
    }

    @Test
    void anEmptyCodeIsNamed() throws Exception {
        // when
        Result result = naru("explain", "").run();

        // then
        assertThat(result.failed(65, "unknown-code").err()).startsWith("naru: '': there is no such code\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tour --only nosuch", "tour --only pipe,nosuch"})
    void aMechanismThatDoesNotExistIsRefusedBeforeAnythingStarts(String line) throws Exception {
        // when
        Result result = run(line);

        // then
        result.failed(64, "no-mechanism");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fifo create fifo:", "fifo read fifo:", "fifo write fifo:", "fifo rm fifo:"})
    void anAddressWithoutAPathIsRefusedWithTheReason(String line) throws Exception {
        // when
        Result result = run(line);

        // then
        assertThat(result.failed(64, "bad-address").err()).startsWith("naru: fifo:: the path is missing\n");
    }

    @ParameterizedTest
    @CsvSource({
        "fif, naru fifo",
        "tuor, naru tour",
        "dcotor, naru doctor",
        "benhc, naru bench",
        "compl, naru completion",
        "fifo raed x, naru fifo read",
        "help fifo wriet, naru fifo write",
        "fifo read --timeuot 5s x, --timeout"
    })
    void aMistypedWordIsAnsweredWithTheOneThatWasMeant(String line, String meant) throws Exception {
        // when
        Result result = run(line);

        // then
        assertThat(result.failed(64, "usage").err()).contains("what helps: did you mean '" + meant + "'? ");
    }

    @Test
    void aWordThatIsLikeNothingIsNotGuessed() throws Exception {
        // when
        Result result = run("xylophone");

        // then
        assertThat(result.failed(64, "usage").err()).contains("what helps: 'naru --help' shows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"test", "bench", "stress", "torture"})
    void theLaunchersOwnCommandsAreDescribed(String command) throws Exception {
        // when
        Result described = run("help " + command);
        Result run = run(command + " --some thing");

        // then
        assertThat(described.succeeded().out()).contains("Usage: naru " + command, "In a checkout: ");
        assertThat(run("--help").succeeded().out()).contains("\n  " + command + " ");
        var _ = run.failed(64, "no-checkout");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " tour",
                " fifo",
                " fifo create",
                " fifo read",
                " fifo write",
                " fifo rm",
                " ls",
                " doctor",
                " explain",
                " completion",
                " help"
            })
    void helpGoesToStandardOutput(String command) throws Exception {
        // when
        Result result = run((command + " --help").strip());

        // then
        assertThat(result.succeeded().out()).contains("Usage: naru" + command + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fifo", "tour", "doctor", "fifo read", "ring create", "lock ls", "explain"})
    void helpOfACommandIsTheSameInBothForms(String command) throws Exception {
        // when
        Result result = run("help " + command);

        // then
        assertThat(result.succeeded()).isEqualTo(run(command + " -h").succeeded());
    }

    @Test
    void helpTellsTheExitCodes() throws Exception {
        // when
        Result result = run("--help");

        // then
        assertThat(result.succeeded().out())
                .contains("0 done, 64 usage, 65 bad data or not found, 69 unavailable")
                .contains(
                        "70 a defect of ours, 75 timed out, 77 permission, 130 interrupted",
                        "141 the reader of standard output");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void theVersionIsOneLineOfData(String option) throws Exception {
        // when
        Result result = run(option);

        // then
        assertThat(result.succeeded().out()).matches("naru .+\\n");
    }
}
