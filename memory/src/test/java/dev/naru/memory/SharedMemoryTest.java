package dev.naru.memory;

import static dev.naru.memory.SharedLayout.bytesField;
import static dev.naru.memory.SharedLayout.doubleField;
import static dev.naru.memory.SharedLayout.intField;
import static dev.naru.memory.SharedLayout.longField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Places;
import dev.naru.memory.testing.Places.Kind;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.assertj.core.api.ObjectAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What all kinds with a place have in common. */
@ExtendWith(NoLeaks.class)
class SharedMemoryTest {
    private static final SharedLayout QUOTE = SharedLayout.of(
            "quote", 1, longField("price"), intField("size"), doubleField("rate"), bytesField("symbol", 16));
    private static final SharedLayout NEXT = SharedLayout.of("quote", 2, longField("price"), intField("size"));

    private Places places;

    @BeforeEach
    void choose(@TempDir Path folder) {
        places = new Places(folder);
    }

    @AfterEach
    void removeAll() {
        places.close();
    }

    private static ObjectAssert<ErrnoException> assertRefused(Problem problem, ThrowingCallable call) {
        return assertThatThrownBy(call)
                .asInstanceOf(type(ErrnoException.class))
                .satisfies(refused -> assertThat(refused.problem()).isEqualTo(problem));
    }

