package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that has all the descriptors it may have is told so, and goes on when it has closed one. */
@ExtendWith(NoLeaks.class)
class DescriptorLimitTest {
    private static final int LIMIT = 64;

    @TempDir
    private Path folder;

    private List<String> limited(Class<?> main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("prlimit", "--nofile=" + LIMIT + ":" + LIMIT));
        // from jars, for a class in a folder of its own would need a descriptor to be loaded
        command.addAll(JavaProgram.of(main)
                .needing(Assertions.class)
                .packedInto(folder)
                .command(arguments));
        return command;
    }

    /** Takes all descriptors, and gives them back one by one. */
    private static final class All {
        private final Deque<Descriptor> taken = new ArrayDeque<>();
        private final Path any = Path.of("/dev/null");
        private ErrnoException refusal;

        void take() {
            try {
                while (true) {
                    taken.push(Descriptor.open(any, Descriptor.Access.READ));
                }
            } catch (ErrnoException refused) {
                refusal = refused;
            }
        }

        void giveBack(int count) {
            for (int i = 0; i < count; i++) {
                taken.pop().close();
            }
        }
    }

    /** What was refused, in a word. */
    private interface Attempt {
        void run() throws Exception;
    }

    @SuppressWarnings("SystemOut") // that is its answer
    private static void say(String what, Attempt attempt) throws Exception {
        try {
            attempt.run();
            System.out.println(what + ": done");
        } catch (ErrnoException refused) {
            System.out.println(what + ": " + refused.problem() + " " + refused.call() + " " + refused.limit());
        }
    }

    private static void makePipe() throws ErrnoException {
        Pipes.Ends pipe = Pipes.create();
        pipe.reader().close();
        pipe.writer().close();
    }

    /** Does everything that needs a descriptor, without one. */
    static final class EverythingMain {
        private EverythingMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            Path fifo = Path.of(arguments[0]);
            FifoNode.make(fifo, 0600);
            Pipes.Ends pipe = Pipes.create();
            Spawn program = new Spawn(List.of("true"), Map.of(), null, Map.of(3, pipe.reader()));
            All all = new All();
            all.take();
            System.out.println("message: " + all.refusal.getMessage());
            say("pipe", DescriptorLimitTest::makePipe);
            say("fifo", () -> FifoNode.openReader(fifo).close());
            say("reopen", () -> pipe.reader().reopen(false).close());
            say("pidfd", () -> PidFd.open(ProcessHandle.current().pid()).close());
            say("spawn", () -> program.start().waitFor());
            for (ThreadKind kind : ThreadKind.values()) {
                say("wait " + kind, () -> unwrap(Task.start(kind, () -> waitFor(pipe.reader()))));
            }
            all.giveBack(6);
            say("pipe", DescriptorLimitTest::makePipe);
            say("fifo", () -> FifoNode.openReader(fifo).close());
            say("spawn", () -> program.start().waitFor());
            for (ThreadKind kind : ThreadKind.values()) {
                say("wait " + kind, () -> unwrap(Task.start(kind, () -> waitFor(pipe.reader()))));
            }
        }

        private static Poller.Outcome waitFor(Descriptor reader) throws ErrnoException {
            return Poller.await(reader, Poller.Interest.READABLE, System.nanoTime() + 1_000_000);
        }

        private static void unwrap(Task<?> task) throws Exception {
            if (task.failure() instanceof ErrnoException refused) {
                throw refused;
            }
            var _ = task.result();
        }
    }

    @Test
    void everyCallThatNeedsADescriptorSaysSoAndRecovers() throws Exception {
        // when
        String said = Foreign.output(
                limited(EverythingMain.class, folder.resolve("fifo").toString()));

        // then
        String limit = "RLIMIT_NOFILE=" + LIMIT + ", hard " + LIMIT;
        String none = ": TOO_MANY_DESCRIPTORS %s " + limit;
        assertThat(said.lines())
                .containsExactly(
                        "message: /dev/null: this process has all the descriptors it may have (" + limit
                                + ") (open: EMFILE); " + Problem.TOO_MANY_DESCRIPTORS.remedy(),
                        "pipe" + none.formatted("pipe2"),
                        "fifo" + none.formatted("open"),
                        "reopen" + none.formatted("open"),
                        "pidfd" + none.formatted("pidfd_open"),
                        "spawn" + none.formatted("fcntl(F_DUPFD_CLOEXEC)"),
                        "wait PLATFORM" + none.formatted("eventfd"),
                        "wait VIRTUAL" + none.formatted("epoll_create1"),
                        "pipe: done",
                        "fifo: done",
                        "spawn: done",
                        "wait PLATFORM: done",
                        "wait VIRTUAL: done");
    }

    /** Starts a child with so few descriptors left, and says how it ended. */
    static final class ChildMain {
        private ChildMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            Spawn program = new Spawn(List.of("sh", "-c", "exit 5"), Map.of(), null, Map.of());
            All all = new All();
            all.take();
            all.giveBack(Integer.parseInt(arguments[0]));
            try {
                ChildProcess child = program.start();
                System.out.println("ended with " + child.waitFor());
                ProcessState.awaitGone(child.pid());
            } catch (ErrnoException refused) {
                System.out.println("not started: " + refused.problem());
                all.giveBack(10);
                long zombies = ProcessHandle.current().children().count();
                System.out.println("children left: " + zombies);
            }
        }
    }

    /** With one descriptor there is the child's own, and none to wait on it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aChildThatCouldBeStartedIsReapedHoweverFewDescriptorsAreLeft(int left) throws Exception {
        assertThat(Foreign.output(limited(ChildMain.class, Integer.toString(left))))
                .isEqualTo("ended with Exited[code=5]\n");
    }

    @Test
    void aChildThatCannotBeWatchedIsNotLeftBehind() throws Exception {
        assertThat(Foreign.output(limited(ChildMain.class, "0")))
                .isEqualTo("not started: TOO_MANY_DESCRIPTORS\nchildren left: 0\n");
    }

    /** Looks, and waits in vain, without a descriptor to sleep on. */
    static final class LookMain {
        private LookMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            Pipes.Ends empty = Pipes.create();
            Pipes.Ends full = Pipes.create();
            try (Arena arena = Arena.ofConfined()) {
                long _ = full.writer().write(arena.allocate(1), 1);
            }
            var _ = Task.start(ThreadKind.VIRTUAL, () -> wait(full.reader(), Poller.NEVER))
                    .result(); // the epoll is made
            new All().take();
            System.out.println(Poller.isReady(empty.reader(), Poller.Interest.READABLE));
            System.out.println(Poller.isReady(full.reader(), Poller.Interest.READABLE));
            var wait = Task.start(ThreadKind.VIRTUAL, () -> wait(empty.reader(), System.nanoTime() + 1_000_000));
            System.out.println(wait.failure() == null ? wait.result() : wait.failure());
        }

        private static Poller.Outcome wait(Descriptor reader, long deadline) throws ErrnoException {
            return Poller.await(reader, Poller.Interest.READABLE, deadline);
        }
    }

    @Test
    void aLookAndTheEndOfATimedWaitOfAVirtualThreadNeedNone() throws Exception {
        assertThat(Foreign.output(limited(LookMain.class))).isEqualTo("false\ntrue\nTIMED_OUT\n");
    }
}
