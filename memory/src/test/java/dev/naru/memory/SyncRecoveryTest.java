package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.internal.BarrierLayout;
import dev.naru.memory.internal.EventLayout;
import dev.naru.memory.internal.HeaderLayout;
import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.ReadWriteLockLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What read-write locks, events and barriers of an earlier boot are when they are opened, and damaged ones. */
@ExtendWith(NoLeaks.class)
class SyncRecoveryTest {
    private static final long ANOTHER_BOOT = 4711;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("shared");
    }

    private void store(long offset, long value) throws IOException {
        try (FileChannel file = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            ByteBuffer word =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
            assertThat(file.write(word, offset)).isEqualTo(8);
        }
    }

    @Test
    void readersOfAnEarlierBootAreGoneAndAWriterIsTold() throws Exception {
        // given
        SharedReadWriteLock.create(file()).close();
        store(ReadWriteLockLayout.WORD_AT, LockLayout.ownedBy(1));
        store(ReadWriteLockLayout.rowAt(3), LockLayout.ownedBy(2) | LockLayout.WAITED);
        store(HeaderLayout.BOOT_AT, ANOTHER_BOOT);

        // when
        try (SharedReadWriteLock lock = SharedReadWriteLock.open(file())) {
            // then
            assertThat(lock.readers()).isEmpty();
            assertThat(lock.tryLockRead()).isEqualTo(LockOutcome.OWNER_DIED);
            lock.unlock();
        }
    }

    @Test
    void anEventStaysAsItWas() throws Exception {
        // given
        try (SharedEvent event = SharedEvent.create(file())) {
            event.set();
        }
        store(EventLayout.WORD_AT, EventLayout.setOnceMore(0) | EventLayout.WAITED);
        store(HeaderLayout.BOOT_AT, ANOTHER_BOOT);

        // when
        try (SharedEvent event = SharedEvent.open(file())) {
            // then
            assertThat(event.isSet()).isTrue();
            assertThat(event.isWaitedFor()).isFalse();
        }
    }

    @Test
    void nobodyHasAPlaceAtABarrierOfAnEarlierBoot() throws Exception {
        // given
        SharedBarrier.create(file(), 1).close();
        store(BarrierLayout.idAt(0), 1);
        store(BarrierLayout.PHASE_AT, BarrierLayout.whole(7) | BarrierLayout.BROKEN);
        store(HeaderLayout.BOOT_AT, ANOTHER_BOOT);

        // when
        try (SharedBarrier barrier = SharedBarrier.open(file())) {
            // then
            assertThat(barrier.phase()).isEqualTo(8);
            assertThat(barrier.await()).isEqualTo(BarrierOutcome.PASSED);
        }
    }

    @Test
    void aBarrierWhoseNumberOfPartiesIsNotThatOfItsFileIsRefused() throws Exception {
        // given
        SharedBarrier.create(file(), 1).close();
        store(256, BarrierLayout.MOST_PARTIES);

        // when, then
        assertThatThrownBy(() -> SharedBarrier.open(file()))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.WRONG_KIND));
    }
}
