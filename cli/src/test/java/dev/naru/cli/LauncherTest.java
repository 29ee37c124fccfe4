package dev.naru.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code naru} and {@code .ci/run}, in a checkout whose JDKs and Maven only say that they were called. */
@ExtendWith(NoLeaks.class)
class LauncherTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void checkOut() throws Exception {
        for (String file : List.of("naru", ".ci/run")) {
            Files.createDirectories(folder.resolve(file).getParent());
            var _ = Files.copy(Path.of("..", file), folder.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        script("mvnw", "mkdir -p cli/target/naru/dist/lib; touch cli/target/naru/dist/lib/x.jar; echo built >> builds");
        for (String file : List.of("pom.xml", "cli/pom.xml", ".mvn/maven.config", "cli/src/main/A.java")) {
            Files.createDirectories(folder.resolve(file).getParent());
            var _ = Files.writeString(folder.resolve(file), "");
        }
        for (String version : List.of("25.0.1", "26", "24.0.2")) {
            Path jdk = folder.resolve("jdk-" + version);
            script("jdk-" + version + "/bin/java", "echo run by " + version);
            script("jdk-" + version + "/bin/javac", "");
            var _ = Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        }
    }

    private void script(String name, String line) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        var _ = Files.writeString(file, "#!/bin/bash\n" + line + "\n");
        var _ = Foreign.output("chmod", "755", file.toString());
    }