    @ParameterizedTest
    @EnumSource
    void createOpenAndRemove(Kind kind) throws Exception {
        // given
        Address.Memory place = places.of(kind);
        assertRefused(Problem.NO_SHARED_MEMORY, () -> SharedMemory.open(place));
        assertRefused(Problem.NO_SHARED_MEMORY, () -> SharedMemory.remove(place));

        // when
        try (SharedMemory made = SharedMemory.create(place, MemorySpec.bytes(10_000));
                SharedMemory found = SharedMemory.open(place)) {
            // then
            assertThat(made).hasToString(place.toString());
            assertThat(found.size()).isEqualTo(10_000);
            made.segment().set(ValueLayout.JAVA_BYTE, 9_999, (byte) 7);
            assertThat(found.segment().get(ValueLayout.JAVA_BYTE, 9_999)).isEqualTo((byte) 7);
            assertThat(found.layout()).isEmpty();
            assertThat(found.layoutWords()).isEmpty();
            assertRefused(Problem.EXISTS, () -> SharedMemory.create(place, MemorySpec.bytes(1)));

            // when
            SharedMemory.remove(place);

            // then: who has it open keeps it
            assertRefused(Problem.NO_SHARED_MEMORY, () -> SharedMemory.open(place));
            made.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 8);
            assertThat(found.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 8);
        }
    }

    @ParameterizedTest
    @EnumSource
    void openOrCreateDoesWhatIsNeeded(Kind kind) throws Exception {
        // given
        Address.Memory place = places.of(kind);

        // when
        try (SharedMemory made = SharedMemory.openOrCreate(place, MemorySpec.bytes(100));
                SharedMemory found =
                        SharedMemory.openOrCreate(place, MemorySpec.bytes(50).withPrefault())) {
            // then
            made.segment().set(ValueLayout.JAVA_INT, 96, 5);
            assertThat(found.segment().get(ValueLayout.JAVA_INT, 96)).isEqualTo(5);
            assertThat(found.size()).isEqualTo(100);
            assertRefused(Problem.FILE_TOO_SHORT, () -> SharedMemory.openOrCreate(place, MemorySpec.bytes(101)))
                    .satisfies(refused -> {
                        assertThat(refused.limit()).isEqualTo("100 B");
                        assertThat(refused.value()).isEqualTo("101 B");
                    });
        }
    }

    @ParameterizedTest
    @EnumSource
    void fieldsAreFoundByName(Kind kind) throws Exception {
        // given
        Address.Memory place = places.of(kind);
        try (SharedMemory made = SharedMemory.create(place, MemorySpec.of(QUOTE));
                SharedMemory found = SharedMemory.open(place, QUOTE)) {
            assertThat(made.size()).isEqualTo(QUOTE.size());
            assertThat(found.layout()).contains(QUOTE);

            // when
            made.longField("price").set(-1);
            made.intField("size").setRelease(2);
            made.doubleField("rate").setVolatile(0.5);
            made.bytesField("symbol").setText("나루");

            // then
            assertThat(found.longField("price").get()).isEqualTo(-1);
            assertThat(found.intField("size").getAcquire()).isEqualTo(2);
            assertThat(found.doubleField("rate").getVolatile()).isEqualTo(0.5);
            assertThat(found.bytesField("symbol").text()).isEqualTo("나루");
        }
        try (SharedMemory raw = SharedMemory.open(place)) {
            assertThat(raw.layoutWords()).contains(QUOTE.toString());
        }
    }

    @Test
    void everyAccessOfAField() throws Exception {
        try (SharedMemory memory = SharedMemory.anonymous("fields", MemorySpec.of(QUOTE))) {
            LongField price = memory.longField("price");
            assertThat(price.offset()).isZero();
            assertThat(price.compareAndSet(0, 5)).isTrue();
            assertThat(price.compareAndSet(0, 6)).isFalse();
            assertThat(price.getAndAdd(2)).isEqualTo(5);
            assertThat(price.getAndSet(9)).isEqualTo(7);
            price.setRelease(10);
            assertThat(price.getAcquire()).isEqualTo(10);
            price.setVolatile(11);
            assertThat(price.getVolatile()).isEqualTo(11);

            IntField size = memory.intField("size");
            assertThat(size.offset()).isEqualTo(8);
            assertThat(size.compareAndSet(0, 5)).isTrue();
            assertThat(size.getAndAdd(-2)).isEqualTo(5);
            assertThat(size.getAndSet(4)).isEqualTo(3);
            size.set(6);
            assertThat(size.get()).isEqualTo(6);
            size.setVolatile(7);
            assertThat(size.getVolatile()).isEqualTo(7);

            DoubleField rate = memory.doubleField("rate");
            assertThat(rate.offset()).isEqualTo(16);
            assertThat(rate.compareAndSet(-0.0, 1)).as("to the bit").isFalse();
            assertThat(rate.compareAndSet(0.0, 1.5)).isTrue();
            rate.set(rate.get() * 2);
            rate.setRelease(rate.getAcquire() + 1);
            assertThat(rate.getVolatile()).isEqualTo(4);

            BytesField symbol = memory.bytesField("symbol");
            assertThat(symbol.offset()).isEqualTo(24);
            assertThat(symbol.size()).isEqualTo(16);
            symbol.write(new byte[] {9, 1, 2, 3}, 1, 3);
            byte[] read = new byte[4];
            symbol.read(read, 2, 2);
            assertThat(read).containsExactly(0, 0, 1, 2);
            assertThat(symbol.segment().byteSize()).isEqualTo(16);
            symbol.setText("0123456789abcdef");
            assertThat(symbol.text()).isEqualTo("0123456789abcdef");
            assertThatIllegalArgumentException().isThrownBy(() -> symbol.setText("0123456789abcdefg"));
            assertThatThrownBy(() -> symbol.write(new byte[20], 0, 17)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aFieldThatIsNotThereOrOfAnotherTypeIsRefused() throws Exception {
        try (SharedMemory memory = SharedMemory.anonymous("fields", MemorySpec.of(QUOTE));
                SharedMemory raw = SharedMemory.anonymous("raw", MemorySpec.bytes(8))) {
            assertThatIllegalArgumentException().isThrownBy(() -> memory.longField("prise"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> memory.longField("size"))
                    .withMessage("field size is int in " + QUOTE);
            assertThatIllegalStateException().isThrownBy(() -> raw.longField("price"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherLayoutIsAnErrorThatShowsBoth(Kind kind) throws Exception {
        // given
        Address.Memory place = places.of(kind);
        try (SharedMemory _ = SharedMemory.create(place, MemorySpec.of(QUOTE))) {
            for (ThrowingCallable attempt : new ThrowingCallable[] {
                () -> SharedMemory.open(place, NEXT),
                () -> SharedMemory.openReadOnly(place, NEXT),
                () -> SharedMemory.openOrCreate(place, MemorySpec.of(NEXT))
            }) {
                // when, then
                assertRefused(Problem.OTHER_LAYOUT, attempt)
                        .satisfies(refused -> assertThat(refused)
                                .hasMessageStartingWith(
                                        place + ": it has " + QUOTE + ", and this process wants " + NEXT));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void memoryWithoutALayoutIsNotTakenForOneThatHas(Kind kind) throws Exception {
        // given
        Address.Memory place = places.of(kind);
        try (SharedMemory raw = SharedMemory.create(place, MemorySpec.bytes(4096))) {
            raw.segment().fill((byte) 'x');

            // when, then
            assertRefused(Problem.OTHER_LAYOUT, () -> SharedMemory.open(place, QUOTE));
            assertRefused(Problem.OTHER_LAYOUT, () -> SharedMemory.openOrCreate(place, MemorySpec.of(QUOTE)));
            assertThat(raw.segment().get(ValueLayout.JAVA_BYTE, 8)).isEqualTo((byte) 'x');
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLayoutMayHaveRoomBehindIt(Kind kind) throws Exception {
        // given
        Address.Memory place = places.of(kind);
        try (SharedMemory _ = SharedMemory.create(place, MemorySpec.of(QUOTE).withSize(1000));
                SharedMemory found = SharedMemory.openOrCreate(place, MemorySpec.of(QUOTE))) {
            assertThat(found.size()).isEqualTo(1000);
            assertRefused(
                    Problem.FILE_TOO_SHORT,
                    () -> SharedMemory.openOrCreate(place, MemorySpec.of(QUOTE).withSize(1001)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void toLookAtItIsReadOnly(Kind kind) throws Exception {
        // given
        Address.Memory place = places.of(kind);
        try (SharedMemory made = SharedMemory.create(place, MemorySpec.of(QUOTE));
                SharedMemory look = SharedMemory.openReadOnly(place, QUOTE)) {
            made.longField("price").set(3);

            // when, then
            assertThat(look.longField("price").getVolatile()).isEqualTo(3);
            assertThatThrownBy(() -> look.longField("price").set(4)).isInstanceOf(RuntimeException.class);
            assertThat(look.segment().isReadOnly()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closedItIsNotThereAnyMoreAndTheMemoryStays(Kind kind) throws Exception {
        // given
        Address.Memory place = places.of(kind);
        SharedMemory memory = SharedMemory.create(place, MemorySpec.of(QUOTE));
        LongField price = memory.longField("price");
        price.set(3);
        memory.sync();

        // when
        memory.close();
        memory.close();

        // then
        assertThatIllegalStateException().isThrownBy(price::get);
        try (SharedMemory again = SharedMemory.open(place, QUOTE)) {
            assertThat(again.longField("price").get()).isEqualTo(3);
            assertThatThrownBy(again::descriptor).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/naru-ring.x", "/naru-lock.x", "/naru-"})
    void namesOfRingsAndLocksAreKept(String name) {
        assertRefused(Problem.RESERVED_NAME, () -> SharedMemory.create(name, MemorySpec.bytes(1)));
        assertRefused(Problem.RESERVED_NAME, () -> SharedMemory.open(name));
        assertRefused(Problem.RESERVED_NAME, () -> SharedMemory.openOrCreate(name, MemorySpec.bytes(1)));
        assertRefused(Problem.RESERVED_NAME, () -> SharedMemory.remove(name));
    }

    @Test
    void theShortFormsAreForNamesAndFiles(@TempDir Path folder) throws Exception {
        // given
        String name = places.name();
        Path file = folder.resolve("file");

        // when
        SharedMemory.create(name, MemorySpec.of(QUOTE)).close();
        SharedMemory.open(name).close();
        SharedMemory.open(name, QUOTE).close();
        SharedMemory.openOrCreate(name, MemorySpec.of(QUOTE)).close();
        SharedMemory.create(file, MemorySpec.of(QUOTE)).close();
        SharedMemory.open(file).close();
        SharedMemory.open(file, QUOTE).close();
        SharedMemory.openOrCreate(file, MemorySpec.of(QUOTE)).close();

        // then
        assertThat(Path.of("/dev/shm" + name)).exists();
        SharedMemory.remove(name);
        SharedMemory.remove(file);
        assertThat(Path.of("/dev/shm" + name)).doesNotExist();
        assertThat(file).doesNotExist();
        assertRefused(Problem.NOT_A_FILE, () -> SharedMemory.remove(folder));
        assertRefused(Problem.NO_DIRECTORY, () -> SharedMemory.create(folder.resolve("no/file"), MemorySpec.bytes(1)));
    }
}
