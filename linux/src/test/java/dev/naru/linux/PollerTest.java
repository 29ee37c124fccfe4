package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Poller.Interest;
import dev.naru.linux.Poller.Outcome;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
class PollerTest {
    private final MemorySegment bytes = Arena.ofAuto().allocate(1 << 16);
    private Descriptor reader;
    private Descriptor writer;

    @BeforeEach
    void create() throws Exception {
        Pipes.Ends pipe = Pipes.create();
        reader = pipe.reader();
        writer = pipe.writer();
    }

    @AfterEach
    void close() {
        reader.close();
        writer.close();
    }

    private static Task<Outcome> start(ThreadKind kind, Descriptor descriptor, Interest interest, long deadline) {
        return Task.start(kind, () -> await(descriptor, interest, deadline));
    }

    private static Outcome await(Descriptor descriptor, Interest interest, long deadline) throws ErrnoException {
        assertThat(descriptor.enter()).isTrue();
        try {
            return Poller.await(descriptor, interest, deadline);
        } finally {
            descriptor.leave();
        }
    }

    private void fill() {
        while (writer.write(bytes, bytes.byteSize()) > 0) {
            // further
        }
    }

    private static long soon() {
        return System.nanoTime() + 5_000_000;
    }

    @ParameterizedTest
    @EnumSource
    void bytesMakeAReaderReady(ThreadKind kind) throws Exception {
        // given
        var wait = start(kind, reader, Interest.READABLE, Poller.NEVER).awaitPolling();

        // when
        assertThat(writer.write(bytes, 1)).isEqualTo(1);

        // then
        assertThat(wait.result()).isEqualTo(Outcome.READY);
    }

    @ParameterizedTest
    @EnumSource
    void theEndMakesAReaderReady(ThreadKind kind) throws Exception {
        // given
        var wait = start(kind, reader, Interest.READABLE, Poller.NEVER).awaitPolling();

        // when
        writer.close();

        // then
        assertThat(wait.result()).isEqualTo(Outcome.READY);
    }

    @ParameterizedTest
    @EnumSource
    void roomMakesAWriterReady(ThreadKind kind) throws Exception {
        // given
        fill();
        var wait = start(kind, writer, Interest.WRITABLE, Poller.NEVER).awaitPolling();

        // when
        while (reader.read(bytes, bytes.byteSize()) > 0) {
            // further
        }

        // then
        assertThat(wait.result()).isEqualTo(Outcome.READY);
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatIsGoneMakesAWriterReady(ThreadKind kind) throws Exception {
        // given
        fill();
        var wait = start(kind, writer, Interest.WRITABLE, Poller.NEVER).awaitPolling();

        // when
        reader.close();

        // then
        assertThat(wait.result()).isEqualTo(Outcome.READY);
    }

    @ParameterizedTest
    @EnumSource
    void aDeadlineThatPassesIsTold(ThreadKind kind) throws Exception {
        assertThat(start(kind, reader, Interest.READABLE, soon()).result()).isEqualTo(Outcome.TIMED_OUT);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsReadyIsReadyEvenWhenTheDeadlineHasPassed(ThreadKind kind) throws Exception {
        // given
        assertThat(writer.write(bytes, 1)).isEqualTo(1);

        // when, then
        for (long deadline : new long[] {System.nanoTime(), System.nanoTime() - 1_000_000_000}) {
            assertThat(start(kind, reader, Interest.READABLE, deadline).result())
                    .isEqualTo(Outcome.READY);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsTheWaitAndItsStatusStays(ThreadKind kind) throws Exception {
        // given
        var wait = start(kind, reader, Interest.READABLE, Poller.NEVER).awaitPolling();

        // when
        wait.interrupt();

        // then
        assertThat(wait.result()).isEqualTo(Outcome.INTERRUPTED);
        assertThat(wait.interruptedAtEnd()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aThreadThatIsInterruptedAlreadyDoesNotWait(ThreadKind kind) throws Exception {
        // when
        var wait = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            return await(reader, Interest.READABLE, Poller.NEVER);
        });

        // then
        assertThat(wait.result()).isEqualTo(Outcome.INTERRUPTED);
        assertThat(wait.interruptedAtEnd()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aCloseEndsTheWaitOfAllAndThenTheNumberIsFree(ThreadKind kind) throws Exception {
        // given
        List<Task<Outcome>> waits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waits.add(start(kind, reader, Interest.READABLE, Poller.NEVER).awaitPolling());
        }

        // when
        reader.close();

        // then
        for (Task<Outcome> wait : waits) {
            assertThat(wait.result()).isEqualTo(Outcome.CLOSED);
        }
        assertThat(Path.of("/proc/self/fd/" + reader.number())).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void aCloseOfTheSecondDescriptorEndsTheWaitToo(ThreadKind kind) throws Exception {
        // given
        Pipes.Ends other = Pipes.create();
        assertThat(other.writer().enter()).isTrue();
        var wait = Task.start(kind, () -> {
                    assertThat(reader.enter()).isTrue();
                    try {
                        return Poller.await(reader, Interest.READABLE, Poller.NEVER, other.writer());
                    } finally {
                        reader.leave();
                        other.writer().leave();
                    }
                })
                .awaitPolling();

        // when
        other.writer().close();

        // then
        assertThat(wait.result()).isEqualTo(Outcome.CLOSED);
        other.reader().close();
    }

    @ParameterizedTest
    @EnumSource
    void whatWasClosedBeforeTheWaitIsClosed(ThreadKind kind) throws Exception {
        // given
        var wait = Task.start(kind, () -> {
            assertThat(reader.enter()).isTrue();
            try {
                reader.close();
                return Poller.await(reader, Interest.READABLE, Poller.NEVER);
            } finally {
                reader.leave();
            }
        });

        // when, then
        assertThat(wait.result()).isEqualTo(Outcome.CLOSED);
    }

    @ParameterizedTest
    @EnumSource
    void aRegularFileIsAlwaysReady(ThreadKind kind, @TempDir Path folder) throws Exception {
        // given
        Path path = Files.createFile(folder.resolve("file"));
        try (Descriptor file = Descriptor.open(path, Descriptor.Access.READ_WRITE)) {
            // when, then
            assertThat(start(kind, file, Interest.READABLE, Poller.NEVER).result())
                    .isEqualTo(Outcome.READY);
            assertThat(start(kind, file, Interest.WRITABLE, Poller.NEVER).result())
                    .isEqualTo(Outcome.READY);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isReadyNeitherWaitsNorHeedsAnInterrupt(ThreadKind kind) throws Exception {
        // when
        var before = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            return Poller.isReady(reader, Interest.READABLE);
        });
        assertThat(before.result()).isFalse();
        assertThat(writer.write(bytes, 1)).isEqualTo(1);
        var after = Task.start(kind, () -> Poller.isReady(reader, Interest.READABLE));

        // then
        assertThat(after.result()).isTrue();
        assertThat(before.interruptedAtEnd()).isTrue();
    }
}
