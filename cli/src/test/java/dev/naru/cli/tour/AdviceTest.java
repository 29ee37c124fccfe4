package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the last line makes of the figures. */
class AdviceTest {
    private static Row row(Stop stop, double megabytesPerSecond, long rttP50Nanos) {
        return new Row(stop, 1 << 20, megabytesPerSecond, rttP50Nanos, rttP50Nanos, true, "x");
    }

    @Test
    void theWidestAndTheQuickestAreNamed() {
        assertThat(Advice.of(List.of(row(new PipeStop(), 1024, 10_000), row(new FifoStop(), 512, 5_000))))
                .isEqualTo("on this machine: pipe moves most (1,024 MB/s), fifo answers soonest (5.0 µs); a round trip"
                        + " costs what moving 5 KiB costs, so batch messages that are much smaller.");
    }

    @Test
    void oneAloneIsComparedWithNothing() {
        assertThat(Advice.of(List.of(row(new PipeStop(), 1024, 10_000))))
                .isEqualTo("on this machine: pipe moves 1,024 MB/s and answers in 10.0 µs; a round trip costs what"
                        + " moving 10 KiB costs.");
    }
}
