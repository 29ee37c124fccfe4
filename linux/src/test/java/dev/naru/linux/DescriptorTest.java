package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class DescriptorTest {
    private static final int O_CLOEXEC = 02000000; // as fdinfo shows it, in octal

    @TempDir
    private Path folder;

    private final Arena arena = Arena.ofShared();
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
        arena.close();
    }

    private static int flags(Descriptor descriptor) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor.number())).stream()
                .filter(line -> line.startsWith("flags:"))
                .map(line -> Integer.parseInt(line.substring("flags:".length()).strip(), 8))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isNumberOpen(int number) {
        return Files.exists(Path.of("/proc/self/fd/" + number), LinkOption.NOFOLLOW_LINKS);
    }

    private MemorySegment bytes(byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    @Test
    void readAndWriteAnswerCountsTheEndAndNegatedErrnos() {
        // given
        MemorySegment room = arena.allocate(100);

        // when, then
        assertThat(reader.read(room, 100)).isEqualTo(-Errno.EAGAIN.number());
        assertThat(writer.write(bytes(Payload.bytes(1, 10)), 10)).isEqualTo(10);
        assertThat(reader.read(room, 100)).isEqualTo(10);
        assertThat(room.asSlice(0, 10).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Payload.bytes(1, 10));
        assertThat(writer.read(room, 1)).isEqualTo(-Errno.EBADF.number());
        writer.close();
        assertThat(reader.read(room, 100)).isZero();
    }

    @Test
    void aWriteWithoutReaderAnswersEpipeAndKillsNobody() {
        // when
        reader.close();

        // then
        assertThat(writer.write(bytes(new byte[1]), 1)).isEqualTo(-Errno.EPIPE.number());
    }

    @Test
    void nothingThatIsMadeHereGoesToAProgramThatIsExecuted() throws Exception {
        // given
        Path fifo = folder.resolve("fifo");
        FifoNode.make(fifo, 0600);
        try (Descriptor file = Descriptor.open(folder.resolve("file"), Descriptor.Access.WRITE);
                Descriptor fifoReader = FifoNode.openReader(fifo);
                Descriptor fifoWriter = FifoNode.openWriter(fifo).orElseThrow();
                Descriptor again = reader.reopen(false);
                PidFd pidfd = PidFd.open(ProcessHandle.current().pid())) {
            // when, then
            for (Descriptor descriptor :
                    List.of(reader, writer, file, fifoReader, fifoWriter, again, pidfd.descriptor())) {
                assertThat(flags(descriptor) & O_CLOEXEC)
                        .as("flags of %s", descriptor)
                        .isNotZero();
            }
        }
    }

    @Test
    void theSleepersOfThePollerAreNotInheritedEither() throws Exception {
        // given both kinds, made by a wait each
        for (var kind : ThreadKind.values()) {
            assertThat(reader.enter()).isTrue();
            var _ = Task.start(
                            kind, () -> Poller.await(reader, Poller.Interest.READABLE, System.nanoTime() + 1_000_000))
                    .result();
            reader.leave();
        }

        // when
        String foreign =
                Foreign.shell("for fd in /proc/" + ProcessHandle.current().pid() + "/fd/*; do case $(readlink $fd) in"
                        + " *eventfd*|*eventpoll*) cat"
                        + " ${fd%/fd/*}/fdinfo/${fd##*/};; esac; done");

        // then
        assertThat(foreign.lines().filter(line -> line.startsWith("flags:")))
                .isNotEmpty()
                .allMatch(line -> (Integer.parseInt(line.substring(6).strip(), 8) & O_CLOEXEC) != 0);
    }

    @Test
    void closeIsIdempotentAndClosesTheNumber() {
        // when
        reader.close();
        reader.close();

        // then
        assertThat(reader.isOpen()).isFalse();
        assertThat(reader.enter()).isFalse();
        assertThat(isNumberOpen(reader.number())).isFalse();
    }

    @Test
    void aCloseDuringAUseWaitsForItsEnd() {
        // given
        assertThat(reader.enter()).isTrue();
        assertThat(reader.enter()).isTrue();

        // when
        reader.close();

        // then
        assertThat(isNumberOpen(reader.number())).isTrue();
        assertThat(reader.enter()).isFalse();
        reader.leave();
        assertThat(isNumberOpen(reader.number())).isTrue();
        reader.leave();
        assertThat(isNumberOpen(reader.number())).isFalse();
    }

    @Test
    void aSecondCloseDoesNotCloseAStrangerWithTheSameNumber() throws Exception {
        // given
        reader.close();
        Pipes.Ends stranger = Pipes.create();
        assertThat(stranger.reader().number()).isEqualTo(reader.number());

        // when
        reader.close();

        // then
        try (Descriptor _ = stranger.reader();
                Descriptor _ = stranger.writer()) {
            assertThat(isNumberOpen(stranger.reader().number())).isTrue();
        }
    }

    @Test
    void aBorrowedNumberStaysOpen() {
        // given
        Descriptor borrowed = Descriptor.borrow(reader.number());

        // when
        borrowed.close();

        // then
        assertThat(borrowed.isOpen()).isFalse();
        assertThat(isNumberOpen(reader.number())).isTrue();
    }

    @Test
    void itTellsItsDirectionsAndFlags() throws Exception {
        // given
        Path file = Files.createFile(folder.resolve("file"));
        try (Descriptor both = Descriptor.open(file, Descriptor.Access.READ_WRITE)) {
            // when, then
            assertThat(reader.isReadable()).isTrue();
            assertThat(reader.isWritable()).isFalse();
            assertThat(writer.isReadable()).isFalse();
            assertThat(writer.isWritable()).isTrue();
            assertThat(both.isReadable() && both.isWritable()).isTrue();
            assertThat(reader.isNonBlocking()).isTrue();
            assertThat(both.isNonBlocking()).isFalse();
            assertThat(reader).hasToString("fd:" + reader.number());
        }
    }

    @Test
    void nonBlockingIsSetAndCleared() throws Exception {
        // when, then
        reader.setNonBlocking(false);
        assertThat(reader.isNonBlocking()).isFalse();
        reader.setNonBlocking(true);
        assertThat(reader.isNonBlocking()).isTrue();
    }

    @Test
    void whatIsNotOpenIsABadDescriptor() {
        // given
        Descriptor nothing = Descriptor.borrow(9999);

        // when
        var refused = catchThrowableOfType(ErrnoException.class, nothing::isReadable);

        // then
        assertThat(refused.problem()).isEqualTo(Problem.BAD_DESCRIPTOR);
        assertThat(refused.target()).isEqualTo("fd:9999");
        assertThatThrownBy(nothing::status).isInstanceOf(ErrnoException.class);
    }

    @Test
    void itCountsWhatWaits() {
        // given
        assertThat(reader.queued()).isZero();

        // when
        assertThat(writer.write(bytes(new byte[7]), 7)).isEqualTo(7);

        // then
        assertThat(reader.queued()).isEqualTo(7);
    }

    @Test
    void whatMayNotBeWrittenIsNotReadInto() {
        // given
        assertThat(writer.write(bytes(new byte[7]), 7)).isEqualTo(7);
        MemorySegment constant = bytes(new byte[7]).asReadOnly();

        // when, then
        assertThatThrownBy(() -> reader.read(constant, 7)).isInstanceOf(IllegalArgumentException.class);
        assertThat(reader.queued()).isEqualTo(7);
    }

    @Test
    void whoLeavesWithoutHavingEnteredIsToldSo() {
        // when, then
        assertThatThrownBy(reader::leave).isInstanceOf(AssertionError.class);
        assertThat(reader.isOpen()).isTrue();
    }

    @Test
    void itKnowsWhatItIs() throws Exception {
        assertThat(reader.type()).isEqualTo(FileStatus.Type.FIFO);
        reader.close();
        assertThat(reader.type()).isEqualTo(FileStatus.Type.FIFO); // the kernel is not asked again
    }
}
