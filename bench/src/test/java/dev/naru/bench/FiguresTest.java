package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is computed from figures. */
class FiguresTest {
    @Test
    void theMedianIsTheMiddleOne() {
        assertThat(Figures.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(3);
        assertThat(Figures.median(List.of(7.0))).isEqualTo(7);
    }

    @Test
    void aRoundIsWholePieces() {
        Work work = new Work.OneWay(Work.Carrier.PIPE, 1 << 20, 1 << 20, false, 1, 1);
        Work.Amount amount = work.amount(Effort.brief());
        assertThat(amount.count() % (1 << 20)).isZero();
        assertThat(amount.warmup() % (1 << 20)).isZero();
        assertThat(amount.warmup()).isPositive();
    }

    @Test
    void producersShareWhatIsSent() {
        for (Effort effort : List.of(Effort.brief(), Effort.full())) {
            Work commit = Races.matching("topic.groupcommit.4k").getFirst().work();
            assertThat(commit.amount(effort).count()).isPositive();
            assertThat(commit.amount(effort).share(2).share(4).warmup()).isPositive();
            for (Race race : Races.matching("ring.manytoone.32")) {
                Work.Amount share = race.work().amount(effort).share(2);
                assertThat(2 * share.count())
                        .isEqualTo(race.work().amount(effort).count());
                assertThat(race.work().warmUp(effort).share(2).count()).isPositive();
            }
        }
        assertThatThrownBy(() -> new Work.Amount(0, 3).share(2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFigureIsInTheUnitOfItsMetric() {
        Work small = new Work.RingOneWay(32, 1, 1, 1 << 20, 1 << 20);
        Work large = new Work.RingOneWay(1 << 16, 1, 1, 1 << 20, 1 << 20);
        Work.Amount thousand = new Work.Amount(0, 1_000);
        assertThat(Metric.MESSAGES.figure(small, thousand, 1_000_000)).isEqualTo(1_000); // a message a µs
        assertThat(Metric.BANDWIDTH.figure(large, thousand, 65_536_000)).isEqualTo(1_000); // a byte a ns
        assertThat(Metric.CALL.figure(new Work.LockPairs(), thousand, 19_500)).isEqualTo(19.5);
        assertThat(Metric.ROUND_TRIP.figure(small, thousand, 7)).isEqualTo(7);
    }
}
