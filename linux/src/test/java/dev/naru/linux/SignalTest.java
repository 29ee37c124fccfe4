package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignalTest {
    @ParameterizedTest
    @EnumSource
    void itsNumberIsThatOfThisMachine(Signal signal) throws Exception {
        // given kill(1), which knows the headers of this machine
        String foreign = Foreign.shell("kill -l " + signal.number());

        // when, then
        assertThat("SIG" + foreign.strip()).isEqualTo(signal.name());
    }
}
