package dev.naru.memory;

import static dev.naru.memory.SharedLayout.bytesField;
import static dev.naru.memory.SharedLayout.doubleField;
import static dev.naru.memory.SharedLayout.intField;
import static dev.naru.memory.SharedLayout.longField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedLayoutTest {
    @Test
    void fieldsLieInTheirOrderEachAlignedToItsSize() {
        // when
        SharedLayout layout = SharedLayout.of(
                "quote", 3, intField("size"), longField("price"), bytesField("symbol", 5), doubleField("rate"));

        // then
        assertThat(layout).hasToString("quote v3 {int size @0, long price @8, bytes[5] symbol @16, double rate @24}");
        assertThat(layout.size()).isEqualTo(32);
        assertThat(layout.offset("rate")).isEqualTo(24);
    }

    @Test
    void aFieldOnItsOwnSharesNoCacheLines() {
        // when
        SharedLayout layout =
                SharedLayout.of("counters", 1, longField("a"), longField("b").onItsOwn(), longField("c"));

        // then
        assertThat(layout).hasToString("counters v1 {long a @0, long b @128, long c @256}");
        assertThat(layout.size()).isEqualTo(264);
    }

    @Test
    void theSizeIsAMultipleOfEight() {
        assertThat(SharedLayout.of("x", 1, bytesField("b", 3)).size()).isEqualTo(8);
    }

    @Test
    void layoutsAreEqualWhenAllIsEqual() {
        // given
        SharedLayout one = SharedLayout.of("x", 1, longField("a"));

        // then
        assertThat(one).isEqualTo(SharedLayout.of("x", 1, longField("a")));
        assertThat(one).hasSameHashCodeAs(SharedLayout.of("x", 1, longField("a")));
        assertThat(one).isNotEqualTo(SharedLayout.of("x", 2, longField("a")));
        assertThat(one).isNotEqualTo(SharedLayout.of("y", 1, longField("a")));
        assertThat(one).isNotEqualTo(SharedLayout.of("x", 1, longField("b")));
        assertThat(one).isNotEqualTo(SharedLayout.of("x", 1, doubleField("a")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a b", "a,b", "a{", "é", "_a"})
    void whatIsNoNameIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> longField(name));
        assertThatIllegalArgumentException().isThrownBy(() -> SharedLayout.of(name, 1, longField("a")));
    }

    @Test
    void whatIsNoLayoutIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> SharedLayout.of("x", 0, longField("a")));
        assertThatIllegalArgumentException().isThrownBy(() -> SharedLayout.of("x", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> bytesField("b", 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SharedLayout.of("x", 1, longField("a"), intField("a")))
                .withMessage("two fields a in x");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SharedLayout.of("x", 1, longField("a")).offset("b"))
                .withMessage("no field b in x v1 {long a @0}");
    }

    @Test
    void aSpecIsAtLeastAsLargeAsItsLayout() {
        // given
        SharedLayout layout = SharedLayout.of("x", 1, bytesField("b", 100));

        // then
        assertThat(MemorySpec.of(layout).size()).isEqualTo(104);
        assertThat(MemorySpec.of(layout).withSize(4096).size()).isEqualTo(4096);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemorySpec.of(layout).withSize(103));
        assertThatIllegalArgumentException().isThrownBy(() -> MemorySpec.bytes(0));
    }
}
