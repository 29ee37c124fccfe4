package dev.naru.cli;

import static dev.naru.cli.testing.Naru.asNobody;
import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru topic}, but for what goes in and out. */
@ExtendWith(NoLeaks.class)
class TopicCommandTest {
    @TempDir
    private Path folder;

    private Result topic(String... arguments) throws Exception {
        return naru(Stream.concat(Stream.of("topic"), Stream.of(arguments)).toArray(String[]::new))
                .in(folder)
                .run();
    }

    private Path segment(String topic) {
        return folder.resolve("data/topics/" + topic + "-0/00000000000000000000.log");
    }

    private static Result run(Path folder, String line) throws Exception {
        return shell(line).in(folder).run();
    }

    @Test
    void aTopicIsMadeDescribedChangedAndRemoved() throws Exception {
        // given
        var _ = topic("create", "-p", "2", "-s", "segment.bytes=65536", "orders")
                .succeeded();
        var _ = run(folder, "printf 'a\\nb\\nc\\n' | naru topic produce -p 1 topic:orders")
                .succeeded();

        // then
        assertThat(topic("list").succeeded().out()).isEqualTo("""
                        partitions      records          bytes address
                                 2            3             85 topic:data#orders
                        """);
        Map<String, Object> described = Json.line(
                topic("describe", "--json", "orders").succeeded().out().strip());
        assertThat(described)
                .containsEntry("address", "topic:data#orders")
                .containsEntry("partitions", 2L)
                .containsEntry("records", 3L);
        assertThat(described.get("settings").toString()).contains("segment.bytes=65536");
        assertThat(topic("describe", "orders").succeeded().out())
                .containsPattern("(?m)^  segment.bytes +65536$")
                .containsPattern("(?m)^ +1 +0 +3 +3 +1 +85 +0$");

        // and
        var _ = topic("alter", "-p", "3", "-s", "retention.ms=1000", "orders").succeeded();
        assertThat(topic("describe", "orders").succeeded().out())
                .containsPattern("(?m)^  partitions +3$")
                .containsPattern("(?m)^  segment.bytes +65536$")
                .containsPattern("(?m)^  retention.ms +1000$");
        assertThat(topic("alter", "-p", "1", "orders")
                        .failed(64, "fewer-partitions")
                        .err())
                .contains("a topic of 3 partitions");

        // and
        var _ = topic("delete", "orders").succeeded();
        assertThat(topic("list").succeeded().out()).isEmpty();
        Result gone = topic("delete", "orders");
        assertThat(gone.failed(65, "no-topic").err()).contains("'naru topic list'", "'naru topic create TOPIC'");
    }

    @Test
    void createTwiceIsAnErrorUnlessItMayExist() throws Exception {
        var _ = topic("create", "orders").succeeded();
        var _ = topic("create", "orders").failed(65, "exists");
        var _ = topic("create", "--exist-ok", "-p", "4", "orders").succeeded();
        assertThat(topic("list").succeeded().out()).contains("         1            0 ");
    }

    @Test
    void theStoreIsThatOfTheAddressElseOfTheOptionElseOfTheEnvironmentElseData() throws Exception {
        // given
        for (String store : List.of("data", "environment", "option", "address")) {
            var _ = topic("create", "topic:" + store + "#" + store).succeeded();
        }

        // then
        assertThat(topic("list").succeeded().out()).endsWith(" topic:data#data\n");
        assertThat(naru("topic", "list")
                        .environment("NARU_STORE", "environment")
                        .in(folder)
                        .run()
                        .succeeded()
                        .out())
                .endsWith(" topic:environment#environment\n");
        assertThat(naru("topic", "list", "--store", "option")
                        .environment("NARU_STORE", "environment")
                        .in(folder)
                        .run()
                        .succeeded()
                        .out())
                .endsWith(" topic:option#option\n");
        assertThat(topic("describe", "--store", "option", "address#address")
                        .succeeded()
                        .out())
                .startsWith("topic:address#address\n");
        assertThat(naru("ls")
                        .environment("NARU_STORE", "environment")
                        .in(folder)
                        .run()
                        .succeeded()
                        .out())
                .endsWith(" topic:environment#environment\n");
        assertThat(Json.lines(naru("ls", "--json").in(folder).run().succeeded().out()))
                .contains(Map.of("address", "topic:data#data", "partitions", 1L, "records", 0L, "bytes", 0L));
    }

