package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.cli.Context;
import dev.naru.cli.testing.Naru;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stop that cannot begin: nothing of it stays, neither a descriptor nor a process. */
@ExtendWith(NoLeaks.class)
class GuideTest {
    private static final int LIMIT = 64;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "fifo", "unix", "tcp"})
    void whenNoPeerCanBeStartedNoPipeIsLeft(String mechanism) throws Exception {
        // given a JDK without a java
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Context context = new Context(nowhere, nowhere, false, new Context.Jvm(folder, "25", ""));
        TourFile file = TourFile.of(Files.writeString(folder.resolve("file"), "hello"));
        Guide guide = new Guide(context, new ProgressLine(nowhere, false), file, file.sha256(), Guide.Patience.usual());
        Stop stop = Stop.named(mechanism).orElseThrow();

        // when
        ErrnoException refused = catchThrowableOfType(ErrnoException.class, () -> guide.visit(stop, folder));

        // then, and NoLeaks looks at the descriptors
        assertThat(refused.problem()).isEqualTo(Problem.NO_COMMAND);
    }

    @Test
    void whenDescriptorsRunOutNoPipeIsLeft() throws Exception {
        // given
        List<String> command = new ArrayList<>(List.of("prlimit", "--nofile=" + LIMIT + ":" + LIMIT));
        command.addAll(Naru.java(FewDescriptorsMain.class).packedInto(folder).command());

        // when
        String said = Foreign.output(command);

        // then
        assertThat(said).isEqualTo("TOO_MANY_DESCRIPTORS, left 0\n");
    }

    /** Opens a stop when there are descriptors for one of its two pipes, and says how many of them are gone then. */
    static final class FewDescriptorsMain {
        private FewDescriptorsMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            Path scratch = Path.of("/");
            new PipeStop().open(scratch).close(); // its classes are loaded now
            Deque<Descriptor> taken = new ArrayDeque<>();
            take(taken);
            for (int i = 0; i < 3; i++) {
                taken.pop().close();
            }
            String problem = "none";
            try {
                new PipeStop().open(scratch).close();
            } catch (ErrnoException refused) {
                problem = refused.problem().name();
            }
            int before = taken.size() + 3;
            take(taken);
            System.out.println(problem + ", left " + (before - taken.size()));
        }

        private static void take(Deque<Descriptor> taken) {
            try {
                while (true) {
                    taken.push(Descriptor.open(Path.of("/dev/null"), Descriptor.Access.READ));
                }
            } catch (ErrnoException noMore) {
                // that many, then
            }
        }
    }
}
