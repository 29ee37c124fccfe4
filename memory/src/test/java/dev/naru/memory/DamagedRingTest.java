package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.HeaderLayout;
import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.internal.RingLayout;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Words that no end of ours leaves, since somebody else has stored into the file: each has an outcome, and none is for ever. */
@ExtendWith(NoLeaks.class)
class DamagedRingTest {
    private static final long LANE = RingLayout.lane(0);
    private static final long DATA = new RingGeometry(1, 4096).data(0);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("ring");
    }

    private Address.Ring address() {
        return (Address.Ring) Address.parse("ring:" + file());
    }

    @BeforeEach
    void create() throws Exception {
        Ring.create(file(), RingSpec.oneToOne(4096)).close();
    }

    private void store(long at, long value) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
            bytes.seek(at);
            bytes.writeLong(Long.reverseBytes(value));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 5000, 2048, 1L << 40, Long.MIN_VALUE})
    void aLaneOfAnotherSizeIsNoRing(long laneBytes) throws Exception {
        store(RingLayout.LANE_BYTES_AT, laneBytes);
        assertRefused(() -> Ring.open(file()));
        assertRefused(() -> RingStat.open(file()));
        assertRefused(() -> RingTap.open(address(), true));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 2, Integer.MAX_VALUE})
    void aNumberOfLanesThatDoesNotFitIsNoRing(long lanes) throws Exception {
        store(RingLayout.LANES_AT, lanes & 0xffffffffL);
        assertRefused(() -> Ring.open(file()));
        assertRefused(() -> RingStat.open(file()));
    }

    private interface Opening {
        AutoCloseable open() throws Exception;
    }

    private static void assertRefused(Opening opening) {
        assertThatThrownBy(() -> opening.open().close())
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.WRONG_KIND));
    }

    @ParameterizedTest
    @CsvSource({"1125899906842624, 0", "-8, 0", "0, 1125899906842624", "0, -16"})
    void positionsThatCannotBeAreToldAndTheLaneIsGivenBack(long head, long tail) throws Exception {
        store(LANE + RingLayout.HEAD, head);
        store(LANE + RingLayout.TAIL, tail);
        try (Ring ring = Ring.open(file())) {
            assertRefused(ring::writer);
            assertRefused(ring::writer); // and not: the lane is taken, by ourselves
            try (RingStat stat = RingStat.open(file())) {
                assertThat(stat.read().lanes().getFirst().lag()).isBetween(0L, 4096L);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0x1ffffffffL, 0x100001000L, 0x7_0000_0008L, 1L << 32 | 4090})
    void aWordThatNobodyStoresIsTorn(long word) throws Exception {
        store(DATA, word);
        try (Ring ring = Ring.open(file());
                RingReader reader = ring.reader()) {
            assertThatThrownBy(() -> reader.drain((_, _, _) -> {}, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no frame begins at position 0");
        }
    }

    @Test
    void aLaneFullOfPaddingHoldsNobodyUp() throws Exception {
        for (long at = 0; at < 4096; at += 8) {
            store(DATA + at, RingLayout.PADDING);
        }
        try (RingTap tap = RingTap.open(address(), true)) {
            assertThatThrownBy(() -> tap.look((_, _, _) -> {}, Long.MAX_VALUE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no frame begins");
        }
        try (RingStat stat = RingStat.open(file())) {
            assertThat(stat.read().lanes().getFirst().sent()).isZero();
        }
        try (Ring ring = Ring.open(file());
                RingReader reader = ring.reader()) {
            assertThatThrownBy(() -> {
                        while (true) {
                            reader.drain((_, _, _) -> {}, 1);
                        }
                    })
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aLaneFullOfMessagesWithoutAnEndIsTorn() throws Exception {
        // given
        for (int at = 0; at < 4096; at += 8) {
            store(DATA + at, RingLayout.MESSAGE);
        }
        try (Ring ring = Ring.open(file());
                RingReader reader = ring.reader()) {
            // then
            assertThatThrownBy(() -> {
                        for (int messages = 0; messages < 3 * 512; messages++) {
                            assertThat(reader.tryReceive()).isPresent();
                        }
                    })
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no frame begins");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE, 1L << 62})
    void anIdThatCannotBeIsADeadOne(long id) throws Exception {
        store(LANE + RingLayout.PRODUCER, id);
        store(RingLayout.READER_AT, id);
        try (RingStat stat = RingStat.open(file())) {
            assertThat(stat.read().reader().alive()).isFalse();
        }
        try (Ring ring = Ring.open(file());
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            assertThat(writer.trySend(ByteBuffer.allocate(8))).isTrue();
            assertThat(reader.tryReceive()).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, -5, Long.MAX_VALUE - 1})
    void idsThatWereGivenOutBeforeAreTold(long ids) throws Exception {
        store(HeaderLayout.IDS_AT, ids);
        assertThatThrownBy(() -> Ring.open(file()).close())
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining("damaged");
    }

    @ParameterizedTest
    @ValueSource(longs = {4097, 3, -8, Long.MAX_VALUE})
    void aTailThatIsNoPositionHoldsUpNobodyWhoLooks(long tail) throws Exception {
        store(RingLayout.lane(0) + RingLayout.TAIL, tail);
        try (RingStat stat = RingStat.open(file())) {
            assertThat(stat.read().lanes().getFirst().position()).isEqualTo(tail);
        }
        try (Ring ring = Ring.open(file())) {
            assertThatThrownBy(ring::writer).isInstanceOf(ErrnoException.class).hasMessageContaining("damaged");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 1L << 61, 12, -8})
    void aBroadcastRingWithATailThatCannotBeHoldsUpNobody(long tail) throws Exception {
        // given
        Path broadcast = folder.resolve("broadcast");
        Broadcast.create(broadcast, BroadcastSpec.of(1, 4096)).close();
        try (FileChannel channel = FileChannel.open(broadcast, StandardOpenOption.WRITE)) {
            ByteBuffer word =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, tail);
            assertThat(channel.write(word, BroadcastLayout.TAIL_AT)).isEqualTo(8);
        }

        // then
        try (BroadcastStat stat = BroadcastStat.open(broadcast)) {
            var _ = stat.read();
        }
        try (Broadcast ring = Broadcast.open(broadcast)) {
            assertThatThrownBy(ring::writer).isInstanceOf(ErrnoException.class).hasMessageContaining("damaged");
        }
    }
}
