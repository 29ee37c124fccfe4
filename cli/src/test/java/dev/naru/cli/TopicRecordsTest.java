package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.Namespaces;
import dev.naru.linux.testing.NoLeaks;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code naru topic produce} takes in, {@code consume} and {@code tail} give out: each a process of its own. */
@ExtendWith(NoLeaks.class)
class TopicRecordsTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void create() throws Exception {
        var _ = topic("create", "t").succeeded();
    }

    private Result topic(String... arguments) throws Exception {
        return naru(line(arguments)).in(folder).run();
    }

    private static String[] line(String... arguments) {
        return Stream.concat(Stream.of("topic"), Stream.of(arguments)).toArray(String[]::new);
    }

    private Result run(String line) throws Exception {
        return shell(line).in(folder).run();
    }

    private String consumed(String... options) throws Exception {
        String[] line = Stream.of(Stream.of("consume", "-e"), Stream.of(options), Stream.of("t"))
                .flatMap(each -> each)
                .toArray(String[]::new);
        return topic(line).succeeded().out();
    }

    @Test
    void linesKeysAndHeadersComeOutAsTheyWent() throws Exception {
        // when
        var _ =
                run("printf 'a:1\\n나루:배:x\\n:no key\\nno delimiter\\n\\nlast' | naru topic produce -K: -H trace=4711 -H none"
                                + " -T 2026-11-27T10:00:00Z t")
                        .succeeded();

        // then
        assertThat(consumed("-f", "%t %p %o %K %k %S %s %T %h|")).isEqualTo("""
                t 0 0 1 a 1 1 1795773600000 trace=4711,none=NULL|\
                t 0 1 6 나루 5 배:x 1795773600000 trace=4711,none=NULL|\
                t 0 2 0  6 no key 1795773600000 trace=4711,none=NULL|\
                t 0 3 -1  12 no delimiter 1795773600000 trace=4711,none=NULL|\
                t 0 4 -1  0  1795773600000 trace=4711,none=NULL|\
                t 0 5 -1  4 last 1795773600000 trace=4711,none=NULL|""");
        assertThat(consumed("-K", "=>", "-D", "\\0"))
                .isEqualTo("a=>1\0나루=>배:x\0=>no key\0=>no delimiter\0=>\0=>last\0");
    }

    @Test
    void anEmptyValueOrKeyIsNoneIfItIsSaid() throws Exception {
        var _ = run("printf 'a:\\n:b\\n' | naru topic produce -Z -K: t").succeeded();
        var _ = run("printf '%s' x | naru topic produce -k key -D, t").succeeded();

        assertThat(consumed("-Z", "-K:")).isEqualTo("a:NULL\nNULL:b\nkey:x\n");
        assertThat(consumed("-K:")).isEqualTo("a:\n:b\nkey:x\n");
        assertThat(consumed("-f", "%K,%S;")).isEqualTo("1,-1;-1,1;3,1;");
    }

    @Test
    void bytesOfAllKindsGoThroughLinesFilesAndJson() throws Exception {
        // given values of every byte but the delimiter, and one of 1 MiB
        byte[] large = new byte[1 << 20];
        new Random(1).nextBytes(large);
        var _ = Files.write(folder.resolve("large"), large);
        var _ =
                run("for i in 0 1 2 3; do head -c 5000 large | tail -c 1000 | tr -d '\\n'; echo; done > lines; : > empty")
                        .succeeded();

        // when
        var _ = run("naru topic produce t < lines && naru topic produce -k file t large empty - < lines")
                .succeeded();
        var _ = topic("create", "copy").succeeded();
        var _ = run("naru topic consume -e --json t > out.json && naru topic produce --json copy < out.json")
                .succeeded();

        // then
        var _ = run("naru topic consume -e -c 4 t | cmp - lines").succeeded();
        var _ = run("naru topic consume -e -o 4 -c 1 -f %s t | cmp - large").succeeded();
        var _ = run("naru topic consume -e -c 4 copy | cmp - lines").succeeded();
        var _ = run("naru topic consume -e -o 4 -c 1 -f %s copy | cmp - large").succeeded();
        var _ = run("naru topic consume -e --json copy | cmp - out.json").succeeded();
        assertThat(consumed("-f", "%k,%S ")).startsWith(",").contains("file,1048576 file,0 file,");
    }

    @Test
    void jsonHasWhatARecordHas() throws Exception {
        // given
        var _ = Files.writeString(folder.resolve("in"), """
                {"key":"k","value":"v","headers":{"a":"b"},"timestamp":5,"partition":0}
                {"valueBase64":"/w==","keyBase64":"AA==","headers":[{"name":"x","valueBase64":"/w=="},{"name":"y","value":null}]}

                {"value":null,"offset":99,"topic":"other","timestamp":-1}
                {"value":"\\u00e9\\n"}
                """);

        // when
        var _ = run("naru topic produce --json -k usual -T 7 -H all=1 t < in").succeeded();

        // then
        List<Map<String, Object>> records = Json.lines(consumed("--json"));
        assertThat(records.get(0).keySet())
                .containsExactly("partition", "offset", "timestamp", "key", "value", "headers");
        assertThat(records.get(0))
                .containsEntry("timestamp", 5L)
                .containsEntry("key", "k")
                .containsEntry("value", "v")
                .containsEntry(
                        "headers", List.of(Map.of("name", "all", "value", "1"), Map.of("name", "a", "value", "b")));
        assertThat(records.get(1))
                .containsEntry("timestamp", 7L)
                .containsEntry("key", "\0")
                .containsEntry("valueBase64", "/w==")
                .containsEntry(
                        "headers",
                        List.of(
                                Map.of("name", "all", "value", "1"),
                                Map.of("name", "x", "valueBase64", "/w=="),
                                Map.of("name", "y", "value", Json.NULL)));
        assertThat(records.get(2))
                .containsEntry("offset", 2L)
                .containsEntry("value", Json.NULL)
                .containsEntry("key", "usual");
        assertThat(records.get(3)).containsEntry("value", "é\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{\"key\":1} | 'key' is a string or null",
                "{\"valu\":\"x\"} | a record has no 'valu'",
                "[1] | it is no object",
                "{\"value\":\"x\"} x | ",
                "{\"valueBase64\":\"%\"} | 'valueBase64' is no Base64",
                "{\"headers\":1} | headers are an array or an object",
                "{\"headers\":[{\"value\":\"x\"}]} | a header has no name",
                "{\"timestamp\":1.5} | 'timestamp' is a whole number",
                "{ | "
            })
    void aLineThatIsNoRecordIsToldAndThoseBeforeItStay(String wrong, String why) throws Exception {
        // given
        var _ = Files.writeString(
                folder.resolve("in"), "{\"value\":\"before\"}\n" + wrong + "\n{\"value\":\"after\"}\n");

        // when
        Result result = run("naru topic produce --json t < in");

        // then
        assertThat(result.failed(65, "bad-record").err())
                .startsWith("naru: topic:data#t: 1 record was appended\n")
                .contains("topic:data#t: line 2 of the input is no record: " + (why == null ? "" : why));
        assertThat(consumed()).isEqualTo("before\n");
    }

    @Test
    @SuppressWarnings("try") // the typist ends when the keyboard is closed
    void aLineThatIsTypedIsSeenAtOnceAndWhoFollowsIsInterrupted() throws Exception {
        // given
        var _ = Foreign.output("mkfifo", folder.resolve("keyboard").toString());
        var _ = run("echo old | naru topic produce t").succeeded();
        try (Program typist =
                        shell("naru topic produce -v t < keyboard").in(folder).start();
                OutputStream keyboard = Files.newOutputStream(folder.resolve("keyboard"));
                Program reader =
                        naru(line("consume", "t")).in(folder).interruptible().start();
                Program tail = naru(line("tail", "-n", "1", "-f", "<%s>", "t"))
                        .in(folder)
                        .interruptible()
                        .start()) {
            var _ = reader.await("it reads", () -> reader.out().equals("old\n"));
            var _ = tail.await("it reads", () -> tail.out().equals("<old>"));

            // when
            for (String word : List.of("one", "two")) {
                keyboard.write((word + "\n").getBytes(StandardCharsets.UTF_8));
                keyboard.flush();
                var _ = reader.await(word + " came", () -> reader.out().endsWith(word + "\n"));
            }
            var _ = tail.await("both came", () -> tail.out().equals("<old><one><two>"));

            // then
            assertThat(reader.signal("INT").end().status()).isEqualTo(130);
            assertThat(tail.signal("INT").end().status()).isEqualTo(130);
            keyboard.close();
            assertThat(typist.end().endedWith(0).err()).isEqualTo("naru: topic:data#t: 2 records were appended\n");
        }
    }

    @Test
    void whatIsConsumedWhileItIsProducedComesWholeAndInItsOrder() throws Exception {
        // given
        var _ = run("seq 1 200000 > lines").succeeded();
        try (Program reader =
                shell("naru topic consume -c 200000 t | cmp - lines").in(folder).start()) {
            // when
            Result result = run("naru topic produce -v t < lines");

            // then
            assertThat(result.endedWith(0).err()).isEqualTo("naru: topic:data#t: 200000 records were appended\n");
            var _ = reader.end().succeeded();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-e | 0 1 2 3 4 5 6 7 8 9",
                "-e -o beginning | 0 1 2 3 4 5 6 7 8 9",
                "-e --from earliest --to end | 0 1 2 3 4 5 6 7 8 9",
                "-e -o end | ''",
                "-e -o 7 | 7 8 9",
                "-e -o 10 | ''",
                "-e -o -2 | 8 9",
                "-e -o -99 | 0 1 2 3 4 5 6 7 8 9",
                "-c 3 | 0 1 2",
                "-c 0 | ''",
                "-o 2 -c 1 | 2",
                "--from 2 --to 5 | 2 3 4",
                "--to -3 | 0 1 2 3 4 5 6",
                "-e -o s@1005 | 5 6 7 8 9",
                "-o s@1003 -o e@1006 | 3 4 5",
                "--from @1003 --to @1004 | 3",
                "-e --from 1970-01-01T00:00:01.008Z | 8 9",
                "-e --from 1970-01-01T01:00:01.008+01:00 | 8 9",
                "-e --from 5m | ''",
                "--from 5 --to 5 | ''",
            })
    void itBeginsAndEndsWhereItIsSaid(String options, String expected) throws Exception {
        // given
        String json = IntStream.range(0, 10)
                .mapToObj(i -> "{\"value\":\"" + i + "\",\"timestamp\":" + (1000 + i) + "}")
                .collect(Collectors.joining("\n"));
        var _ = Files.writeString(folder.resolve("in"), json);
        var _ = run("naru topic produce --json t < in").succeeded();

        // when
        Result result = run("naru topic consume " + options + " t");

        // then
        assertThat(result.succeeded().out().replace('\n', ' ').strip()).isEqualTo(expected);
    }

    @Test
    void severalPartitionsAreReadAndTheLastOfAllAreThoseOfTheLatestTimes() throws Exception {
        // given
        var _ = topic("create", "-p", "3", "p").succeeded();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            lines.add("{\"value\":\"" + i + "\",\"partition\":" + i % 3 + ",\"timestamp\":" + (1000 + i) + "}");
        }
        var _ = Files.write(folder.resolve("in"), lines);
        var _ = run("naru topic produce --json p < in").succeeded();

        // then
        assertThat(topic("consume", "-e", "p").succeeded().out().lines())
                .hasSize(12)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 12).mapToObj(Integer::toString).toList());
        assertThat(topic("consume", "-e", "-p", "1", "p").succeeded().out()).isEqualTo("1\n4\n7\n10\n");
        assertThat(topic("consume", "-e", "-o", "-1", "p").succeeded().out().lines())
                .containsExactlyInAnyOrder("9", "10", "11");
        assertThat(topic("tail", "-e", "-n", "5", "p").succeeded().out()).isEqualTo("7\n8\n9\n10\n11\n");
        assertThat(topic("tail", "-e", "-n", "99", "-p", "0", "p").succeeded().out())
                .isEqualTo("0\n3\n6\n9\n");
        assertThat(topic("tail", "-e", "p").succeeded().out()).isEmpty();
        assertThat(topic("tail", "-c", "2", "-n", "5", "p").succeeded().out()).isEqualTo("7\n8\n");

        // and -p goes before what JSON says
        var _ = run("naru topic produce --json -p 2 p < in").succeeded();
        assertThat(topic("consume", "-e", "-p", "2", "p").succeeded().out().lines())
                .hasSize(4 + 12);
    }

    @Test
    void whatIsNotThereInTimeOrAtAllIsTold() throws Exception {
        var _ = topic("consume", "-t", "10ms", "t").failed(75, "timed-out");
        var _ = topic("tail", "-t", "10ms", "t").failed(75, "timed-out");
        assertThat(topic("consume", "-o", "5", "t").failed(65, "out-of-range").err())
                .contains("there is no offset 5: it has 0 to 0");
        assertThat(run("naru topic produce t <&-").failed(65, "bad-descriptor").err())
                .contains("standard input");
        assertThat(run("naru topic consume t >&-").failed(69, "output-lost").err())
                .contains("standard output");
        var _ = topic("produce", "t", "./missing").failed(65, "not-found");
    }

    @Test
    void whoseReaderHasGoneEndsInSilence() throws Exception {
        var _ = run("seq 1 100000 | naru topic produce t").succeeded();

        for (String verb : List.of("consume", "consume -e --json", "dump --records", "tail -n 100000")) {
            Result result = run("naru topic " + verb + " t | head -n 1 > /dev/null; exit ${PIPESTATUS[0]}");
            assertThat(result.endedWith(141).err()).as(verb).isEmpty();
        }
        var _ = run("naru topic consume -e t > /dev/full").failed(69, "output-lost");
    }

    @Test
    void aRecordThatIsTooLargeIsRefusedWithBothSizes() throws Exception {
        // given
        var _ = topic("create", "-s", "max.message.bytes=1000", "small").succeeded();

        // when
        Result result =
                run("{ echo first; head -c 2000 /dev/zero | tr '\\0' x; echo; echo last; } | naru topic produce small");

        // then
        assertThat(result.failed(65, "batch-too-large").err()).contains("1 record was appended", "1000");
        assertThat(topic("consume", "-e", "small").succeeded().out()).isEqualTo("first\n");
    }

    @Test
    void whatRetentionTookAwayIsToldAndPassedOver() throws Exception {
        // given
        var _ = topic("create", "-s", "segment.bytes=65536", "-s", "retention.bytes=65536", "r")
                .succeeded();
        var _ = run("seq 1 50000 | naru topic produce r").succeeded();

        // when
        Result result = topic("consume", "-e", "r");

        // then
        List<String> lines = result.succeeded().out().lines().toList();
        assertThat(lines).endsWith("49999", "50000").doesNotContain("1");
        var _ = topic("verify", "r").succeeded();
        var _ = topic("consume", "-o", "0", "-e", "r").failed(65, "out-of-range");
    }

    @Test
    void aFullDiskIsToldAndWhatWasAppendedStays() throws Exception {
        // given
        Namespaces.require(List.of("unshare", "-m", "true"));
        var _ = Files.createDirectory(folder.resolve("disk"));
        var _ = Files.writeString(folder.resolve("script"), """
                mount -t tmpfs -o size=4m none disk || exit 99
                export NARU_STORE=disk
                naru topic create -s segment.bytes=262144 t || exit 98
                seq 1 1000000 | naru topic produce t 2>&1
                echo "status $?"
                naru topic consume -e t > lines; wc -l < lines; tail -n 1 lines
                naru topic verify t > /dev/null; echo "verified $?"
                """);

        // when
        Result result = shell(Files.readString(folder.resolve("script")))
                .under("unshare", "-m")
                .in(folder)
                .run();

        // then
        List<String> said = result.succeeded().out().lines().toList();
        assertThat(said.get(0)).matches("naru: topic:disk#t: \\d+ records were appended");
        String appended = said.get(0).replaceAll("\\D+(\\d+) records.*", "$1");
        assertThat(said).anyMatch(line -> line.startsWith("naru: ") && line.contains("there is no room for "));
        assertThat(said).noneMatch(line -> line.startsWith("\tat "));
        assertThat(said).contains("  code: file-system-full (naru explain file-system-full)");
        assertThat(said.subList(said.size() - 4, said.size()))
                .containsExactly("status 69", appended, appended, "verified 0");
        assertThat(Long.parseLong(appended)).isGreaterThan(10_000);
    }
}
