package dev.naru.cli;

import static dev.naru.cli.testing.Naru.asNobody;
import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.SharedLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru lock}: commands that exclude each other, and what is left when one is killed. */
@ExtendWith(NoLeaks.class)
class LockCommandTest {
    private final String place = "/test-" + ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);

    @TempDir
    private Path folder;

    @AfterEach
    void remove() {
        try {
            SharedLock.remove(place);
        } catch (ErrnoException gone) {
            // as it should be
        }
    }

    private static Result lock(String... arguments) throws Exception {
        return naru(line(arguments)).run();
    }

    private static String[] line(String... arguments) {
        return Stream.concat(Stream.of("lock"), Stream.of(arguments)).toArray(String[]::new);
    }

    /** A command that holds the lock until a line comes through the FIFO "wake"; it has begun when this returns. */
    private Program holder() throws Exception {
        Program holder = naru(line(place, "--", "bash", "-c", "exec 3<> wake; echo in; read -u 3 line"))
                .in(folder)
                .start();
        return holder.await("it holds the lock", () -> holder.out().equals("in\n"));
    }

    private Map<String, Object> shown() throws Exception {
        return Json.line(lock("ls", "--json", place).succeeded().out().strip());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> holder(Map<String, Object> shown) {
        return (Map<String, Object>) shown.get("holder");
    }

    private void makeWake() throws Exception {
        var _ = Foreign.output("mkfifo", folder.resolve("wake").toString());
    }

    @ParameterizedTest
    @CsvSource({"exit 0, 0", "exit 7, 7", "kill -TERM $$, 143"})
    void theStatusOfTheCommandIsOurs(String script, int status) throws Exception {
        // when
        Result result = lock(place, "--", "sh", "-c", "echo out; " + script);

        // then
        assertThat(result.endedWith(status).out()).isEqualTo("out\n");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void optionsOfTheCommandAreItsOwn() throws Exception {
        assertThat(lock("lock:" + place, "-t", "5s", "--", "printf", "%s-%s", "--timeout", "ls")
                        .succeeded()
                        .out())
                .isEqualTo("--timeout-ls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "C", "ko_KR.EUC-KR"})
    void theCommandHasTheLocaleThatTheLauncherFound(String locale) throws Exception {
        // when
        Result result = naru("lock", place, "--", "sh", "-c", "echo [$LC_ALL]")
                .environment("NARU_LC_ALL", locale)
                .run();

        // then
        assertThat(result.succeeded().out()).isEqualTo("[" + locale + "]\n");
    }

    @Test
    void aLockInAFileOfThatModeIsMade() throws Exception {
        // when
        var _ = lock("--mode", "640", folder.resolve("state").toString(), "--", "true")
                .succeeded();

        // then
        assertThat(Foreign.output("stat", "-c", "%a", folder.resolve("state").toString()))
                .isEqualTo("640\n");
    }

    @Test
    void whoDoesNotGetItInTimeIsToldWhoHasIt() throws Exception {
        // given
        makeWake();
        try (Program holder = holder()) {

            // when
            Result result = lock("--timeout", "50ms", place, "--", "true");

            // then
            assertThat(result.failed(75, "timed-out").err())
                    .contains("lock:" + place, "(pid " + holder.pid() + ", bash)");
        }
    }

    @Test
    void lsShowsWhoHasItAndWhetherAnyoneWaits() throws Exception {
        // given
        makeWake();
        try (Program holder = holder()) {
            assertThat(shown()).containsEntry("waitedFor", false);
            try (Program waiter = naru(line(place, "--", "echo", "next")).start()) {

                // when
                var _ = waiter.await("it waits", () -> Boolean.TRUE.equals(shown().get("waitedFor")));
                Map<String, Object> shown = shown();
                Result people = lock("ls", place);
                Result all = naru("ls").in(folder).run();

                // then
                assertThat(shown.keySet())
                        .containsExactly(
                                "address",
                                "mode",
                                "uid",
                                "owner",
                                "size",
                                "holder",
                                "waitedFor",
                                "dirty",
                                "attached",
                                "orphaned");
                assertThat(shown).containsEntry("address", "lock:" + place).containsEntry("dirty", false);
                assertThat(holder(shown))
                        .containsEntry("pid", holder.pid())
                        .containsEntry("name", "bash")
                        .containsEntry("alive", true);
                assertThat(people.succeeded().out()).contains("bash(" + holder.pid() + ")", " yes ", "lock:" + place);
                assertThat(all.succeeded().out().lines())
                        .anyMatch(
                                line -> line.contains("bash(" + holder.pid() + ")") && line.endsWith(" lock:" + place));

                // when
                var _ = Files.writeString(folder.resolve("wake"), "\n");

                // then
                assertThat(holder.end().endedWith(0).err()).isEmpty();
                assertThat(waiter.end().succeeded().out()).isEqualTo("next\n");
            }
        }
        assertThat(holder(shown())).containsEntry("id", 0L);
    }

    @Test
    void whenNaruIsKilledTheLockStaysHeldAsLongAsTheCommandRuns() throws Exception {
        // given
        makeWake();
        try (Program holder = holder()) {
            List<ProcessHandle> command = holder.children();
            assertThat(command).hasSize(1);
            try {
                // when
                var _ = holder.signal("KILL");
                assertThat(holder.end().status()).isEqualTo(137);

                // then
                assertThat(holder(shown())).containsEntry("pid", holder.pid()).containsEntry("alive", true);
                var _ = lock("-t", "50ms", place, "--", "true").failed(75, "timed-out");
            } finally {
                // when
                command.forEach(ProcessHandle::destroyForcibly);
            }
            Result next = lock(place, "--", "sh", "-c", "echo $NARU_OWNER_DIED");

            // then
            assertThat(next.endedWith(0).out()).isEqualTo("1\n");
            assertThat(next.err())
                    .isEqualTo("naru: lock:" + place
                            + ": its last owner died in its section: what the lock guards may be half changed\n");
            assertThat(lock(place, "--", "sh", "-c", "echo [$NARU_OWNER_DIED]")
                            .succeeded()
                            .out())
                    .isEqualTo("[]\n");
        }
    }

    @Test
    void aDeadHolderIsShownAsSuch() throws Exception {
        // given
        makeWake();
        try (Program holder = holder()) {
            holder.children().forEach(ProcessHandle::destroyForcibly);
            var _ = holder.end();

            // then: its command was killed, naru was not
            assertThat(holder(shown())).containsEntry("id", 0L);
            assertThat(shown()).containsEntry("dirty", true);
        }
    }

    @Test
    void whoWantsNoInconsistentStateFailsAndTheNextIsToldToo() throws Exception {
        // given
        var _ = lock(place, "--", "sh", "-c", "kill -KILL $$").endedWith(137);

        // when
        Result refused = lock("--on-owner-died=fail", place, "--", "echo", "ran");
        Result failed = lock(place, "--", "false");
        Result repaired = lock(place, "--", "true");

        // then
        assertThat(refused.failed(65, "owner-died").err()).contains("lock:" + place);
        assertThat(failed.endedWith(1).err()).contains("its last owner died");
        assertThat(repaired.endedWith(0).err()).contains("its last owner died");
        var _ = lock("--on-owner-died=fail", place, "--", "true").succeeded();
    }

    @Test
    void aSignalThatEndsNaruEndsTheCommand() throws Exception {
        // given
        try (Program holder = naru(line(place, "--", "sh", "-c", "echo in; exec sleep 1000"))
                .interruptible()
                .start()) {
            var _ = holder.await("it holds the lock", () -> holder.out().equals("in\n"));
            List<ProcessHandle> command = holder.children();

            // when
            var _ = holder.signal("TERM");

            // then
            assertThat(holder.end().status()).isEqualTo(143);
            assertThat(command).noneMatch(ProcessHandle::isAlive);
            assertThat(holder(shown())).containsEntry("id", 0L);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "no-such-program, 65, no-command",
        "./no-such-program, 65, no-command",
        "./plain, 77, cannot-run",
        "., 77, cannot-run",
        "./script, 65, no-interpreter"
    })
    void noLockIsMadeForACommandThatCannotBeStarted(String program, int status, String code) throws Exception {
        // given
        var _ = Files.writeString(folder.resolve("plain"), "");
        var _ = Files.writeString(folder.resolve("script"), "#! /no/such/shell -e\n");
        var _ = Foreign.output("chmod", "755", folder.resolve("script").toString());

        // when
        Result named = naru(line(place, "--", program)).in(folder).run();
        Result inAFile = naru(line("state", "--", program)).in(folder).run();

        // then
        assertThat(named.failed(status, code).err()).startsWith("naru: " + program + ": ");
        var _ = inAFile.failed(status, code);
        var _ = lock("ls", place).failed(65, "no-lock");
        assertThat(folder.resolve("state")).doesNotExist();
    }

    @Test
    void aProgramMayComeWhileItsLockIsWaitedFor() throws Exception {
        // given
        makeWake();
        try (Program holder = holder();
                Program waiter = naru(line(place, "--", "./late")).in(folder).start()) {
            var _ = waiter.await("it waits", () -> Boolean.TRUE.equals(shown().get("waitedFor")));

            // when
            var _ = Files.writeString(folder.resolve("late"), "#!/bin/sh\necho late\n");
            var _ = Foreign.output("chmod", "755", folder.resolve("late").toString());
            var _ = Files.writeString(folder.resolve("wake"), "\n");

            // then
            var _ = holder.end().endedWith(0);
            assertThat(waiter.end().succeeded().out()).isEqualTo("late\n");
        }
    }

    @Test
    void aProgramThatIsMissingLeavesTheLockClean() throws Exception {
        // given
        var _ = lock(place, "--", "true").succeeded();

        // when
        var _ = lock(place, "--", "no-such-program").failed(65, "no-command");

        // then
        assertThat(holder(shown())).containsEntry("id", 0L);
        assertThat(shown()).containsEntry("dirty", false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/x", "/x ls", "--on-owner-died=x /x -- true", "-t x /x -- true"})
    void theCommandLineIsChecked(String arguments) throws Exception {
        var _ = lock(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1))
                .endedWith(64);
    }

    @Test
    void whatIsNoLockIsNot() throws Exception {
        // given
        Path file = Files.writeString(folder.resolve("file"), "hello");

        // then
        var _ = lock(file.toString(), "--", "true").failed(65, "wrong-kind");
        var _ = lock("ls", place).failed(65, "no-lock");
        var _ = lock("rm", place).failed(65, "no-lock");
        var _ = lock("/a/../", "--", "true").endedWith(65);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 5000})
    void aDamagedOneIsARowAmongTheOthersAndAnErrorByItsName(int size) throws Exception {
        // given
        String damaged = place + ".damaged";
        Path file = Path.of("/dev/shm/naru-lock." + damaged.substring(1));
        try {
            var _ = Files.write(file, new byte[size]);
            var _ = lock(place, "--", "true").succeeded();

            // when
            List<Result> tables = List.of(naru("ls").in(folder).run(), lock("ls"));
            Result json = naru("ls", "--json").in(folder).run();

            // then
            for (Result table : tables) {
                List<String> lines = table.succeeded().out().lines().toList();
                assertThat(lines).anyMatch(line -> line.contains(" damaged ") && line.endsWith(" lock:" + damaged));
                assertThat(lines).anyMatch(line -> line.contains(" - ") && line.endsWith(" lock:" + place));
            }
            assertThat(Json.lines(json.succeeded().out()))
                    .anySatisfy(row -> assertThat(row)
                            .containsEntry("address", "lock:" + damaged)
                            .containsEntry("damaged", true)
                            .doesNotContainKey("holder"));
            var _ = lock("ls", damaged).failed(65, "wrong-kind");
            var _ = lock("ls", place, damaged).failed(65, "wrong-kind");
        } finally {
            boolean _ = Files.deleteIfExists(file);
        }
    }

    @Test
    void whoMayNotIsTold() throws Exception {
        // given
        var _ = Foreign.output("chmod", "755", folder.toString());
        var _ = lock(place, "--", "true").succeeded();

        // when
        Result refused = asNobody(Files.createTempDirectory(folder, "jars"), line(place, "--", "true"))
                .run();
        Result seen = asNobody(Files.createTempDirectory(folder, "jars"), line("ls", place))
                .run();

        // then
        var _ = refused.failed(77, "denied");
        assertThat(seen.endedWith(0).out()).contains(" ? ").contains("lock:" + place);
        assertThat(seen.err()).isEqualTo("naru: ? is shown where processes of other users may be; root sees them\n");
    }

    @Test
    void removedItIsGone() throws Exception {
        // given
        var _ = lock(place, "--", "true").succeeded();

        // when
        var _ = lock("rm", new Address.Lock(place).toString()).succeeded();

        // then
        assertThat(Path.of("/dev/shm/naru-lock." + place.substring(1))).doesNotExist();
    }
}
