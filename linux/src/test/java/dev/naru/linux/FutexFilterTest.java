package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A kernel without futex_waitv, or a container's filter that forbids it: waits work all the same. */
@ExtendWith(NoLeaks.class)
class FutexFilterTest {
    /** Lets seccomp(2) answer an errno to futex_waitv, and runs a program so. */
    private static final String LAUNCHER = """
            #include <linux/filter.h>
            #include <linux/seccomp.h>
            #include <stddef.h>
            #include <stdlib.h>
            #include <sys/prctl.h>
            #include <unistd.h>

            int main(int argc, char **argv) {
                struct sock_filter code[] = {
                    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 449, 0, 1),
                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | atoi(argv[1])),
                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                };
                struct sock_fprog program = {4, code};
                if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
                    return 1;
                execvp(argv[2], argv + 2);
                return 2;
            }
            """;

    /** Waits in every way, and says how each wait ended. */
    static final class WaitMain {
        private WaitMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            System.out.println("futex_waitv " + Futex.vectored);
            try (Descriptor memfd = Memfd.create("words", false)) {
                FileSpace.reserve(memfd, 0, 4096, "words");
                try (SharedMapping mapping = SharedMapping.map(memfd, 4096, SharedMapping.Options.WRITABLE, "words")) {
                    for (ThreadKind kind : ThreadKind.values()) {
                        System.out.println(kind + " " + waits(kind, mapping.segment()));
                    }
                }
            }
        }

        private static List<Futex.Outcome> waits(ThreadKind kind, MemorySegment memory) throws Exception {
            List<Futex.Outcome> ends = new ArrayList<>();
            Sleepers sleepers = Sleepers.create();
            var woken = Task.start(kind, () -> Futex.await(memory, 0, 0, Poller.NEVER, sleepers))
                    .awaitInFutex();
            memory.set(ValueLayout.JAVA_INT, 0, 1);
            int _ = Futex.wake(memory, 0, 1);
            ends.add(woken.result());
            memory.set(ValueLayout.JAVA_INT, 0, 0);
            ends.add(Task.start(kind, () -> Futex.await(memory, 0, 0, System.nanoTime() + 1_000_000, sleepers))
                    .result());
            ends.add(Task.start(kind, () -> Futex.await(memory, 0, 0, Poller.NEVER, sleepers))
                    .awaitInFutex()
                    .interrupt()
                    .result());
            var closed = Task.start(kind, () -> Futex.await(memory, 0, 0, Poller.NEVER, sleepers))
                    .awaitInFutex();
            sleepers.close();
            ends.add(closed.result());
            return ends;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENOSYS", "EPERM"})
    void waitsWorkWithoutTheCall(String errno, @TempDir Path folder) throws Exception {
        // given
        Path source = Files.writeString(folder.resolve("filter.c"), LAUNCHER);
        Path launcher = folder.resolve("filter");
        var _ = Foreign.output("cc", "-o", launcher.toString(), source.toString());
        List<String> command = new ArrayList<>(List.of(
                launcher.toString(), Integer.toString(Errno.valueOf(errno).number())));
        command.addAll(JavaProgram.of(WaitMain.class).needing(Assertions.class).command());

        // when
        String said = Foreign.output(command);

        // then
        assertThat(said.lines())
                .containsExactly(
                        "futex_waitv false",
                        "PLATFORM [WOKEN, TIMED_OUT, INTERRUPTED, CLOSED]",
                        "VIRTUAL [WOKEN, TIMED_OUT, INTERRUPTED, CLOSED]");
    }
}
