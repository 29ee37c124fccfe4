package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

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
}