    /** Runs it with those words of env(1). */
    private String run(String... environment) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("env", "-u", "NARU_JAVA_HOME", "-u", "JAVA_HOME", "-C", folder.toString(), "HOME=" + folder));
        command.addAll(List.of(environment));
        command.addAll(List.of("bash", "-c", "exec 2>/dev/null; ./naru doctor"));
        return Foreign.output(command);
    }

    private String jdk(String variable, String version) {
        return variable + "=" + folder.resolve("jdk-" + version);
    }

    private int builds() throws Exception {
        return Files.readAllLines(folder.resolve("builds")).size();
    }

    @ParameterizedTest
    @CsvSource({"26, 26, 25.0.1, 26", "24.0.2, 26, 25.0.1, 25.0.1", "24.0.2, 25.0.1, 26, 25.0.1"})
    void theOneThatIsNamedWinsAndThenJdk25(String named, String home, String path, String expected) throws Exception {
        // when
        String said = run(
                jdk("NARU_JAVA_HOME", named),
                jdk("JAVA_HOME", home),
                jdk("PATH", path) + "/bin:" + System.getenv("PATH"));

        // then
        assertThat(said).isEqualTo("run by " + expected + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pom.xml", "cli/pom.xml", "cli/src/main/A.java", ".mvn/maven.config", "mvnw", "naru"})
    void aChangeOfWhatTheBuildIsMadeFromBuildsAnew(String changed) throws Exception {
        // given
        var _ = run(jdk("JAVA_HOME", "25.0.1"));
        var _ = run(jdk("JAVA_HOME", "25.0.1"));
        assertThat(builds()).isEqualTo(1);

        // when
        FileTime stamp = Files.getLastModifiedTime(folder.resolve("target/naru/cli"));
        var _ = Files.setLastModifiedTime(folder.resolve(changed), FileTime.fromMillis(stamp.toMillis() + 1000));
        var _ = run(jdk("JAVA_HOME", "25.0.1"));

        // then
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aSourceOfTheFutureIsBuiltOnceAndItsChangesAreSeen() throws Exception {
        // given a clock that was wrong
        Path source = folder.resolve("cli/src/main/A.java");
        FileTime future = FileTime.from(Instant.now().plus(Duration.ofDays(365)));
        var _ = Files.setLastModifiedTime(source, future);

        // when
        var _ = run(jdk("JAVA_HOME", "25.0.1"));
        var _ = run(jdk("JAVA_HOME", "25.0.1"));

        // then
        assertThat(builds()).isEqualTo(1);
        var _ = Files.setLastModifiedTime(source, FileTime.fromMillis(future.toMillis() + 1000));
        var _ = run(jdk("JAVA_HOME", "25.0.1"));
        assertThat(builds()).isEqualTo(2);
        var _ = Files.createFile(folder.resolve("cli/src/main/B.java"));
        var _ = run(jdk("JAVA_HOME", "25.0.1"));
        assertThat(builds()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"LC_ALL=C, C.UTF-8 [C]", "LC_ALL=, C.UTF-8 []", "LC_ALL=C.utf8, C.utf8 [none]", "LANG=C.utf8, [none]"})
    void aLocaleThatLosesNamesOfFilesIsReplacedAndToldOn(String variable, String seen) throws Exception {
        // given
        script("jdk-25.0.1/bin/java", "echo $LC_ALL \"[${NARU_LC_ALL-none}]\"");

        // when
        String said = run(
                "env",
                "-u",
                "LC_ALL",
                "-u",
                "LC_CTYPE",
                "-u",
                "LANG",
                "NARU_LC_ALL=old",
                variable,
                jdk("JAVA_HOME", "25.0.1"));

        // then
        assertThat(said.strip()).isEqualTo(seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill -INT 0; exit 130", "exit 130"})
    void anInterruptWhileItBuildsIsNoFailureOfTheBuild(String end) throws Exception {
        // given
        script("mvnw", "echo some words of Maven; " + end);

        // when
        String said =
                said("setsid --wait env --default-signal=INT ./naru doctor || echo $? >&2", jdk("JAVA_HOME", "25.0.1"));

        // then
        assertThat(said).isEqualTo("naru: building (first run, or sources changed)…\n130\n");
    }

    @Test
    void whoMayNotWriteIntoTheCheckoutIsToldSo() throws Exception {
        // given
        var _ = Foreign.output("chmod", "755", folder.toString());
        String line = "setpriv --reuid=65534 --regid=65534 --clear-groups ./naru doctor || echo $? >&2";

        // when
        String nothingBuilt = said(line, jdk("JAVA_HOME", "25.0.1"));
        var _ = run(jdk("JAVA_HOME", "25.0.1"));
        String built = said(line, jdk("JAVA_HOME", "25.0.1"));
        var _ = Files.createFile(folder.resolve("cli/src/main/B.java"));
        String changed = said(line, jdk("JAVA_HOME", "25.0.1"));

        // then
        assertThat(nothingBuilt)
                .startsWith("naru: this user may not build in " + folder + ": ")
                .contains("what helps: ")
                .endsWith("\n77\n")
                .isEqualTo(changed);
        assertThat(built).isEmpty();
    }

    @Test
    void withoutFindItSaysWhatIsMissing() throws Exception {
        // given
        Path tools = Files.createDirectory(folder.resolve("tools"));
        var _ = Files.createSymbolicLink(tools.resolve("bash"), Path.of("/bin/bash"));

        // when
        String said = said("./naru doctor || echo $? >&2", jdk("JAVA_HOME", "25.0.1"), "PATH=" + tools);

        // then
        assertThat(said).startsWith("naru: find(1) is not on PATH").endsWith("\n69\n");
        assertThat(said.lines()).hasSize(2);
    }

    /** What it says on standard error. */
    private String said(String line, String... environment) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("env", "-u", "NARU_JAVA_HOME", "-u", "JAVA_HOME", "-C", folder.toString(), "HOME=" + folder));
        command.addAll(List.of(environment));
        command.addAll(List.of("bash", "-c", "{ " + line + "; } 2>&1 >/dev/null"));
        return Foreign.output(command);
    }

    @Test
    void aJavaHomeThatIsPassedOverIsToldWhereItIsBuiltAndNotAtEachStart() throws Exception {
        // given a JDK 25 on PATH
        String path = "PATH=" + folder.resolve("jdk-25.0.1/bin") + ":" + System.getenv("PATH");

        // when
        String first = said("./naru doctor", jdk("JAVA_HOME", "26"), path);
        String second = said("./naru doctor", jdk("JAVA_HOME", "26"), path);

        // then
        assertThat(first)
                .contains("naru: JAVA_HOME (" + folder.resolve("jdk-26") + ") is passed over for JDK 25.0.1 at "
                        + folder.resolve("jdk-25.0.1"));
        assertThat(second).isEmpty();
    }

    @Test
    void aJavaHomeThatIsTakenOrOverruledIsNotSpokenOf() throws Exception {
        // when, then
        assertThat(said("./naru doctor", jdk("JAVA_HOME", "25.0.1"))).doesNotContain("JAVA_HOME");
        assertThat(said("./naru doctor", jdk("JAVA_HOME", "25.0.1"), jdk("NARU_JAVA_HOME", "26")))
                .doesNotContain("JAVA_HOME");
    }

    @Test
    void whoOnlyAsksWhatThereIsWaitsForNoBuild() throws Exception {
        // given
        script(
                "mvnw",
                "mkdir -p bench/target/naru/dist/lib; touch bench/target/naru/dist/lib/x.jar; echo built >> builds");
        var _ = said("./naru bench --list", jdk("JAVA_HOME", "25.0.1"));
        assertThat(builds()).isEqualTo(1);

        // when
        FileTime stamp = Files.getLastModifiedTime(folder.resolve("target/naru/bench"));
        var _ = Files.setLastModifiedTime(folder.resolve("pom.xml"), FileTime.fromMillis(stamp.toMillis() + 1000));
        String list = said("./naru bench --list", jdk("JAVA_HOME", "25.0.1"));
        String help = said("./naru bench --help", jdk("JAVA_HOME", "25.0.1"));

        // then
        assertThat(list + help).isEmpty();
        assertThat(builds()).isEqualTo(1);
        var _ = said("./naru bench pipe", jdk("JAVA_HOME", "25.0.1"));
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aPackageWithoutAToolIsNotPassedOver() throws Exception {
        // given
        var _ = Files.writeString(folder.resolve(".ci/packages"), "some-package\nother  #\nbash  # bash\n");

        // when
        String said = said("./naru test || echo $? >&2", jdk("JAVA_HOME", "25.0.1"));

        // then
        assertThat(said)
                .contains("  some-package ", "  other ", "names no tool in .ci/packages")
                .doesNotContain("bash")
                .endsWith("69\n");
    }

    @Test
    void anotherJdkBuildsAnew() throws Exception {
        // given
        var _ = run(jdk("NARU_JAVA_HOME", "25.0.1"));

        // when
        String said = run(jdk("NARU_JAVA_HOME", "26"));

        // then
        assertThat(said).isEqualTo("run by 26\n");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void ciAsksForToolsAndNotForPackagesAndGoesOnWithoutApt() throws Exception {
        // given an apt that fails, and the launcher replaced
        script("bin/apt-get", "echo apt-get $1; exit 100");
        script("naru", "echo naru $1");
        var _ = Files.writeString(folder.resolve(".ci/packages"), "no-such-package  # bash cat\n");
        String path = "PATH=" + folder.resolve("bin") + ":" + System.getenv("PATH");

        // when
        String complete = Foreign.output("env", path, folder.resolve(".ci/run").toString());
        var _ = Files.writeString(folder.resolve(".ci/packages"), "some-package  # no-such-tool\n");
        String lacking = Foreign.output("env", path, folder.resolve(".ci/run").toString());

        // then
        assertThat(complete).isEqualTo("naru test\n");
        assertThat(lacking).endsWith("naru test\n");
        if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) { // only root can install
            assertThat(lacking).contains("apt-get update", "apt-get update failed", "apt-get install failed");
        }
    }
}
