package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class ProcessIdentityTest {
    private static String foreignTicks(long pid) throws Exception {
        return Foreign.output(
                "perl", "-e", "local $/; open F, '/proc/" + pid + "/stat'; $_ = <F>; s/.*\\)//s; print((split)[19])");
    }

    @Test
    void thisProcessIsAsProcShowsIt() throws Exception {
        // when
        ProcessIdentity self = ProcessIdentity.current();

        // then
        long pid = ProcessHandle.current().pid();
        assertThat(self.pid()).isEqualTo(pid);
        assertThat(Long.toString(self.startTicks())).isEqualTo(foreignTicks(pid));
        assertThat(self.namespace())
                .isEqualTo(
                        Foreign.output("readlink", "/proc/" + pid + "/ns/pid").strip());
        assertThat(self.name())
                .isEqualTo(Foreign.output("cat", "/proc/" + pid + "/comm").strip());
    }

    @Test
    void anotherProcessIsToo() throws Exception {
        try (Peer peer = Peer.start()) {
            // when
            ProcessIdentity other = ProcessIdentity.of(peer.pid()).orElseThrow();

            // then
            assertThat(other.pid()).isEqualTo(peer.pid());
            assertThat(Long.toString(other.startTicks())).isEqualTo(foreignTicks(peer.pid()));
            assertThat(other.name()).isEqualTo("perl");
        }
    }

    /** With a name that could be taken for the end of the field, and one that is cut after 15 bytes, within a letter. */
    @ParameterizedTest
    @ValueSource(strings = {"a) R 1 (b", "two words", "x나루나루나루나루"})
    void aNameMayHoldAnything(String name) throws Exception {
        // given
        Process process =
                new ProcessBuilder("perl", "-e", "$0 = $ARGV[0]; $| = 1; print qq(named\\n); <STDIN>", name).start();
        try {
            assertThat(process.inputReader(StandardCharsets.US_ASCII).readLine())
                    .isEqualTo("named");

            // when
            ProcessIdentity identity = ProcessIdentity.of(process.pid()).orElseThrow();

            // then
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            assertThat(identity.name())
                    .isEqualTo(new String(bytes, 0, Math.min(15, bytes.length), StandardCharsets.UTF_8));
            assertThat(Long.toString(identity.startTicks())).isEqualTo(foreignTicks(process.pid()));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void aProcessThatIsGoneHasNone() throws Exception {
        // given
        Peer peer = Peer.start();
        peer.close();

        // when, then
        assertThat(ProcessIdentity.of(peer.pid())).isEmpty();
    }

    @Test
    void theNamespaceOfAnothersProcessIsHidden(@TempDir Path folder) throws Exception {
        // given
        var program = JavaProgram.of(LookMain.class).packedInto(folder);

        // when a user without privileges looks at the first process
        String said = Foreign.output(JavaProgram.asNobody(program.command("1")));

        // then
        assertThat(said).isEqualTo("pid 1, namespace ''\n");
    }

    /** Says what it sees of a process. */
    static final class LookMain {
        private LookMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) {
            ProcessIdentity seen =
                    ProcessIdentity.of(Long.parseLong(arguments[0])).orElseThrow();
            System.out.println("pid " + seen.pid() + ", namespace '" + seen.namespace() + "'");
        }
    }
}
