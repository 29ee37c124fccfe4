package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Cores;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The command as a user sees it, in the short form, which judges nothing. */
@ExtendWith(NoLeaks.class)
class BenchCommandTest {
    @TempDir
    private Path folder;

    private static Set<String> families() {
        return Races.ALL.stream()
                .map(race -> race.name().replaceFirst("^([a-z]+[.][a-z]+).*", "$1*"))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("families")
    void eachRaceIsOneJsonLineOrSkippedByName(String family) throws Exception {
        // when
        List<Race> races = Races.matching(family);
        Bench bench = Bench.run("--short", "--rounds", "1", "--json", family);

        // then
        List<String> said = new ArrayList<>();
        for (String line : bench.lines()) {
            Map<String, Object> result = object(line);
            assertThat(result.keySet())
                    .containsExactly(
                            "race", "unit", "better", "naru", "peer", "peerValue", "ratio", "rounds", "placement");
            assertThat(List.of("ns lower", "MB/s higher", "kmsg/s higher"))
                    .contains(result.get("unit") + " " + result.get("better"));
            assertThat((Double) result.get("naru")).isPositive();
            assertThat((Double) result.get("peerValue")).isPositive();
            assertThat((Double) result.get("ratio")).isPositive();
            assertThat(result).containsEntry("rounds", 1.0);
            said.add(result.get("race") + " " + result.get("peer") + " " + result.get("placement"));
        }
        List<Race> possible = races.stream()
                .filter(race -> areTwoCores() || race.placement() != Placement.ONE_CORE_EACH)
                .toList();
        assertThat(said)
                .containsExactlyElementsOf(possible.stream()
                        .map(race -> race.name() + " " + race.peer() + " "
                                + race.placement().text())
                        .toList());
        assertThat(races)
                .filteredOn(race -> !possible.contains(race))
                .allSatisfy(race -> assertThat(bench.err()).contains(skipped(race)));
        assertThat(bench.status()).isEqualTo(possible.size() == races.size() ? 0 : 69);
    }

    private static String skipped(Race race) {
        return race.title() + " against " + race.peer() + " is skipped: ";
    }

    @Test
    void withoutACompilerTheRacesWithCAreSkippedByName() {
        // when
        Bench bench = Bench.run(
                "--short", "--rounds", "1", "--json", "--cc", "no-compiler-of-that-name", "ring.throughput.32");

        // then
        List<Race> races = Races.matching("ring.throughput.32");
        assertThat(races).extracting(Race::peer).containsExactlyInAnyOrder("c", "agrona", "aeron");
        assertThat(bench.status()).isEqualTo(69);
        assertThat(bench.out()).doesNotContain("\"peer\":\"c\"");
        assertThat(bench.out().contains("\"peer\":\"agrona\"")).isEqualTo(areTwoCores());
        assertThat(races)
                .filteredOn(race -> race.peer().equals("c"))
                .allSatisfy(race -> assertThat(bench.err()).contains(skipped(race)));
        assertThat(bench.err()).contains("there is no C compiler 'no-compiler-of-that-name'");
    }

    @Test
    void theTableNamesTheRaceAndItsBar() {
        // when
        Bench bench = Bench.run("--short", "--rounds", "1", "fifo.throughput");

        // then
        assertThat(bench.lines().getFirst()).startsWith("race ").contains("placement", "ratio", "bar", "met");
        assertThat(bench.out()).contains(areTwoCores() ? "fifo.throughput.64k" : "");
        assertThat(bench.out()).doesNotContain("NO", "pipe.");
    }

    @Test
    void whatMatchesNoRaceIsAMistakeOfUse() {
        // when
        Bench bench = Bench.run("carrier-pigeon.*");

        // then
        assertThat(bench.status()).isEqualTo(64);
        assertThat(bench.out()).isEmpty();
        assertThat(bench.err())
                .startsWith("naru: no race matches")
                .contains("  what helps: 'naru bench --help'", "  code: usage (");
        assertThat(bench.err()).contains("no race matches 'carrier-pigeon.*'", "pipe.rtt.32");
    }

    @ParameterizedTest
    @CsvSource({
        "--bogus, 'naru: ''naru bench'' has no option --bogus'",
        "group-times --rounds 0, naru: --rounds 0: at least 1",
        "jmh nosuch, naru: no benchmark matches 'nosuch'"
    })
    void anyMistakeIsToldInTheFormOfTheOthers(String line, String words) {
        // when
        Bench bench = Bench.run(line.split(" ", -1));

        // then
        assertThat(bench.status()).isEqualTo(64);
        assertThat(bench.err()).startsWith(words + "\n").contains("  what helps: ", "  code: usage (");
    }

    @ParameterizedTest
    @CsvSource({
        "--list, > /dev/full, 69",
        "--help, > /dev/full, 69",
        "'--list --json', >&-, 69",
        "--list, >&4, 141",
        "'--short --rounds 1 sem.uncontended', > /dev/full, 69"
    })
    void itsOutputIsNotLostInSilence(String arguments, String target, int status) throws Exception {
        // given a pipe whose reader is gone as descriptor 4
        String line = "exec 3<>broken 4>broken 3<&-; \"$@\" " + arguments + " " + target + "; echo $? >&2";
        var _ = Foreign.output("mkfifo", folder.resolve("broken").toString());

        // when
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        line,
                        "bash",
                        Bench.java().toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        Bench.classPath(),
                        Main.class.getName())
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        // then
        assertThat(said).endsWith(status + "\n");
        assertThat(said.contains("naru: standard output: ") && said.contains("  code: output-lost"))
                .isEqualTo(status == 69);
    }

