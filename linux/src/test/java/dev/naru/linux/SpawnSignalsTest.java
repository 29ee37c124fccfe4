package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A child starts with no signal blocked and none ignored, whatever its parent and the parent's parent do. */
@ExtendWith(NoLeaks.class)
class SpawnSignalsTest {
    /** posix_spawn(3) of glibc leaves its own two, 32 and 33, ignored; no program can have them anyway. */
    private static final long OF_THE_C_LIBRARY = 0x1_8000_0000L;

    /** Spawns a program that tells its signals, and says how it ended. */
    static final class SpawnMain {
        private SpawnMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            System.out.print(signalsOfAChild());
            for (int code : new int[] {0, 42}) {
                ChildProcess child =
                        new Spawn(List.of("sh", "-c", "exit " + code), System.getenv(), null, Map.of()).start();
                System.out.println(child.waitFor());
            }
        }
    }

    private static String signalsOfAChild() throws Exception {
        try (Pipe out = Pipe.create()) {
            ChildProcess child = new Spawn(
                            List.of("grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"),
                            System.getenv(),
                            null,
                            Map.of(1, out.writer()))
                    .start();
            String said = out.readToEnd();
            assertThat(child.waitFor().isSuccess()).isTrue();
            return said.lines()
                    .map(line -> line.split(":\t", 2))
                    .map(entry -> "%s=%x;".formatted(entry[0], Long.parseLong(entry[1], 16) & ~OF_THE_C_LIBRARY))
                    .collect(Collectors.joining());
        }
    }

    private static String[] ignoring(String signal) {
        List<String> command = new ArrayList<>(List.of("perl", "-e", "$SIG{" + signal + "} = 'IGNORE'; exec @ARGV"));
        command.addAll(JavaProgram.of(SpawnMain.class).needing(Assertions.class).command());
        return command.toArray(String[]::new);
    }

    @Test
    void noSignalIsBlockedOrIgnored() throws Exception {
        assertThat(signalsOfAChild()).isEqualTo("SigBlk=0;SigIgn=0;");
    }

    @Test
    void noSignalIsIgnoredThoughThisJvmWasStartedWithOneIgnored() throws Exception {
        // when started as nohup(1) does
        String said = Foreign.output(ignoring("HUP"));

        // then
        assertThat(said).startsWith("SigBlk=0;SigIgn=0;");
    }

    /** Under such a supervisor the kernel would reap children itself, and their status would be lost. */
    @Test
    void theStatusOfAChildIsKnownThoughThisJvmWasStartedWithSigchldIgnored() throws Exception {
        // when
        String said = Foreign.output(ignoring("CHLD"));

        // then
        assertThat(said).endsWith("Exited[code=0]\nExited[code=42]\n");
    }
}
