package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.Errno;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru explain}: the same table that the errors come from. */
@ExtendWith(NoLeaks.class)
class ExplainTest {
    /** In this process, since there are many codes; what it printed. */
    private static String explained(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Context context = new Context(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                new Context.Jvm(Path.of("/"), "25", ""));
        int status = Main.commandLine(context, "explain").execute(arguments);
        context.out().flush();
        assertThat(status).isZero();
        assertThat(err.size()).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> json(Problem problem) {
        return Map.of(
                "code", Failures.code(problem),
                "exitStatus", (long) problem.exitStatus(),
                "text", problem.text(),
                "remedy", problem.remedy());
    }

    @ParameterizedTest
    @EnumSource(Problem.class)
    void eachProblemIsExplainedWithItsStatusAndRemedy(Problem problem) {
        // given
        String code = Failures.code(problem);

        // when
        String text = explained("explain", code);

        // then
        assertThat(text)
                .isEqualTo("%s (exit status %d): %s%n  what helps: %s%n"
                        .formatted(code, problem.exitStatus(), problem.text(), problem.remedy()));
        assertThat(explained("explain", problem.name())).isEqualTo(text);
        assertThat(Json.line(explained("explain", "--json", code))).isEqualTo(json(problem));
    }

    @ParameterizedTest
    @EnumSource(value = Errno.class, mode = EnumSource.Mode.EXCLUDE, names = "UNKNOWN")
    void eachErrnoIsExplainedByNameAndByNumber(Errno errno) {
        // when
        String text = explained("explain", errno.name());

        // then
        assertThat(text).isEqualTo("%s (errno %d): %s%n".formatted(errno.name(), errno.number(), errno.text()));
        assertThat(explained("explain", errno.name().toLowerCase(Locale.ROOT))).isEqualTo(text);
        assertThat(explained("explain", Integer.toString(errno.number()))).isEqualTo(text);
        assertThat(Json.line(explained("explain", "--json", errno.name())))
                .isEqualTo(Map.of("code", errno.name(), "number", (long) errno.number(), "text", errno.text()));
    }

    @ParameterizedTest
    @CsvSource({"EWOULDBLOCK, EAGAIN", "EDEADLOCK, EDEADLK", "enotsup, EOPNOTSUPP"})
    void aSecondNameOfAnErrnoIsExplainedByTheFirst(String second, String first) {
        assertThat(explained("explain", second)).isEqualTo(explained("explain", first));
    }

    @Test
    void withoutACodeAllAreListed() throws Exception {
        // when
        Result result = naru("explain").run();

        // then
        assertThat(result.succeeded().out().lines().filter(line -> line.contains(" (exit status ")))
                .hasSize(Problem.values().length);
    }

    @Test
    void jsonListsOneObjectACode() throws Exception {
        // when
        Result result = naru("explain", "--json").run();

        // then
        List<Map<String, Object>> all = Json.lines(result.succeeded().out());
        assertThat(all)
                .isEqualTo(
                        Arrays.stream(Problem.values()).map(ExplainTest::json).toList());
        assertThat(all)
                .allSatisfy(one -> assertThat(one.keySet()).containsExactly("code", "exitStatus", "text", "remedy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EPIPE", "epipe", "32"})
    void anErrnoIsExplainedToPeople(String code) throws Exception {
        // when
        Result result = naru("explain", code).run();

        // then
        assertThat(result.succeeded().out()).isEqualTo("EPIPE (errno 32): Broken pipe\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nosuch", "ENOSUCH", "0", "99999", "-5", "unknown", ""})
    void aCodeThatIsInNoTableIsRefused(String code) throws Exception {
        // when
        Result result = naru("explain", "--json", "--", code).run();

        // then
        assertThat(result.failed(65, "unknown-code").err())
                .startsWith("naru: " + (code.isEmpty() ? "''" : code) + ": there is no such code");
    }
}
