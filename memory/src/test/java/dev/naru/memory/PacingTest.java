package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a reader waits before its next look. */
class PacingTest {
    private final Pacing pacing = new Pacing();

    private int waitsIn(int looks, int messages, boolean all) {
        int waits = 0;
        for (int i = 0; i < looks; i++) {
            waits += pacing.isDue() ? 1 : 0;
            pacing.found(messages, all);
        }
        return waits;
    }

    @Test
    void messagesThatComeAloneNeverWait() {
        assertThat(waitsIn(1_000, 1, true)).isZero();
    }

    @Test
    void aStreamWaitsOnceItIsOne() {
        assertThat(waitsIn(8, 5, true)).isZero();
        assertThat(waitsIn(100, 5, true)).isEqualTo(100);
    }

    @Test
    void whoKnowsOfMoreMessagesDoesNotWait() {
        assertThat(waitsIn(100, 5, false)).isZero();
    }

    @Test
    void oneWaitBelongsToWhatWasFound() {
        assertThat(waitsIn(20, 5, true)).isPositive();
        assertThat(pacing.isDue()).isTrue();
        assertThat(pacing.isDue()).as("nothing was found since").isFalse();
    }

    @Test
    void aFewThatComeAloneEndIt() {
        assertThat(waitsIn(20, 5, true)).isPositive();
        assertThat(waitsIn(10, 1, true)).isLessThanOrEqualTo(2);
        assertThat(waitsIn(10, 1, true)).isZero();
    }
}
