package dev.naru.cli;

import static dev.naru.cli.testing.Naru.java;
import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Naru;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code naru doctor} on this machine, and on what looks like a worse one. */
@ExtendWith(NoLeaks.class)
class DoctorTest {
    private static final List<String> CHECKS = List.of(
            "JDK",
            "native access",
            "kernel",
            "machine",
            "C library",
            "/proc",
            "descriptors",
            "largest pipe",
            "pages in pipes",
            "/dev/shm",
            "futex_waitv");

    private static Map<String, Object> check(Result result, String name) {
        return Json.lines(result.out()).stream()
                .filter(line -> line.get("check").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Result doctorUnder(String... program) throws Exception {
        return naru("doctor", "--json").under(program).run();
    }

    @Test
    void eachCheckIsALineAndTheStatusTellsWhetherOneFailed() throws Exception {
        // when
        Result result = naru("doctor").run();

        // then
        List<String> checks = result.out()
                .lines()
                .filter(line -> !line.startsWith("      what helps: "))
                .toList();
        assertThat(checks).hasSameSizeAs(CHECKS);
        for (int i = 0; i < CHECKS.size(); i++) {
            assertThat(checks.get(i)).matches("(ok   |warn |fail ) " + CHECKS.get(i) + " +\\S.*");
        }
        var _ = result.endedWith(checks.stream().anyMatch(line -> line.startsWith("fail")) ? 69 : 0);
    }

    @Test
    void jsonHasOneObjectACheck() throws Exception {
        // when
        Result result = naru("doctor", "--json").run();

        // then
        List<Map<String, Object>> checks = Json.lines(result.out());
        assertThat(checks).extracting(line -> line.get("check")).isEqualTo(CHECKS);
        assertThat(checks).allSatisfy(check -> {
            assertThat(check.keySet()).containsExactly("check", "verdict", "value", "remedy");
            assertThat(check.get("verdict")).isIn("ok", "warn", "fail");
            assertThat(check.values()).noneMatch(value -> value.equals(""));
        });
    }

    @Test
    void whatItFoundIsWhatTheMachineSays() throws Exception {
        // when
        Result result = naru("doctor", "--json").run();

        // then
        assertThat(check(result, "JDK"))
                .containsEntry("verdict", "ok")
                .containsEntry("value", System.getProperty("java.version") + " at " + System.getProperty("java.home"));
        assertThat(check(result, "native access")).containsEntry("verdict", "ok");
        assertThat(check(result, "kernel"))
                .containsEntry("value", "Linux " + Foreign.output("uname", "-r").strip());
        assertThat(check(result, "machine"))
                .containsEntry("value", Foreign.output("uname", "-m").strip());
        assertThat(check(result, "C library"))
                .containsEntry(
                        "value", Foreign.output("getconf", "GNU_LIBC_VERSION").strip());
        assertThat(check(result, "/proc")).containsEntry("verdict", "ok");
        assertThat(check(result, "largest pipe"))
                .containsEntry(
                        "value",
                        "fs.pipe-max-size="
                                + Foreign.output("cat", "/proc/sys/fs/pipe-max-size")
                                        .strip());
    }

    @Test
    void fewDescriptorsAreAWarningWithItsRemedy() throws Exception {
        // when
        Result result = doctorUnder("prlimit", "--nofile=256:256");

        // then
        assertThat(check(result, "descriptors"))
                .containsEntry("verdict", "warn")
                .containsEntry("value", "RLIMIT_NOFILE=256, hard 256")
                .containsEntry("remedy", "raise 'ulimit -n' (LimitNOFILE= in systemd)");
    }

    @Test
    void aWarningShowsItsRemedyToPeopleAndIsNoFailure() throws Exception {
        // when
        Result result = naru("doctor").under("prlimit", "--nofile=256:256").run();

        // then
        assertThat(result.out())
                .containsPattern("\nwarn  descriptors +RLIMIT_NOFILE=256, hard 256\n")
                .contains("256\n      what helps: raise 'ulimit -n' (LimitNOFILE= in systemd)\n");
        var _ = result.endedWith(result.out().contains("\nfail ") ? 69 : 0);
    }

    @Test
    void aKernelThatIsTooOldIsAFailureWithItsRemedy() throws Exception {
        // when
        Result result = doctorUnder("setarch", "--uname-2.6");

        // then
        assertThat(check(result, "kernel"))
                .containsEntry("verdict", "fail")
                .containsEntry("remedy", "boot Linux 5.10 or newer");
        assertThat(result.endedWith(69).err()).contains("code: not-ready (naru explain not-ready)");
    }

    @Test
    void aFailureIsMarkedForPeople() throws Exception {
        // when
        Result result = naru("doctor").under("setarch", "--uname-2.6").run();

        // then
        assertThat(result.endedWith(69).out())
                .containsPattern("\nfail  kernel +Linux 2\\.6\\.\\S+\n      what helps: boot Linux 5.10 or newer\n");
        assertThat(result.err()).contains("each line marked 'fail' says what helps");
    }

    @Test
    void withoutTheFlagForNativeAccessItIsNamed() throws Exception {
        // when
        Result result = Naru.naru(java().option("--illegal-native-access=warn"), "doctor", "--json")
                .run();

        // then
        assertThat(check(result, "native access"))
                .containsEntry("verdict", "warn")
                .containsEntry("remedy", "start the JVM with --enable-native-access=ALL-UNNAMED");
        assertThat(result.err()).contains("WARNING: Use --enable-native-access=ALL-UNNAMED ");
        var _ = result.endedWith(0);
    }

    @Test
    void whereNativeAccessIsForbiddenThatIsSaid() throws Exception {
        for (String command : new String[] {"doctor", "ls", "tour"}) {
            // when
            Result result = Naru.naru(java().option("--illegal-native-access=deny"), command)
                    .run();

            // then
            assertThat(result.endedWith(70).err())
                    .contains("this JVM forbids native access", "--enable-native-access=ALL-UNNAMED")
                    .contains("code: native-access");
        }
    }

    @Test
    void whatNeedsNoKernelWorksWithoutNativeAccess() throws Exception {
        // when
        Result result = Naru.naru(java().option("--illegal-native-access=deny"), "explain", "native-access")
                .run();

        // then
        assertThat(result.succeeded().out()).contains("this JVM forbids native access");
    }
}