    @Test
    void whatIsNotThereIsToldWithWhatHelps() throws Exception {
        for (List<String> line : List.of(
                List.of("list"),
                List.of("describe", "orders"),
                List.of("produce", "orders"),
                List.of("consume", "orders"),
                List.of("tail", "orders"),
                List.of("verify"),
                List.of("dump", "orders"),
                List.of("alter", "-p", "2", "orders"),
                List.of("delete", "orders"))) {
            assertThat(topic(line.toArray(String[]::new)).failed(65, "no-store").err())
                    .contains("NARU_STORE");
        }
        var _ = topic("create", "other").succeeded();
        for (String verb : List.of("describe", "produce", "consume", "tail", "verify", "dump", "delete")) {
            assertThat(topic(verb, "orders").failed(65, "no-topic").err())
                    .contains("data#orders: there is no such topic")
                    .contains("'naru topic list'");
        }
        for (String verb : List.of("produce", "consume", "tail", "dump")) {
            assertThat(topic(verb, "-p", "1", "other")
                            .failed(65, "no-partition")
                            .err())
                    .contains("topic:data#other: there is no partition 1: it has partition 0 alone");
        }
        assertThat(naru("ls").in(folder.getParent()).run().endedWith(0).out()).doesNotContain("topic:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create",
                "create -p 0 x",
                "create -p x x",
                "create -s segment.bytes=1 x",
                "create -s segment.bytes x",
                "create -s nosuch=1 x",
                "alter x",
                "describe",
                "delete",
                "produce",
                "produce -T soon x",
                "produce -K= x",
                "produce -D \\q x",
                "produce --json -K: x",
                "produce --json x file",
                "consume",
                "consume a b",
                "consume -o soon x",
                "consume -o s@soon x",
                "consume --from 2026-13-01 x",
                "consume -c -1 x",
                "consume -f %q x",
                "consume -f \\x1 x",
                "consume -f %s --json x",
                "consume -f %s -K: x",
                "consume ring:/x",
                "tail -n -1 x",
                "dump",
                "nosuch"
            })
    void theCommandLineIsChecked(String arguments) throws Exception {
        assertThat(topic(arguments.split(" ", -1)).failed(64, "usage").err()).doesNotContain("index", "arity");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsNoTopicIsRefused() throws Exception {
        var _ = topic("create", "a b").failed(64, "bad-topic-name");
        var _ = topic("create", "topic:").failed(64, "bad-address");
        var _ = topic("list", "--store", "/dev/null").failed(65, "not-a-directory");
    }

    @Test
    void verifyFindsAFlippedBitWhereItIsAndLooksAtTheRest() throws Exception {
        // given
        var _ = topic("create", "a", "b").succeeded();
        for (String value : List.of("one", "two", "three")) {
            var _ = run(folder, "echo " + value + " | naru topic produce a; echo " + value + " | naru topic produce b")
                    .succeeded();
        }
        assertThat(topic("verify").succeeded().out().lines().skip(1))
                .hasSize(2)
                .allMatch(line -> line.matches("ok +1 +3 +3 +\\d+ topic:data#[ab] 0"));
        long batch = Json.lines(topic("dump", "--json", "a").succeeded().out())
                                .get(1)
                                .get("position")
                        instanceof Long at
                ? at
                : -1;
        flip(segment("a"), (int) batch + 65);

        // when
        Result result = topic("verify");
        Result json = topic("verify", "--json", "a");
        Result dump = topic("dump", "a");
        Result consume = topic("consume", "-e", "a");

        // then
        String position = ": position " + batch + ": a batch has another CRC than it should\n";
        assertThat(result.endedWith(1).err()).isEmpty();
        assertThat(result.out())
                .containsPattern("(?m)^damaged +1 +3 +3 +\\d+ topic:data#a 0$")
                .contains("  " + segment("a") + position)
                .containsPattern("(?m)^ok +1 +3 +3 +\\d+ topic:data#b 0$");
        assertThat(Json.line(json.endedWith(1).out().strip()))
                .containsEntry("sound", false)
                .containsEntry(
                        "damages",
                        List.of(Map.of(
                                "file",
                                segment("a").toString(),
                                "position",
                                batch,
                                "found",
                                "a batch has another CRC than it should")));
        assertThat(dump.endedWith(1).out().lines().filter(line -> line.endsWith(" isvalid: false")))
                .singleElement()
                .satisfies(line -> assertThat(line).contains(" position: " + batch + " "));
        assertThat(consume.endedWith(65).err()).contains("position " + batch, "damaged-log");
        assertThat(consume.out()).isEqualTo("one\n");
    }

    private static void flip(Path file, int position) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[position] ^= 1;
        var _ = Files.write(file, bytes);
    }

