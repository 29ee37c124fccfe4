package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Await;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In which order the word is taken back, the fence asked for and waited for; {@code docs/protocol/sleepless.pml}. */
class SleeplessStepsTest {
    private static final int MANY = 1 << 14;

    private final MemorySegment memory = Arena.ofAuto().allocate(8, 8);

    private final List<Long> wordsWhenAsked = new ArrayList<>();
    private long made;
    private boolean failing;

    private final LateBarrier barriers = new LateBarrier(() -> true) {
        @Override
        synchronized long ask() {
            if (failing) {
                throw new IllegalStateException("no thread");
            }
            wordsWhenAsked.add(word());
            return wordsWhenAsked.size();
        }

        @Override
        boolean isMade(long number) {
            return made >= number;
        }
    };

    private long word() {
        return memory.get(ValueLayout.JAVA_LONG, 0);
    }

    private Sleepless adaptive() {
        return new Sleepless(memory, 0, Waiting.adaptive(), barriers);
    }

    private static void arm(Sleepless sleepless) {
        sleepless.beforeArming();
        sleepless.afterArming();
    }

    @Test
    void itIsTakenBackFirstAndThenTheFenceIsAskedFor() {
        // given
        Sleepless sleepless = adaptive();
        sleepless.takeOver();
        sleepless.worked(MANY);
        assertThat(word()).isEqualTo(1);

        // when
        arm(sleepless);

        // then
        assertThat(wordsWhenAsked).containsExactly(2L);
        assertThat(sleepless.owes()).isTrue();
        arm(sleepless);
        assertThat(word()).as("until it is made").isEqualTo(2);
        assertThat(wordsWhenAsked).as("asked for once").hasSize(1);

        // when
        made = 1;
        arm(sleepless);

        // then
        assertThat(word()).isZero();
        assertThat(sleepless.owes()).isFalse();
    }

    @Test
    void theFenceOfTheTimeBeforeDoesNotCount() {
        // given
        Sleepless sleepless = adaptive();
        sleepless.worked(MANY);
        arm(sleepless);
        sleepless.worked(MANY);
        assertThat(word()).isEqualTo(1);

        // when
        arm(sleepless);
        made = 1;
        arm(sleepless);

        // then
        assertThat(word()).isEqualTo(2);
        made = 2;
        arm(sleepless);
        assertThat(word()).isZero();
    }

    @Test
    void whatCouldNotBeAskedForIsAskedForAgain() {
        // given
        Sleepless sleepless = adaptive();
        sleepless.worked(MANY);
        failing = true;
        sleepless.beforeArming();
        assertThatThrownBy(sleepless::afterArming).hasMessage("no thread");
        assertThat(sleepless.owes()).isTrue();

        // when
        failing = false;
        arm(sleepless);

        // then
        assertThat(wordsWhenAsked).containsExactly(2L);
    }

    @Test
    void whoTakesTheRoleTakesBackWhateverStandsThere() {
        for (long found : new long[] {1, 2, 7}) {
            memory.set(ValueLayout.JAVA_LONG, 0, found);
            Sleepless sleepless = adaptive();
            sleepless.takeOver();
            assertThat(word()).isEqualTo(2);
            assertThat(sleepless.owes()).isTrue();
        }
    }

    @Test
    void anEndOfARingLooksOftenWhileItOwes(@TempDir Path folder) throws Exception {
        try (Ring ring = Ring.create(folder.resolve("ring"), RingSpec.oneToOne(1 << 19));
                RingReader reader = ring.reader(Waiting.adaptive());
                RingWriter writer = ring.writer(Waiting.adaptive())) {
            // given both have said that they do not sleep
            ByteBuffer message = ByteBuffer.allocate(8);
            for (int i = 0; i < MANY; i++) {
                assertThat(writer.trySend(message)).isTrue();
            }
            while (reader.drain((_, _, _) -> {}, MANY) > 0) {}

            // when the one sleeps, and then the other
            assertThat(reader.arm()).isTrue();
            assertThat(reader.looksOften()).isTrue();
            while (writer.trySend(message)) {}
            assertThat(writer.arm()).isTrue();
            assertThat(writer.looksOften()).isTrue();

            // then
            Await.until("the reader owes nothing", () -> {
                boolean _ = reader.arm();
                return !reader.looksOften();
            });
            Await.until("the writer owes nothing", () -> writer.arm() && !writer.looksOften());
        }
    }

    @Test
    void oneBarrierServesAllWhoAskedBeforeIt() {
        // given a barrier that takes until it is let go
        AtomicInteger begun = new AtomicInteger();
        Semaphore go = new Semaphore(0);
        LateBarrier late = new LateBarrier(() -> {
            int _ = begun.incrementAndGet();
            go.acquireUninterruptibly();
            return true;
        });

        // when
        long first = late.ask();
        Await.until("it has begun", () -> begun.get() == 1);
        long second = late.ask();
        long third = late.ask();
        assertThat(late.isMade(first)).isFalse();
        go.release();

        // then
        Await.until("the second has begun", () -> begun.get() == 2);
        assertThat(late.isMade(first)).isTrue();
        assertThat(late.isMade(second)).isFalse();
        go.release();
        Await.until("it is made", () -> late.isMade(third));
        assertThat(begun).hasValue(2);
    }

    @Test
    void afterOneThatFailedTheNextWhoAsksGetsOne() {
        // given
        AtomicInteger begun = new AtomicInteger();
        LateBarrier late = new LateBarrier(() -> {
            if (begun.getAndIncrement() == 0) {
                throw new IllegalStateException("this one fails, as the test wants it");
            }
            return true;
        });

        // when
        long first = late.ask();

        // then
        Await.until("one is made", () -> {
            long _ = late.ask();
            return late.isMade(first);
        });
    }

    @Test
    void whereTheKernelRefusesNothingIsPromisedAnyMore() {
        // given
        LateBarrier late = new LateBarrier(() -> false);
        Sleepless sleepless = new Sleepless(memory, 0, Waiting.adaptive(), late);
        sleepless.worked(MANY);
        assertThat(word()).isEqualTo(1);

        // when
        Await.until("it was refused", () -> {
            arm(sleepless);
            return !sleepless.owes();
        });

        // then
        sleepless.worked(2 * MANY);
        assertThat(word()).isZero();
    }

    @Test
    void theUsersInheritableValuesAreNotAsked() {
        // given
        InheritableThreadLocal<String> users = new InheritableThreadLocal<>() {
            @Override
            protected String childValue(String ours) {
                throw new IllegalStateException("not for children");
            }
        };
        users.set("ours");
        try {
            LateBarrier late = new LateBarrier(() -> true);

            // when
            long number = late.ask();

            // then
            Await.until("it is made", () -> late.isMade(number));
        } finally {
            users.remove();
        }
    }
}
