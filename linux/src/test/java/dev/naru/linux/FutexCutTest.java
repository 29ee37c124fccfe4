package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Futex.Outcome;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.MemoryPeer;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.io.BufferedReader;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A word that goes while somebody waits for it is the affair of that one alone. */
@ExtendWith(NoLeaks.class)
class FutexCutTest {
    private static final int SIZE = 4096;

    private final Sleepers sleepers = Sleepers.create();
    private boolean vectored;
    private Path cutPath;
    private Path wholePath;
    private SharedMapping cut;
    private SharedMapping whole;

    @BeforeEach
    void create(@TempDir Path folder) throws Exception {
        vectored = Futex.vectored;
        cutPath = Files.write(folder.resolve("cut"), new byte[SIZE]);
        wholePath = Files.write(folder.resolve("whole"), new byte[SIZE]);
        cut = map(cutPath);
        whole = map(wholePath);
    }

    @AfterEach
    void close() {
        Futex.vectored = vectored;
        sleepers.close();
        cut.close();
        whole.close();
    }

    /** Virtual threads asleep on a word of either file: says when they are, and how each wait ended. */
    static final class CutMain {
        private CutMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] paths) throws Exception {
            try (SharedMapping cut = map(Path.of(paths[0]));
                    SharedMapping whole = map(Path.of(paths[1]));
                    Sleepers sleepers = Sleepers.create()) {
                var onCut = Task.start(ThreadKind.VIRTUAL, () -> {
                            Outcome outcome = Futex.await(cut.segment(), 0, 0, Poller.NEVER, sleepers);
                            try {
                                return outcome + " " + cut.segment().get(ValueLayout.JAVA_INT, 0);
                            } catch (InternalError fault) {
                                return outcome + " and a fault";
                            }
                        })
                        .awaitInFutex();
                var onWhole = Task.start(
                                ThreadKind.VIRTUAL, () -> Futex.await(whole.segment(), 0, 0, Poller.NEVER, sleepers))
                        .awaitInFutex();
                System.out.println("asleep");
                System.out.println("whole: " + onWhole.result());
                System.out.println("cut: " + onCut.result());
            }
        }
    }

    private static SharedMapping map(Path path) throws ErrnoException {
        try (Descriptor file = SharedFiles.open(path, true, "words")) {
            return SharedMapping.map(file, SIZE, SharedMapping.Options.WRITABLE, "words");
        }
    }

    private Task<Outcome> start(ThreadKind kind, SharedMapping mapping, long offset, long deadline) {
        return Task.start(kind, () -> Futex.await(mapping.segment(), offset, 0, deadline, sleepers));
    }

    private Task<Outcome> sleep(SharedMapping mapping, long offset) {
        return start(ThreadKind.VIRTUAL, mapping, offset, Poller.NEVER).awaitInFutex();
    }

    private static void cutFile(Path path) throws Exception {
        var _ = Foreign.output("truncate", "-s", "0", path.toString());
    }

    @ParameterizedTest
    @CsvSource({"2, true", "200, true", "2, false"})
    void whoSleepsForOtherWordsSleepsOn(int words, boolean vector) throws Exception {
        // given virtual threads, for which one thread sleeps
        Futex.vectored &= vector;
        List<Task<Outcome>> onCut = new ArrayList<>();
        List<Task<Outcome>> onWhole = new ArrayList<>();
        for (int i = 0; i < words; i++) {
            onCut.add(sleep(cut, 4L * i));
            onWhole.add(sleep(whole, 4L * i));
        }
        try (Peer peer = MemoryPeer.start().tell("open " + wholePath).tell("map")) {
            // when
            cutFile(cutPath);

            // then they are woken as ever
            for (int i = 0; i < words; i++) {
                peer.tell("store " + 4 * i + " 1").send("wake " + 4 * i + " 1").answer();
                assertThat(onWhole.get(i).result()).isEqualTo(Outcome.WOKEN);
            }

            // and those who have lost theirs shall look, and meet a fault of their own
            for (Task<Outcome> wait : onCut) {
                assertThat(wait.result()).isEqualTo(Outcome.WOKEN);
            }
        }
    }

    @Test
    void whoLooksAtAWordThatIsGoneMeetsTheFaultAndTheProcessLives() throws Exception {
        // given
        List<String> command = JavaProgram.of(CutMain.class)
                .needing(Assertions.class)
                .command(cutPath.toString(), wholePath.toString());
        Process program = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (Peer peer = MemoryPeer.start().tell("open " + wholePath).tell("map")) {
            BufferedReader said = program.inputReader();
            assertThat(said.readLine()).isEqualTo("asleep");

            // when
            cutFile(cutPath);
            peer.tell("store 0 1").send("wake 0 1").answer();

            // then; a read that the guard cannot interrupt is left to another thread
            var rest = Task.start(ThreadKind.PLATFORM, () -> said.lines().toList());
            assertThat(rest.result()).containsExactly("whole: WOKEN", "cut: WOKEN and a fault");
            assertThat(program.waitFor()).isZero();
        } finally {
            program.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @CsvSource({"PLATFORM, true", "VIRTUAL, true", "PLATFORM, false", "VIRTUAL, false"})
    void aWordThatIsGoneIsNotSleptOn(ThreadKind kind, boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;
        cutFile(cutPath);

        // when, then no wait touches it
        for (long deadline : new long[] {Poller.NEVER, System.nanoTime() - 1}) {
            assertThat(start(kind, cut, 0, deadline).result()).isEqualTo(Outcome.WOKEN);
        }
        assertThat(Futex.wake(cut.segment(), 0, 1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void memoryThatIsClosedUnderASleeperHarmsNobodyElse(boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;
        var onClosed = sleep(cut, 0);
        var first = sleep(whole, 0);
        var second = sleep(whole, 4);
        try (Peer peer = MemoryPeer.start().tell("open " + wholePath).tell("map")) {
            // when a user breaks the rule
            cut.close();

            // then
            peer.tell("store 0 1").send("wake 0 1").answer();
            assertThat(first.result()).isEqualTo(Outcome.WOKEN);
            peer.tell("store 4 1").send("wake 4 1").answer();
            assertThat(second.result()).isEqualTo(Outcome.WOKEN);
            sleepers.close();
            assertThat(onClosed.result()).isIn(Outcome.WOKEN, Outcome.CLOSED); // something else may lie there now
        }
    }
}