    @Test
    void dumpShowsBatchesAndRecordsOfATopicAndOfAFile() throws Exception {
        // given
        var _ = topic("create", "orders").succeeded();
        var _ = run(folder, "printf 'a:1\\nb\\n' | naru topic produce -K: -H h=x -T 1000 orders")
                .succeeded();
        String path = segment("orders").toString();

        // when
        Result dump = topic("dump", "--records", "orders");
        Result file = topic("dump", "--json", path);

        // then
        assertThat(dump.succeeded().out().lines())
                .hasSize(4)
                .startsWith("Dumping " + path)
                .anyMatch(
                        line -> line.startsWith("baseOffset: 0 lastOffset: 1 count: 2 baseSequence: -1 lastSequence: -1"
                                        + " producerId: -1 producerEpoch: -1 partitionLeaderEpoch: 0 isTransactional: false"
                                        + " isControl: false position: 0 CreateTime: 1000 size: ")
                                && line.contains(" magic: 2 compresscodec: none crc: ")
                                && line.endsWith(" isvalid: true"))
                .contains("| offset: 0 CreateTime: 1000 keySize: 1 valueSize: 1 headerKeys: [h] key: a payload: 1")
                .endsWith("| offset: 1 CreateTime: 1000 keySize: -1 valueSize: 1 headerKeys: [h] payload: b");
        assertThat(Json.line(file.succeeded().out().strip()))
                .containsEntry("file", path)
                .containsEntry("count", 2L)
                .containsEntry("codec", "none")
                .containsEntry("sound", true);

        // and what is no log
        var _ = Files.writeString(folder.resolve("file"), "x".repeat(100));
        assertThat(topic("dump", "./file").endedWith(1).out()).startsWith("damaged: ./file: position 0: ");
        var _ = topic("dump", "./missing").failed(65, "not-found");
        var _ = topic("dump", "./").failed(65, "not-a-file");
    }

    @Test
    void whoMayNotIsTold() throws Exception {
        // given
        var _ = Foreign.output("chmod", "755", folder.toString());
        var _ = topic("create", "orders").succeeded();

        // then
        for (String verb : List.of("describe", "produce", "consume", "verify", "dump", "delete")) {
            var _ = asNobody(Files.createTempDirectory(folder, "jars"), "topic", verb, "orders")
                    .in(folder)
                    .run()
                    .failed(77, "denied");
        }
    }

    @Test
    void aDeleteThatWasInterruptedIsEndedByTheNext() throws Exception {
        // given
        var _ = topic("create", "t").succeeded();
        var _ = Files.move(folder.resolve("data/settings/t.properties"), folder.resolve("data/settings/t.removed"));

        // when
        var _ = topic("delete", "t").succeeded();

        // then
        assertThat(folder.resolve("data/topics/t-0")).doesNotExist();
        var _ = topic("delete", "t").failed(65, "no-topic");
    }

