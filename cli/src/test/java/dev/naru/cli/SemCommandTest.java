package dev.naru.cli;

import static dev.naru.cli.testing.Naru.asNobody;
import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.PosixSemaphore;
import dev.naru.linux.SystemVSemaphores;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
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

/** {@code naru sem}: each side in a process of its own. */
@ExtendWith(NoLeaks.class)
class SemCommandTest {
    private final int number = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final String key = "0x" + Integer.toHexString(number);
    private final String name = "/naru-test-" + number;

    @TempDir
    Path folder;

    @AfterEach
    void remove() throws Exception {
        boolean _ = PosixSemaphore.remove(name);
        var id = SystemVSemaphores.find(number);
        if (id.isPresent()) {
            boolean _ = SystemVSemaphores.remove(id.get(), key);
        }
    }

    private static Result sem(String... arguments) throws Exception {
        return naru(line(arguments)).run();
    }

    private static String[] line(String... arguments) {
        return Stream.concat(Stream.of("sem"), Stream.of(arguments)).toArray(String[]::new);
    }

    private static Map<String, Object> stat(String semaphore) throws Exception {
        return Json.line(sem("stat", "--json", semaphore).succeeded().out().strip());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> one(String set, int index) throws Exception {
        return ((List<Map<String, Object>>) stat(set).get("semaphores")).get(index);
    }

    @Test
    void permitsAreTakenAndGiven() throws Exception {
        assertThat(sem("create", name, "-v", "2", "-m", "640").succeeded().out())
                .isEmpty();
        var _ = sem("acquire", name).succeeded();
        var _ = sem("acquire", "sem:" + name).succeeded();
        assertThat(sem("acquire", "--no-wait", name).endedWith(75).err()).contains("the time ran out");
        assertThat(sem("acquire", "-t", "10ms", name).endedWith(75).err()).contains("the time ran out");
        var _ = sem("release", "-p", "3", name).succeeded();
        assertThat(stat(name)).containsEntry("value", 3L).containsEntry("mode", "640");
        assertThat(sem("stat", name).succeeded().out()).contains("value     3");
        var _ = sem("rm", name).succeeded();
        assertThat(sem("acquire", name).endedWith(65).err()).contains("there is no such semaphore");
    }

    @Test
    void aSetHasSeveralAndIpcsSeesIt() throws Exception {
        String made = sem("create", key, "--value", "8,0").succeeded().out().strip();
        assertThat(made).isEqualTo("sem:" + SystemVSemaphores.find(number).orElseThrow());
        var _ = sem("acquire", key).succeeded();
        var _ = sem("release", "-n", "1", made).succeeded();
        assertThat(one(key, 0)).containsEntry("value", 7L);
        assertThat(one(key, 1)).containsEntry("value", 1L);
        assertThat(Foreign.output("ipcs", "-s", "-i", made.substring("sem:".length())))
                .containsPattern("(?m)^0 +7 ")
                .containsPattern("(?m)^1 +1 ");
        assertThat(sem("create", "--exist-ok", key, "-v", "1").endedWith(65).err())
                .contains("2 semaphores, and 1");
        assertThat(sem("release", "-p", "32761", key).endedWith(65).err()).contains("32767");
        assertThat(one(key, 0)).as("all or none").containsEntry("value", 7L);
    }

    @Test
    void aCommandRunsWithThePermitAndItsStatusIsOurs() throws Exception {
        for (String semaphore : List.of(name, key)) {
            var _ = sem("create", semaphore).succeeded();
            String said = shell("export -f naru; naru sem acquire " + semaphore
                            + " -- bash -c 'naru sem acquire --no-wait " + semaphore + "; echo inside $?; exit 3'")
                    .run()
                    .endedWith(3)
                    .out();
            assertThat(said).isEqualTo("inside 75\n");
            var _ = sem("acquire", "--no-wait", semaphore).succeeded();
        }
    }

    @Test
    void whatAKilledCommandHadOfASetIsGivenBack() throws Exception {
        var _ = sem("create", key).succeeded();
        try (Program holder = naru(line("acquire", key, "--", "sleep", "3600")).start()) {
            Await.until("it has the permit", () -> one(key, 0).get("value").equals(0L));
            long child = holder.pid();
            var _ = Foreign.shell("pkill -KILL -P " + child + "; kill -KILL " + child);
            Await.until("it is given back", () -> one(key, 0).get("value").equals(1L));
        }
    }

    @Test
    void aWaitingCommandIsSeen() throws Exception {
        var _ = sem("create", key, "-v", "0").succeeded();
        try (Program waits = naru(line("acquire", key)).start()) {
            Await.until("it waits", () -> one(key, 0).get("waiting").equals(1L));
            var _ = sem("release", key).succeeded();
            var _ = waits.end().succeeded();
        }
    }

    @Test
    void anotherUserIsRefused() throws Exception {
        var _ = sem("create", key).succeeded();
        assertThat(asNobody(folder, line("acquire", key)).run().endedWith(77).err())
                .contains("permission denied");
    }

    @ParameterizedTest
    @CsvSource({
        "acquire 0x1 -n x,x",
        "create,--private",
        "create 65538,the kernel chooses that number",
        "create fifo:x,is no semaphore",
        "release /x -p 0,--permits is 1 or more"
    })
    void whatMakesNoSenseIsRefused(String line, String why) throws Exception {
        assertThat(sem(line.split(" ", -1)).err()).contains(why);
    }

    @Test
    void aNumberBeyondTheSetIsRefused() throws Exception {
        var _ = sem("create", key).succeeded();
        assertThat(sem("acquire", key, "-n", "1").endedWith(64).err()).contains("the set has 1, from 0");
        var _ = sem("create", name).succeeded();
        assertThat(sem("acquire", name, "-n", "1").endedWith(64).err()).contains("stands alone");
        assertThat(sem("create", name + "x", "-v", "1,2").endedWith(64).err()).contains("stands alone");
    }
}
