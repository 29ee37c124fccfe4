package dev.naru.cli;

import static dev.naru.cli.testing.Naru.java;
import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.naru.channels.Address;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is thrown: an exit status, words, and a stack only for who asks. */
@ExtendWith(NoLeaks.class)
class FailuresTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Context context(boolean trace) {
        return new Context(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                trace,
                new Context.Jvm(Path.of("/"), "25", ""));
    }

    private String words() {
        return err.toString(StandardCharsets.UTF_8);
    }

    static Stream<Arguments> throwables() {
        return Stream.of(
                arguments(new IllegalStateException("odd"), 70, "internal"),
                arguments(new StackOverflowError(), 70, "internal"),
                arguments(new OutOfMemoryError("Java heap space"), 70, "internal"),
                arguments(new OutOfMemoryError("unable to create native thread: limits"), 69, "no-thread"),
                arguments(new NoSuchFileException("x"), 65, "not-found"),
                arguments(new AccessDeniedException("x"), 77, "denied"),
                arguments(new IOException("Stale file handle"), 69, "io-failed"),
                arguments(new FileSystemException("x", null, "Too many levels of symbolic links"), 69, "io-failed"),
                arguments(new FileSystemException("x", null, "Too many open files"), 69, "too-many-descriptors"),
                arguments(new UncheckedIOException(new NoSuchFileException("x")), 65, "not-found"),
                arguments(new DirectoryIteratorException(new AccessDeniedException("x")), 77, "denied"),
                arguments(catchThrowable(() -> Address.parse("nosuch:x")), 64, "bad-address"),
                arguments(ErrnoException.of(24, "open", "x"), 69, "too-many-descriptors"),
                arguments(ErrnoException.of(30, "mkfifo", "x"), 77, "read-only"),
                arguments(new ExceptionInInitializerError(new IllegalCallerException("no")), 70, "native-access"),
                arguments(new CliException(Problem.NOT_VERIFIED, "pipe"), 65, "not-verified"));
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void eachFailureHasItsStatusAndItsCode(Throwable thrown, int status, String code) {
        // when
        int answer = Failures.report(context(false), thrown);

        // then
        assertThat(answer).isEqualTo(status);
        assertThat(words())
                .startsWith("naru: ")
                .contains("\n  code: " + code + " (")
                .doesNotContain("\tat ", "{");
        assertThat(out.size()).isZero();
    }

    @Test
    void aFileSystemExceptionIsNamedByItsReason() {
        // when
        int _ = Failures.report(context(false), new FileSystemException("a", null, "Too many links"));

        // then
        assertThat(words()).startsWith("naru: a: Too many links: reading or writing failed\n");
    }

    @ParameterizedTest
    @EnumSource(Problem.class)
    void eachProblemEndsWithTheStatusOfTheTable(Problem problem) {
        // when
        int answer = Failures.report(context(false), new CliException(problem, "x"));

        // then
        assertThat(answer).isEqualTo(problem.exitStatus()).isIn(64, 65, 69, 70, 75, 76, 77, 130, 141);
    }

    static Stream<Throwable> interrupts() {
        return Stream.of(new InterruptedException(), new ClosedByInterruptException());
    }

    @ParameterizedTest
    @MethodSource("interrupts")
    void whoInterruptedNeedsNoWords(Throwable thrown) {
        // when
        int answer = Failures.report(context(false), thrown);

        // then
        assertThat(answer).isEqualTo(130);
        assertThat(words()).isEmpty();
    }

    @Test
    void aDefectAsksForAReport() {
        // when
        int answer = Failures.report(context(false), new IllegalStateException("odd"));

        // then
        assertThat(answer).isEqualTo(70);
        assertThat(words()).contains("IllegalStateException: odd", "this is a defect of Naru", "NARU_TRACE=1");
    }

    /** Takes all threads that it may have, and is the command then. */
    static final class FewThreadsMain {
        private FewThreadsMain() {}

        @SuppressWarnings("InfiniteLoop") // an error ends it
        public static void main(String[] arguments) {
            CountDownLatch never = new CountDownLatch(1);
            try {
                while (true) {
                    Thread _ = Thread.ofPlatform().daemon().start(() -> {
                        try {
                            never.await();
                        } catch (InterruptedException ended) {
                            // as good
                        }
                    });
                }
            } catch (OutOfMemoryError noMore) {
                Main.main(arguments);
            }
        }
    }

    @Test
    void withoutAFurtherThreadItSaysWhatIsMissing() throws Exception {
        // given the user 65534, since root may have as many as it likes
        Path orders = folder.resolve("orders");
        var _ = Foreign.output("mkfifo", "-m", "666", orders.toString());

        // when
        Result result = naru(
                        java(FewThreadsMain.class).option("-Xlog:disable").packedInto(folder),
                        "fifo",
                        "read",
                        orders.toString())
                .under("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "prlimit", "--nproc=200:200")
                .run();

        // then
        assertThat(result.failed(69, "no-thread").err()).contains("fifo:" + orders + ": ", "ulimit -u");
    }

    @Test
    void theTraceOfADefectIsShownWhenAskedFor() {
        // when
        int answer = Failures.report(context(true), new IllegalStateException("odd"));

        // then
        assertThat(answer).isEqualTo(70);
        assertThat(words().lines()).anyMatch(line -> line.startsWith("\tat "));
    }

    @Test
    void aVariableOfTheEnvironmentAsksForTheTrace() throws Exception {
        // when
        Result result =
                naru("fifo", "read", "/nosuch").environment("NARU_TRACE", "1").run();

        // then
        assertThat(result.status()).isEqualTo(65);
        assertThat(result.err().lines()).anyMatch(line -> line.startsWith("\tat dev.naru."));
        assertThat(result.out()).isEmpty();
    }
}
