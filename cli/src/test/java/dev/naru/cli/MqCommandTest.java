package dev.naru.cli;

import static dev.naru.cli.testing.Naru.asNobody;
import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.SystemVQueues;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Perl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code naru mq}: each end in a process of its own. */
@ExtendWith(NoLeaks.class)
class MqCommandTest {
    private final int number = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final String key = "0x" + Integer.toHexString(number);
    private final String name = "/naru-test-" + number;

    @TempDir
    Path folder;

    @AfterEach
    void remove() throws Exception {
        boolean _ = PosixQueues.remove(name);
        var id = SystemVQueues.find(number);
        if (id.isPresent()) {
            boolean _ = SystemVQueues.remove(id.get(), key);
        }
    }

    private static Result mq(String... arguments) throws Exception {
        return naru(Stream.concat(Stream.of("mq"), Stream.of(arguments)).toArray(String[]::new))
                .run();
    }

    private static Map<String, Object> stat(String queue) throws Exception {
        return Json.line(mq("stat", "--json", queue).succeeded().out().strip());
    }

    @Test
    void typesAreSentAndChosenAndPerlSeesThem() throws Exception {
        // given
        String made = mq("create", key).succeeded().out().strip();
        assertThat(made).isEqualTo("sysv:" + SystemVQueues.find(number).orElseThrow());

        // when
        var _ = mq("send", key, "--type", "7", "seven").succeeded();
        var _ = mq("send", made, "--type", "3", "three", "drei").succeeded();
        try (Perl perl = Perl.start()) {
            assertThat(perl.ask("msgsnd(msgget(" + number + ", 0), pack('l! a*', 5, 'from perl'), 0)"))
                    .isEqualTo("1");
        }

        // then
        assertThat(mq("receive", "--peek", key).succeeded().out()).isEqualTo("seven\nthree\ndrei\nfrom perl\n");
        assertThat(mq("receive", "--up-to", "4", key).succeeded().out()).isEqualTo("three\n");
        assertThat(mq("receive", "--not", "3", "--json", key).succeeded().out())
                .isEqualTo("{\"type\":7,\"bytes\":5,\"message\":\"seven\"}\n");
        assertThat(mq("receive", "--type", "5", key).succeeded().out()).isEqualTo("from perl\n");
        assertThat(mq("receive", "--type", "5", "--no-wait", key).succeeded().out())
                .isEmpty();
        assertThat(stat(key)).containsEntry("messages", 1L).containsEntry("backlog", 4L);
        assertThat(mq("stat", made).succeeded().out())
                .contains("key        " + key)
                .contains("4 of ");
        assertThat(mq("rm", key).succeeded().out()).isEmpty();
        assertThat(mq("stat", key).endedWith(65).err()).contains("there is no such message queue");
    }

    @Test
    void prioritiesGoFirst() throws Exception {
        var _ = mq("create", name, "--messages", "3", "--size", "16", "--mode", "640")
                .succeeded();
        var _ = mq("send", name, "low").succeeded();
        var _ = mq("send", "mq:" + name, "-p", "9", "high").succeeded();
        assertThat(stat(name))
                .containsEntry("messages", 2L)
                .containsEntry("mostMessages", 3L)
                .containsEntry("longest", 16L)
                .containsEntry("mode", "640");
        assertThat(mq("receive", "-n", "2", "--json", name).succeeded().out()).isEqualTo("""
                        {"priority":9,"bytes":4,"message":"high"}
                        {"priority":0,"bytes":3,"message":"low"}
                        """);
    }

    @Test
    void linesOfStandardInputAreMessagesAndAFullQueueIsWaitedFor() throws Exception {
        var _ = mq("create", name, "--messages", "2", "--size", "16").succeeded();
        String lines = shell("seq 100 | naru mq send " + name + " & naru mq receive -n 100 " + name + "; wait")
                .run()
                .succeeded()
                .out();
        assertThat(lines.lines()).hasSize(100).startsWith("1", "2", "3").endsWith("99", "100");
    }

    @Test
    void whoWaitsTooLongIsTold() throws Exception {
        var _ = mq("create", name, "--messages", "1", "--size", "16").succeeded();
        assertThat(mq("receive", "-t", "10ms", name).endedWith(75).err()).contains("the time ran out");
        assertThat(mq("receive", "--no-wait", name).succeeded().out()).isEmpty();
        var _ = mq("send", name, "x").succeeded();
        assertThat(mq("send", "--no-wait", name, "y").endedWith(75).err()).contains("the time ran out");
        assertThat(mq("send", name, "x".repeat(17)).endedWith(65).err())
                .contains("16 B")
                .contains("17 B");
    }

    @Test
    void aPrivateQueueIsNamedByItsMsqid() throws Exception {
        String made = mq("create", "--private").succeeded().out().strip();
        try {
            var _ = mq("send", made, "x").succeeded();
            assertThat(Foreign.output("ipcs", "-q")).contains(" " + made.substring("sysv:".length()) + " ");
            assertThat(stat(made)).containsEntry("key", "0x0");
        } finally {
            var _ = mq("rm", made).succeeded();
        }
    }

    @Test
    void aFileAndAProjectAreAKey() throws Exception {
        var _ = Files.createFile(folder.resolve("app"));
        String place = folder.resolve("app") + "#A";
        String made = mq("create", place).succeeded().out().strip();
        assertThat(mq("create", "--exist-ok", "sysv:" + place).succeeded().out().strip())
                .isEqualTo(made);
        var _ = mq("rm", place).succeeded();
    }

    @Test
    void anotherUserIsRefused() throws Exception {
        String made = mq("create", key).succeeded().out().strip();
        assertThat(asNobody(Files.createDirectory(folder.resolve("a")), "mq", "send", made, "x")
                        .run()
                        .endedWith(77)
                        .err())
                .contains("permission denied");
        assertThat(asNobody(Files.createDirectory(folder.resolve("b")), "mq", "rm", made)
                        .run()
                        .endedWith(77)
                        .err())
                .contains("permission denied");
    }

    @ParameterizedTest
    @CsvSource({
        "send 0x1 -p 3 x,--priority is of POSIX queues",
        "send /x --type 3 x,--type is of System V queues",
        "send 0x1 --type 0 x,--type is above 0",
        "send /x -p 40000 x,--priority is 0 to 32767",
        "receive /x --type 3,are of System V queues",
        "receive 0x1 --type 3 --not 4,choose one of",
        "receive 0x1 --type 0,a type is above 0",
        "receive 0x1 --follow --peek,--follow goes with none",
        "create,--private",
        "create 65538,the kernel chooses that number",
        "create fifo:x,is no message queue",
        "stat '',is no queue"
    })
    void whatMakesNoSenseIsRefused(String line, String why) throws Exception {
        String[] words = line.replace("''", " ").split(" ", -1);
        for (int i = 0; i < words.length; i++) {
            words[i] = words[i].strip();
        }
        assertThat(mq(words).err()).contains(why);
    }
}
