package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.OpenDescriptors;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Many thousand times, and not one descriptor more than before. */
@ExtendWith(NoLeaks.class)
class ChannelLeakTest {
    private static final int MANY = 10_000;

    @TempDir
    private Path folder;

    private List<String> before;

    @BeforeEach
    void count() {
        before = OpenDescriptors.now();
    }

    private void assertNothingIsLeft() {
        assertThat(OpenDescriptors.now()).isEqualTo(before);
    }

    @Test
    void pipesThatAreUsed() throws Exception {
        // given
        ByteBuffer one = ByteBuffer.allocateDirect(1);

        // when
        for (int i = 0; i < MANY; i++) {
            try (AnonymousPipe pipe = AnonymousPipe.create()) {
                assertThat(pipe.writer().write(one.clear())).isEqualTo(1);
                assertThat(pipe.reader().read(one.clear())).isEqualTo(1);
            }
        }

        // then
        assertNothingIsLeft();
    }

    @Test
    void fifosThatAreMadeOpenedAndRemoved() throws Exception {
        // when
        for (int i = 0; i < MANY; i++) {
            Fifo fifo = Fifo.openOrCreate(folder.resolve("orders"));
            try (PipeReader reader = fifo.tryOpenReader();
                    PipeWriter writer = fifo.tryOpenWriter().orElseThrow()) {
                assertThat(writer.isOpen() && reader.isOpen()).isTrue();
            }
            fifo.remove();
        }

        // then
        assertNothingIsLeft();
    }

    @Test
    void duplexPipesAndDuplicates() throws Exception {
        // when
        for (int i = 0; i < MANY; i++) {
            try (DuplexPipe duplex = DuplexPipe.create();
                    PipeReader reader = duplex.near().reader().duplicate();
                    PipeWriter writer = duplex.near().writer().duplicate()) {
                assertThat(writer.isOpen() && reader.isOpen()).isTrue();
            }
        }

        // then
        assertNothingIsLeft();
    }

    @Test
    void childrenWithEnds() throws Exception {
        // when
        for (int i = 0; i < 300; i++) {
            try (AnonymousPipe pipe = AnonymousPipe.create()) {
                var child = Command.of("true").stdout(pipe.writer()).start();
                assertThat(pipe.reader().read(ByteBuffer.allocate(1))).isEqualTo(-1);
                assertThat(child.waitFor().isSuccess()).isTrue();
            }
        }

        // then NoLeaks looks again, since a child's own descriptor is closed by who reaps it
        assertThat(OpenDescriptors.now().size()).isLessThan(before.size() + 10);
    }

    @Test
    void aProcessWithoutDescriptorsIsToldAndGoesOn() throws Exception {
        // given
        List<String> command = new ArrayList<>(List.of("prlimit", "--nofile=64:64"));
        command.addAll(JavaProgram.of(LimitMain.class)
                .needing(Fifo.class)
                .packedInto(folder)
                .command(folder.resolve("orders").toString()));

        // when
        String said = Foreign.output(command);

        // then
        String refused = " TOO_MANY_DESCRIPTORS RLIMIT_NOFILE=64, hard 64\n";
        assertThat(said)
                .isEqualTo("pipe" + refused + "duplex" + refused + "command" + refused + "fifo" + refused
                        + "waiting fifo" + refused + "pipe done\nduplex done\ncommand done\nfifo done\n");
    }

    /** Opens pipes until there is no descriptor left, tries everything, and tries again with some closed. */
    static final class LimitMain {
        private LimitMain() {}

        /** What needs a descriptor. */
        private interface Attempt {
            void run() throws Exception;
        }

        @SuppressWarnings("SystemOut") // that is its answer
        private static void say(String what, Attempt attempt) throws Exception {
            try {
                attempt.run();
                System.out.println(what + " done");
            } catch (ErrnoException refused) {
                System.out.println(what + " " + refused.problem() + " " + refused.limit());
            }
        }

        public static void main(String[] arguments) throws Exception {
            Fifo fifo = Fifo.create(Path.of(arguments[0]));
            Deque<PipeReader> taken = new ArrayDeque<>();
            try (AnonymousPipe pipe = AnonymousPipe.create()) {
                takeAll(pipe.reader(), taken);
                say("pipe", () -> AnonymousPipe.create().close());
                say("duplex", () -> DuplexPipe.create().close());
                say("command", () -> Command.of("true").start().waitFor());
                say("fifo", () -> fifo.tryOpenReader().close());
                say("waiting fifo", () -> fifo.openReader().close());
                for (int i = 0; i < 8; i++) {
                    taken.pop().close();
                }
                say("pipe", () -> AnonymousPipe.create().close());
                say("duplex", () -> DuplexPipe.create().close());
                say("command", () -> Command.of("true").start().waitFor());
                say("fifo", () -> fifo.tryOpenReader().close());
            }
        }

        private static void takeAll(PipeReader reader, Deque<PipeReader> taken) throws Exception {
            try {
                while (true) {
                    taken.push(reader.duplicate());
                }
            } catch (ErrnoException full) {
                // as it should be
            }
        }
    }
}