    @Test
    void aTopicThatIsGarbledIsTellableAndCanBeRemoved() throws Exception {
        // given
        var _ = topic("create", "a", "b", "c").succeeded();
        var _ = Files.write(folder.resolve("data/topics/a-0/partition.naru"), new byte[4096]);
        var _ = Files.writeString(folder.resolve("data/settings/b.properties"), "partitions=many\n");

        // then
        Result result = topic("verify").endedWith(1);
        assertThat(result.out())
                .containsPattern("(?m)^damaged +[?] +[?] +[?] +[?] topic:data#a 0$")
                .containsPattern("(?m)^damaged +[?] +[?] +[?] +[?] topic:data#b$")
                .containsPattern("(?m)^ok +.* topic:data#c 0$");
        assertThat(Json.lines(topic("verify", "--json").endedWith(1).out()))
                .extracting(line -> line.get("sound"))
                .containsExactly(false, false, true);

        // and
        var _ = topic("delete", "a", "b").succeeded();
        assertThat(topic("list").succeeded().out().lines().skip(1)).hasSize(1);
    }

    @Test
    void recordsAreDeletedBeforeAPlace() throws Exception {
        // given
        var _ = topic("create", "-p", "2", "t").succeeded();
        var _ = run(folder, "seq 5 | naru topic produce -p 0 t; seq 3 | naru topic produce -p 1 t")
                .succeeded();

        // when
        Result one =
                topic("delete-records", "-v", "-p", "0", "--before", "2", "t").endedWith(0);

        // then
        assertThat(one.err()).isEqualTo("naru: topic:data#t: partition 0 begins at offset 2\n");
        assertThat(run(folder, "naru topic consume -e -p 0 t; naru topic consume -e -p 1 t")
                        .succeeded()
                        .out())
                .isEqualTo("3\n4\n5\n1\n2\n3\n");

        // and
        var _ = topic("delete-records", "-b", "-1", "t").succeeded();
        assertThat(run(folder, "naru topic consume -e -p 0 t; naru topic consume -e -p 1 t")
                        .succeeded()
                        .out())
                .isEqualTo("5\n3\n");

        // and none when one is refused
        var _ = run(folder, "seq 9 | naru topic produce -p 1 t").succeeded();
        assertThat(topic("delete-records", "-b", "9", "t")
                        .failed(65, "out-of-range")
                        .err())
                .contains("offset 9");
    }

    @Test
    void ofEachKeyTheLastRecordIsLeft() throws Exception {
        // given
        var _ = topic("create", "-s", "cleanup.policy=compact", "-s", "segment.bytes=65536", "t")
                .succeeded();
        var _ = run(folder, "seq 20000 | sed 's/.*\\(.\\)$/\\1:&/' | naru topic produce -K: t")
                .succeeded();

        // when
        Result compacted = topic("compact", "-v", "t").endedWith(0);

        // then
        assertThat(compacted.err()).matches("naru: topic:data#t: [0-9]+ B before, [0-9]+ B now\n");
        List<String> left =
                run(folder, "naru topic consume -e t").succeeded().out().lines().toList();
        assertThat(left).contains("20000", "19999", "19995").doesNotContain("1", "2", "3");
        assertThat(topic("verify").succeeded().out()).contains("ok ");

        // and what keeps all, and a record without a key, are refused
        var _ = topic("create", "all").succeeded();
        assertThat(topic("compact", "all").failed(64, "not-compacted").err()).contains("cleanup.policy=delete");
        var _ = run(folder, "echo a | naru topic produce t").failed(65, "no-key");
    }

    @Test
    void aDamagedTopicIsARowAmongTheOthers() throws Exception {
        // given
        var _ = topic("create", "a", "b").succeeded();
        var _ = Files.writeString(folder.resolve("data/settings/a.properties"), "partitions=many\n");

        // then
        assertThat(topic("list").succeeded().out().lines().skip(1))
                .containsExactly(
                        "   damaged            ?              ? topic:data#a",
                        "         1            0              0 topic:data#b");
        assertThat(Json.lines(topic("list", "--json").succeeded().out()).getFirst())
                .isEqualTo(Map.of("address", "topic:data#a", "damaged", true));
    }
}
