package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of races holds the bars that the project has set itself. */
class RacesTest {
    @Test
    void theTableHasEachRaceAndItsBars() {
        assertThat(Races.ALL.stream()
                        .filter(race -> race.bar() != null)
                        .map(race -> race.name() + " " + race.peer() + " " + race.barText()))
                .containsExactly(
                        "pipe.throughput.64k c >= 0.95",
                        "fifo.throughput.64k c >= 0.95",
                        "unix.throughput.64k c >= 0.95",
                        "tcp.throughput.64k c >= 0.95",
                        "pipe.rtt.32 c <= 1.20",
                        "fifo.rtt.32 c <= 1.20",
                        "unix.rtt.32 c <= 1.20",
                        "tcp.rtt.32 c <= 1.20",
                        "sysv.throughput.100 c >= 0.95",
                        "mq.throughput.100 c >= 0.95",
                        "sysv.rtt.32 c <= 1.20",
                        "mq.rtt.32 c <= 1.20",
                        "pipe.bulk.1m c >= 2.00",
                        "relay.throughput socat >= 0.90",
                        "ring.rtt.spin.32 c <= 1.15",
                        "ring.rtt.spin.32 agrona <= 1.10",
                        "ring.rtt.spin.32 aeron <= 1.10",
                        "ring.rtt.park.32 c <= 1.20",
                        "ring.rtt.adaptive.32 naru <= 1.10",
                        "ring.throughput.32 agrona >= 1.50",
                        "ring.throughput.32 aeron >= 1.00",
                        "ring.throughput.32 c >= 0.35",
                        "ring.throughput.64k agrona >= 1.00",
                        "ring.throughput.64k aeron >= 1.50",
                        "ring.manytoone.32 agrona >= 1.50",
                        "ring.idle.adaptive naru <= 0.01",
                        "lock.uncontended c <= 1.20",
                        "sem.uncontended c <= 1.50",
                        "topic.append.100 chronicle >= 5.00",
                        "topic.append.1k chronicle >= 4.00",
                        "topic.read.100 chronicle >= 3.00",
                        "topic.delivery.spin.100 chronicle <= 0.50",
                        "topic.delivery.park.100 c <= 1.30",
                        "topic.twowriters.100 naru >= 0.60",
                        "topic.groupcommit.4k naru >= 4.00",
                        "topic.flush.4k c <= 1.20",
                        "group.poll.100 naru >= 0.80",
                        "local.produce.100 kafka >= 5.00",
                        "local.consume.100 kafka >= 5.00",
                        "rpc.unary.spin.32 grpc-tcp <= 0.05",
                        "rpc.unary.spin.32 grpc-unix <= 0.06",
                        "rpc.unary.park.32 grpc-unix <= 0.50",
                        "rpc.throughput.32 grpc-tcp >= 5.00",
                        "rpc.stream.100 grpc-tcp >= 4.00",
                        "rpc.unary.1m grpc-tcp >= 3.00");
    }

    @Test
    void noBarIsForTwoOnOneCore() {
        assertThat(Races.ALL)
                .filteredOn(race -> race.placement() == Placement.SAME_CORE)
                .allSatisfy(race -> assertThat(race.bar()).isNull());
    }

    @Test
    void whoIsAloneHasNobodyToShareACoreWith() {
        assertThat(Races.ALL.stream()
                        .filter(race -> race.placement() == Placement.ALONE)
                        .map(Race::name))
                .containsExactly(
                        "ring.idle.adaptive",
                        "lock.uncontended",
                        "sem.uncontended",
                        "topic.append.100",
                        "topic.append.100",
                        "topic.append.1k",
                        "topic.append.batch.1k",
                        "topic.read.100",
                        "topic.read.100",
                        "topic.read.batch.100",
                        "topic.flush.4k",
                        "group.poll.100");
    }

    @Test
    void peersHaveTheNamesThatReadersOfTheJsonKnow() {
        assertThat(Races.ALL)
                .extracting(Race::peer)
                .isSubsetOf("c", "agrona", "aeron", "chronicle", "socat", "kafka", "grpc-tcp", "grpc-unix", "naru");
    }

    @Test
    void whereBothSidesWaitThereIsALineForOneCoreToo() {
        assertThat(Races.ALL.stream()
                        .filter(race -> race.placement() == Placement.SAME_CORE)
                        .map(Race::name))
                .containsExactly(
                        "pipe.rtt.32",
                        "fifo.rtt.32",
                        "unix.rtt.32",
                        "tcp.rtt.32",
                        "sysv.rtt.32",
                        "mq.rtt.32",
                        "ring.rtt.park.32",
                        "rpc.unary.park.32");
    }

    @Test
    void aPatternIsABeginningOrAGlob() {
        assertThat(names("pipe.rtt")).containsExactly("pipe.rtt.32", "pipe.rtt.32");
        assertThat(names("?i*.throughput.*"))
                .startsWith("pipe.throughput.64k", "fifo.throughput.64k")
                .contains("ring.throughput.32");
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