    @Test
    void theTimesOfGroupsHaveBarsOfTheirOwn() {
        // when
        Bench bench = Bench.run("group-times", "--rounds", "1");

        // then
        assertThat(bench.lines()).hasSize(3);
        assertThat(bench.lines().get(1)).startsWith("group.join ").contains(" ms ", "< 50 ");
        assertThat(bench.lines().get(2)).startsWith("group.takeover ").contains(" ms ", "< 1000 ");
        assertThat(bench.status()).isEqualTo(bench.out().contains(" NO") ? 65 : 0); // this machine may be busy
        assertThat(bench.err()).isEmpty();
    }

    @Test
    void fewerThanFiveRoundsAreAMistakeOfUse() {
        // when
        Bench bench = Bench.run("pipe.*", "--rounds", "4");

        // then
        assertThat(bench.status()).isEqualTo(64);
        assertThat(bench.err()).contains("--rounds 4: at least 5");
    }

    @Test
    void theListSaysWhatAnOperationIs() {
        // when
        Bench bench = Bench.run("--list");

        // then
        assertThat(bench.status()).isZero();
        assertThat(bench.lines())
                .containsExactlyElementsOf(
                        Races.ALL.stream().map(BenchCommandTest::described).toList());
    }

    @Test
    void theListIsThereForProgramsToo() {
        // when
        Bench bench = Bench.run("--list", "--json");

        // then
        assertThat(bench.lines())
                .hasSameSizeAs(Races.ALL)
                .allSatisfy(line -> assertThat(object(line).keySet())
                        .containsExactly("race", "operation", "placement", "peer", "bar"));
    }

    private static String described(Race race) {
        return "%s: %s; %s; against %s, bar %s"
                .formatted(race.title(), race.operation(), race.placement().text(), race.peer(), race.barText());
    }

    private static boolean areTwoCores() {
        try {
            return Cores.pair().areTwo();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** A flat object, its numbers as doubles; more behind it fails. */
    private static Map<String, Object> object(String line) {
        Map<String, Object> object = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), line)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                object.put(name, json.nextToken().isNumeric() ? (Object) json.getDoubleValue() : json.getString());
            }
            assertThat(json.currentToken()).isEqualTo(JsonToken.END_OBJECT);
            assertThat(json.nextToken()).isNull();
        }
        return object;
    }
}
