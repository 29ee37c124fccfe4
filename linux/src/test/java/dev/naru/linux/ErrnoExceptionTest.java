package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ErrnoExceptionTest {
    @ParameterizedTest
    @CsvSource({
        "EACCES, DENIED",
        "EPERM, DENIED",
        "ENOENT, NOT_FOUND",
        "ENOTDIR, NOT_A_DIRECTORY",
        "EEXIST, EXISTS",
        "ENAMETOOLONG, NAME_TOO_LONG",
        "EROFS, READ_ONLY",
        "ENOSPC, NO_SPACE",
        "EDQUOT, NO_SPACE",
        "EMFILE, TOO_MANY_DESCRIPTORS",
        "ENFILE, TOO_MANY_FILES",
        "ENOMEM, OUT_OF_MEMORY",
        "EBADF, BAD_DESCRIPTOR",
        "EPIPE, READER_GONE",
        "ENOSYS, UNSUPPORTED",
        "EOPNOTSUPP, UNSUPPORTED",
        "EIO, KERNEL",
        "EINVAL, KERNEL"
    })
    void anErrnoThatMeansTheSameEverywhereIsRecognised(Errno errno, Problem problem) {
        // when
        ErrnoException exception = ErrnoException.of(errno.number(), "call", "target");

        // then
        assertThat(exception.problem()).isEqualTo(problem);
        assertThat(exception.errno()).isEqualTo(errno);
    }

    @Test
    void itHasCallTargetLimitValueAndRemedy() {
        // when
        ErrnoException exception = ErrnoException.of(
                Problem.PIPE_CAPACITY,
                Errno.EPERM.number(),
                "fcntl(F_SETPIPE_SZ)",
                "pipe:",
                "fs.pipe-max-size=1",
                "2 B");

        // then
        assertThat(exception.call()).isEqualTo("fcntl(F_SETPIPE_SZ)");
        assertThat(exception.target()).isEqualTo("pipe:");
        assertThat(exception.limit()).isEqualTo("fs.pipe-max-size=1");
        assertThat(exception.value()).isEqualTo("2 B");
        assertThat(exception.remedy()).isEqualTo(Problem.PIPE_CAPACITY.remedy());
    }

    @Test
    void itsMessageHasAllOfThat() {
        // when
        ErrnoException exception = ErrnoException.of(
                Problem.PIPE_CAPACITY,
                Errno.EPERM.number(),
                "fcntl(F_SETPIPE_SZ)",
                "pipe:",
                "fs.pipe-max-size=1",
                "2 B");

        // then
        assertThat(exception)
                .hasMessage("pipe: a pipe may not get 2 B (fs.pipe-max-size=1) (fcntl(F_SETPIPE_SZ): EPERM); "
                        + Problem.PIPE_CAPACITY.remedy());
    }

    @Test
    void theTargetStandsInFront() {
        assertThat(ErrnoException.of(Errno.EACCES.number(), "open", "fifo:run/orders"))
                .hasMessage("fifo:run/orders: permission denied (open: EACCES); " + Problem.DENIED.remedy());
    }

    @Test
    void withoutACallThatFailedTheMessageInventsNone() {
        // when
        ErrnoException exception = ErrnoException.of(Problem.NOT_A_FIFO, "fifo:run");

        // then
        assertThat(exception.summary()).isEqualTo("fifo:run: it exists, but is not a FIFO");
        assertThat(exception.call()).isEmpty();
        assertThat(exception.errno()).isEqualTo(Errno.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"fd:0, standard input", "fd:1, standard output", "fd:2, standard error", "fd:3, fd:3", "\"\", ''"})
    void theStandardStreamsHaveNames(String target, String name) {
        assertThat(ErrnoException.of(Errno.EPIPE.number(), "write", target).summary())
                .isEqualTo(name + ": every reader has gone (write: EPIPE)");
    }

    @ParameterizedTest
    @CsvSource({"ENOENT, NOT_FOUND", "ENOTDIR, NOT_A_DIRECTORY", "EISDIR, IS_A_DIRECTORY"})
    void whatTheErrnoSaysDoesNotDependOnTheNameOfTheTarget(Errno errno, Problem expected) {
        for (String target : new String[] {"fifo:run/orders", "run/orders", "ring:/orders"}) {
            assertThat(ErrnoException.of(errno.number(), "open", target).problem())
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Problem.class,
            mode = EnumSource.Mode.EXCLUDE, // these are met by programs that use the library alone
            names = {"TOO_MANY_WAITERS", "MAPPED_WRITABLE", "NOT_SEALABLE"})
    void aRemedyNamesNoMethodThatAUserOfTheCommandCannotCall(Problem problem) {
        assertThat(problem.remedy()).doesNotContain("()", "openOrCreate", "openWriter", "openReader");
    }

    @Test
    void whenPipesAreTooLargeTogetherTheRemedyNamesThatLimit() {
        assertThat(Problem.TOO_MANY_FILES.remedy()).contains("fs.file-max", "fs.pipe-user-pages-hard");
    }

    @Test
    void anErrnoWithoutAMeaningOfItsOwnIsExplained() {
        assertThat(ErrnoException.of(Errno.EIO.number(), "read", "fd:3"))
                .hasMessageContaining("(read: EIO (input/output error))");
    }

    @Test
    void whenDescriptorsAreOutTheLimitIsNamed() {
        assertThat(ErrnoException.of(Errno.EMFILE.number(), "pipe2", "pipe:").limit())
                .isEqualTo(Limits.openDescriptors());
        assertThat(ErrnoException.of(Errno.ENFILE.number(), "pipe2", "pipe:").limit())
                .isEqualTo(Limits.kernel("fs/file-max"));
    }

    @Test
    void noMessageKeepsAPlaceholder() {
        for (Problem problem : EnumSet.allOf(Problem.class)) {
            ErrnoException exception =
                    ErrnoException.of(problem, Errno.EIO.number(), "call", "target", "limit", "value");
            assertThat(exception.getMessage() + exception.remedy())
                    .as("%s", problem)
                    .doesNotContain("{")
                    .doesNotContain("}");
        }
    }

    @Test
    void everyProblemHasWordsARemedyAndAnExitStatusOfTheTable() {
        // given sysexits.h, and a shell's 130 for SIGINT and 141 for SIGPIPE
        Set<Integer> statuses = Set.of(64, 65, 69, 70, 75, 76, 77, 130, 141);

        // when, then
        for (Problem problem : Problem.values()) {
            assertThat(statuses).contains(problem.exitStatus());
            assertThat(problem.text()).as("text of %s", problem).isNotBlank().doesNotEndWith(".");
            assertThat(problem.remedy())
                    .as("remedy of %s", problem)
                    .isNotBlank()
                    .doesNotEndWith(".");
        }
    }
}
