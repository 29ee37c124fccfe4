package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of races holds the bars that the project has set itself. */
class RacesTest {
    @Test
    void theTableHasEachRaceAndItsBar() {
        assertThat(Races.ALL.stream()
                        .filter(race -> race.bar() != null)
                        .collect(Collectors.toMap(Race::name, race -> race.peer() + " " + race.barText())))
                .containsOnly(
                        Map.entry("pipe.throughput.64k", "c >= 0.95"),
                        Map.entry("fifo.throughput.64k", "c >= 0.95"),
                        Map.entry("pipe.rtt.32", "c <= 1.20"),
                        Map.entry("fifo.rtt.32", "c <= 1.20"),
                        Map.entry("pipe.bulk.1m", "c >= 2.00"));
    }

    @Test
    void barsAreForOneCoreEach() {
        assertThat(Races.ALL)
                .allSatisfy(
                        race -> assertThat(race.bar() != null).isEqualTo(race.placement() == Placement.ONE_CORE_EACH));
    }

    @Test
    void whereBothSidesWaitThereIsALineForOneCoreToo() {
        assertThat(Races.ALL.stream()
                        .filter(race -> race.placement() == Placement.SAME_CORE)
                        .map(Race::name))
                .containsExactly("pipe.rtt.32", "fifo.rtt.32");
    }

    @Test
    void aPatternIsABeginningOrAGlob() {
        assertThat(names("pipe.rtt")).containsExactly("pipe.rtt.32", "pipe.rtt.32");
        assertThat(names("*.throughput.*")).containsExactly("pipe.throughput.64k", "fifo.throughput.64k");
        assertThat(names("pipe?bulk.1m")).containsExactly("pipe.bulk.1m");
        assertThat(names("*")).hasSameSizeAs(Races.ALL);
        assertThat(names("rtt")).isEmpty();
        assertThat(names("pipe.rtt.3")).hasSize(2);
        assertThat(names("pipe?rtt.3")).isEmpty();
    }

    @Test
    void aBarIsMetFromTheBetterSide() {
        Race bandwidth = Races.matching("pipe.throughput.64k").getFirst();
        assertThat(bandwidth.isMetBy(0.95)).isTrue();
        assertThat(bandwidth.isMetBy(0.949)).isFalse();
        Race roundTrip = Races.matching("pipe.rtt.32").getFirst();
        assertThat(roundTrip.isMetBy(1.2)).isTrue();
        assertThat(roundTrip.isMetBy(1.201)).isFalse();
        assertThat(roundTrip.onOneCore().isMetBy(9)).isTrue();
    }

    private static List<String> names(String pattern) {
        return Races.matching(pattern).stream().map(Race::name).toList();
    }
}
