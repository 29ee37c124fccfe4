package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Naru;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.Ring;
import dev.naru.memory.RingSpec;
import dev.naru.memory.RingWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code naru top}: what it tells, and the terminal that it leaves as it was. */
@ExtendWith(NoLeaks.class)
class TopTest {
    /** Runs a command at a terminal of 100 columns, and ends it by a key or a signal when it has shown something. */
    private static final String AT_A_TERMINAL = """
            import pty, os, sys, fcntl, termios, struct, signal
            end, shown, command = sys.argv[1], sys.argv[2].encode(), sys.argv[3:]
            pid, fd = pty.fork()
            if pid == 0:
                os.environ['TERM'] = 'xterm'
                os.execvp(command[0], command)
            fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
            before, out, told = termios.tcgetattr(fd), b'', False
            while True:
                try:
                    data = os.read(fd, 65536)
                except OSError:
                    break
                if not data:
                    break
                out += data
                if shown in out and not told:
                    told = True
                    if end == 'TERM':
                        os.kill(pid, signal.SIGTERM)
                    else:
                        os.write(fd, end.encode())
            print('restored', termios.tcgetattr(fd) == before)
            print('shown' if told else 'not shown', os.waitpid(pid, 0)[1])
            """;

    private final String name = "/naru-test-" + ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);

    @TempDir
    Path folder;

    private Ring ring;

    @BeforeEach
    void create() throws Exception {
        ring = Ring.create(name, RingSpec.oneToOne(4096));
    }

    @AfterEach
    void remove() throws Exception {
        ring.close();
        Ring.remove(name);
    }

    @Test
    @SuppressWarnings("unchecked")
    void eachLookIsAJsonObjectWithAllThereIs() throws Exception {
        // given
        try (RingWriter writer = ring.writer()) {
            writer.send(new byte[24]);
            writer.send(new byte[24]);
        }

        // when
        List<Map<String, Object>> looks = Json.lines(naru("top", "--json", "--count", "2", "--interval", "50ms")
                .run()
                .succeeded()
                .out());

        // then
        assertThat(looks).hasSize(2);
        for (Map<String, Object> look : looks) {
            assertThat((List<Map<String, Object>>) look.get("objects"))
                    .anySatisfy(object -> assertThat(object)
                            .containsEntry("address", "ring:" + name)
                            .containsEntry("messages", 2L)
                            .containsEntry("backlog", 64L)
                            .containsKey("messagesPerSecond"));
        }
    }

    @Test
    void withoutATerminalTablesFollowEachOther() throws Exception {
        assertThat(naru("top", "-n", "1", "-i", "50ms").run().succeeded().out())
                .contains("messages/s")
                .contains("ring:" + name);
        assertThat(naru("top", "-n", "0").run().endedWith(64).err()).contains("--count is 1 or more");
    }

    @Test
    void theTerminalIsAsItWasWhenAKeyOrASignalEndsIt() throws Exception {
        Path script = Files.writeString(folder.resolve("terminal.py"), AT_A_TERMINAL);
        for (String end : List.of("q", "\u0003", "TERM")) {
            List<String> command = new ArrayList<>(List.of("python3", script.toString(), end, "ring:" + name));
            command.addAll(Naru.java().command("top", "--interval", "50ms"));
            String said = Foreign.output(command);
            assertThat(said).as(end).contains("restored True").contains("shown " + (end.equals("TERM") ? 143 << 8 : 0));
        }
    }
}
