package dev.naru.cli;

import static dev.naru.cli.testing.Naru.asNobody;
import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.Broadcast;
import dev.naru.memory.BroadcastWriter;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingSpec;
import dev.naru.memory.RingWriter;
import java.nio.ByteBuffer;
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
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru ring}, and the rows of rings in {@code naru ls}: each end in a process of its own. */
@ExtendWith(NoLeaks.class)
class RingCommandTest {
    private final String place = "/test-" + ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);

    @TempDir
    private Path folder;

    @AfterEach
    void remove() {
        try {
            Ring.remove(place);
        } catch (ErrnoException gone) {
            // as it should be
        }
    }

    private static Result ring(String... arguments) throws Exception {
        return naru(line(arguments)).run();
    }

    private static String[] line(String... arguments) {
        return Stream.concat(Stream.of("ring"), Stream.of(arguments)).toArray(String[]::new);
    }

    private void create(String... options) throws Exception {
        String[] line = Stream.concat(Stream.of("create"), Stream.concat(Stream.of(options), Stream.of(place)))
                .toArray(String[]::new);
        assertThat(ring(line).succeeded().out()).isEmpty();
    }

    private Map<String, Object> stat() throws Exception {
        return Json.line(ring("stat", "--json", place).succeeded().out().strip());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> first(Map<String, Object> shown, String array) {
        return ((List<Map<String, Object>>) shown.get(array)).getFirst();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Map<String, Object> shown, String name) {
        return (Map<String, Object>) shown.get(name);
    }

    private boolean hasReader() throws Exception {
        return Boolean.TRUE.equals(object(stat(), "reader").get("alive"));
    }

    private static void send(Ring ring, String... messages) throws Exception {
        try (RingWriter writer = ring.writer()) {
            for (String message : messages) {
                writer.send(ByteBuffer.wrap(message.getBytes(UTF_8)));
            }
        }
    }

    @Test
    void whatIsSentIsReceivedInItsOrder() throws Exception {
        // given
        create();

        // when
        var _ = ring("send", place, "one", "", "drei 3").succeeded();
        var _ = shell("printf 'four\\nfi\\377ve' | naru ring send ring:" + place)
                .run()
                .succeeded();

        // then
        assertThat(ring("receive", "-n", "2", place).succeeded().out()).isEqualTo("one\n\n");
        assertThat(ring("receive", place).succeeded().out()).isEqualTo("drei 3\n");
        assertThat(Json.lines(ring("receive", "--no-wait", "--json", place)
                        .succeeded()
                        .out()))
                .containsExactly(Map.of("bytes", 4L, "message", "four"), Map.of("bytes", 5L, "base64", "Zmn/dmU="));
        assertThat(ring("receive", "--no-wait", place).succeeded().out()).isEmpty();
        var _ = ring("receive", "--timeout", "10ms", place).failed(75, "timed-out");
    }

    @Test
    void whoFollowsGetsWhatIsSentMeanwhileUntilItIsInterrupted() throws Exception {
        // given
        create();
        try (Program reader =
                naru(line("receive", "--follow", place)).interruptible().start()) {
            var _ = reader.await("it is the reader", () -> hasReader());

            // when
            var _ = ring("send", place, "a").succeeded();
            var _ = reader.await("a came", () -> reader.out().equals("a\n"));
            Result other = ring("receive", place);
            var _ = ring("send", place, "b").succeeded();
            var _ = reader.await("b came", () -> reader.out().equals("a\nb\n"));

            // then
            assertThat(other.failed(69, "reader-taken").err()).contains("(pid " + reader.pid() + ", ");
            var _ = reader.signal("INT");
            assertThat(reader.end().status()).isEqualTo(130);
        }
    }

    @Test
    void whoIsKilledLeavesItsPlaceAndWhatWaits() throws Exception {
        // given
        create();
        try (Program reader = naru(line("receive", "--follow", place)).start()) {
            var _ = reader.await("it is the reader", () -> hasReader());
            var _ = reader.signal("KILL");
            var _ = reader.end();

            // when
            assertThat(object(stat(), "reader")).containsEntry("alive", false);
            var _ = ring("send", place, "after").succeeded();

            // then
            assertThat(ring("receive", place).succeeded().out()).isEqualTo("after\n");
        }
    }

    @Test
    void aFullRingIsWaitedForAsLongAsTheTimeLets() throws Exception {
        // given
        create("--size", "4K");
        String message = "x".repeat(500);
        try (Ring ring = Ring.open(place);
                RingReader reader = ring.reader();
                Program sender = shell("yes " + message + " | head -n 20 | naru ring send " + place)
                        .start()) {
            var _ = sender.await(
                    "it is full", () -> (Long) first(stat(), "lanes").get("full") > 0);

            // when
            Result second = ring("send", "--timeout", "10ms", place, message);

            // then
            assertThat(second.failed(69, "lanes-taken").err()).contains("1 lane");
            for (int i = 0; i < 20; i++) {
                assertThat(new String(reader.receive(), UTF_8)).isEqualTo(message);
            }
            var _ = sender.end().succeeded();
        }
        var _ = shell("yes " + message + " | head -n 20 | naru ring send --timeout 10ms " + place)
                .run()
                .failed(75, "timed-out");
    }

    @Test
    void aMessageThatIsTooLongIsRefusedWithBothSizes() throws Exception {
        // given
        create("--size", "4K");

        // then
        assertThat(ring("send", place, "x".repeat(505))
                        .failed(65, "message-too-long")
                        .err())
                .contains("a message of 505 B does not fit, since the longest may have 504 B");
        var _ = ring("send", place, "x".repeat(504)).succeeded();
    }

    @Test
    void aMessageThatCannotBePrintedStaysInTheRing() throws Exception {
        // given
        create();
        var _ = ring("send", place, "precious").succeeded();

        // when
        Result lost = shell("naru ring receive " + place + " > /dev/full").run();

        // then
        var _ = lost.failed(69, "output-lost");
        assertThat(ring("receive", place).succeeded().out()).isEqualTo("precious\n");
    }

    @Test
    void aTapSeesWhatPassesAndTakesNothing() throws Exception {
        // given
        create("--lanes", "2");
        try (Ring ring = Ring.open(place)) {
            send(ring, "waits");
            try (Program tap = naru(line("tap", "--backlog", "--count", "3", "--json", place))
                    .start()) {
                var _ = tap.await("it sees what waits", () -> tap.out().contains("waits"));
                Map<String, Object> before = stat();

                // when
                send(ring, "passes");
                try (RingReader reader = ring.reader()) {
                    assertThat(new String(reader.receive(), UTF_8)).isEqualTo("waits");
                    assertThat(new String(reader.receive(), UTF_8)).isEqualTo("passes");
                }
                send(ring, "stays");

                // then
                List<Map<String, Object>> seen =
                        Json.lines(tap.end().succeeded().out());
                assertThat(seen).extracting(each -> each.get("message")).containsExactly("waits", "passes", "stays");
                assertThat(seen.getFirst().keySet()).containsExactly("lane", "position", "bytes", "message");
                assertThat(object(before, "reader")).containsEntry("id", 0L);
                assertThat(ring("receive", "--no-wait", place).succeeded().out())
                        .isEqualTo("stays\n");
            }
        }
        var _ = ring("tap", "-t", "10ms", place).failed(75, "timed-out");
    }

    @Test
    void aBroadcastRingGivesAllToEach() throws Exception {
        // given
        create("--broadcast", "--size", "64K");
        try (Program one = naru(line("receive", "-n", "2", place)).start();
                Program two = naru(line("receive", "-n", "2", "--json", place)).start();
                Program tap = naru(line("tap", "-n", "2", place)).start();
                Broadcast ring = Broadcast.open(place);
                BroadcastWriter writer = ring.writer()) {
            var _ = one.await("both receive", () -> ((List<?>) stat().get("readers")).size() == 2);
            var _ = tap.await(
                    "it watches",
                    () -> Files.readString(Path.of("/proc/" + tap.pid() + "/maps"))
                            .contains("naru-ring." + place.substring(1)));

            // when
            Result other = ring("send", place, "x");
            // a tap that has mapped the ring may not have looked yet
            Await.until("it has seen two", () -> {
                writer.send(ByteBuffer.wrap("tick".getBytes(UTF_8)));
                return ProcessHandle.of(tap.pid()).isEmpty();
            });

            // then
            var _ = other.failed(69, "lanes-taken");
            assertThat(one.end().endedWith(0).out()).isEqualTo("tick\ntick\n");
            assertThat(Json.lines(two.end().endedWith(0).out())).hasSize(2);
            assertThat(tap.end().endedWith(0).out()).isEqualTo("tick\ntick\n");
        }
    }

    @Test
    void statAndLsShowOwnerSizeBacklogAndWhoIsThere() throws Exception {
        // given
        create("--mode", "640", "--size", "8K", "--lanes", "2");
        try (Ring ring = Ring.open(place);
                RingWriter writer = ring.writer();
                RingReader _ = ring.reader()) {
            writer.send(ByteBuffer.wrap(new byte[100]));
            long pid = ProcessHandle.current().pid();

            // when
            Map<String, Object> stat = stat();
            Result people = ring("stat", place);
            Result ls = naru("ls").in(folder).run();
            Result json = naru("ls", "--json").in(folder).run();

            // then
            assertThat(stat.keySet())
                    .containsExactly(
                            "address",
                            "mode",
                            "uid",
                            "owner",
                            "size",
                            "kind",
                            "laneBytes",
                            "backlog",
                            "reader",
                            "lanes",
                            "attached",
                            "orphaned");
            assertThat(stat)
                    .containsEntry("address", "ring:" + place)
                    .containsEntry("mode", "640")
                    .containsEntry("size", RingSpec.manyToOne(2, 8192).size())
                    .containsEntry("kind", "ring")
                    .containsEntry("backlog", 112L);
            assertThat(object(stat, "reader")).containsEntry("pid", pid).containsEntry("alive", true);
            assertThat(first(stat, "lanes"))
                    .containsEntry("sent", 1L)
                    .containsEntry("received", 0L)
                    .containsEntry("lag", 112L);
            assertThat(first(stat, "attached")).containsEntry("pid", pid);
            assertThat(people.succeeded().out())
                    .contains("  kind      to one reader, 2 lanes of 8192 B\n", "  backlog   112 B\n", "(" + pid + ")");
            assertThat(ls.succeeded().out().lines().filter(line -> line.endsWith(" ring:" + place)))
                    .singleElement()
                    .satisfies(line -> assertThat(line).containsPattern("^640 .* 112 .*\\(" + pid + "\\)"));
            assertThat(Json.lines(json.succeeded().out())).contains(stat);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "zeros", "ring", "broadcast"})
    void aDamagedOneIsARowAmongTheOthers(String kind) throws Exception {
        // given
        create("--size", "8K");
        String damaged = place + ".damaged";
        Path file = Path.of("/dev/shm/naru-ring." + damaged.substring(1));
        try {
            switch (kind) {
                case "empty" -> Files.createFile(file);
                case "zeros" -> Files.write(file, new byte[5000]);
                case "ring" -> ring("create", damaged).succeeded();
                default -> ring("create", "--broadcast", damaged).succeeded();
            }
            if (Files.size(file) > 5000) {
                var _ = Foreign.output("truncate", "-s", "4096", file.toString()); // cut off behind its header
            }

            // when
            Result table = naru("ls").in(folder).run();
            Result json = naru("ls", "--json").in(folder).run();

            // then
            List<String> lines = table.succeeded().out().lines().toList();
            assertThat(lines).anyMatch(line -> line.contains(" ? damaged ") && line.endsWith(" ring:" + damaged));
            assertThat(lines).anyMatch(line -> line.contains(" 0 - ") && line.endsWith(" ring:" + place));
            assertThat(Json.lines(json.succeeded().out()))
                    .anySatisfy(row -> assertThat(row)
                            .containsEntry("address", "ring:" + damaged)
                            .containsEntry("damaged", true)
                            .doesNotContainKey("kind"));
            var _ = ring("stat", damaged).failed(65, "wrong-kind");
        } finally {
            boolean _ = Files.deleteIfExists(file);
        }
    }

    @Test
    void createTwiceIsAnErrorUnlessItMayExist() throws Exception {
        create();
        var _ = ring("create", place).failed(65, "exists");
        create("--exist-ok");
        var _ = ring("create", "--exist-ok", "--broadcast", place).failed(65, "wrong-kind");
        var _ = ring("rm", place).succeeded();
        for (String verb : List.of("rm", "stat", "receive", "tap", "send")) {
            var _ = ring(verb, place).failed(65, "no-ring");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create",
                "create --size 5000 /x",
                "create --size 2K /x",
                "create --lanes 1025 /x",
                "create --lanes 0 /x",
                "receive",
                "receive -n 0 /x",
                "receive -f -n 2 /x",
                "tap -n 0 /x",
                "send",
                "send -t x /x m",
                "nosuch"
            })
    void theCommandLineIsChecked(String arguments) throws Exception {
        var _ = ring(arguments.split(" ", -1)).endedWith(64);
    }

    @Test
    void aLockIsNoRing() throws Exception {
        // given
        Path file = folder.resolve("lock");
        var _ = naru("lock", file.toString(), "--", "true").run().succeeded();

        // then
        assertThat(ring("stat", file.toString()).failed(65, "wrong-kind").err()).contains("a lock");
    }

    @Test
    void whoMayNotIsTold() throws Exception {
        // given
        var _ = Foreign.output("chmod", "755", folder.toString());
        create();

        // then
        for (String verb : List.of("send", "receive", "tap", "stat", "rm")) {
            var _ = asNobody(Files.createTempDirectory(folder, "jars"), line(verb, place))
                    .run()
                    .failed(77, "denied");
        }
    }
}
