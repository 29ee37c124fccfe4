package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.Cores;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.testing.NoLeaks;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A contestant that loses a process says so and takes the other with it; {@link NoLeaks} sees that none is left. */
@ExtendWith(NoLeaks.class)
class ContestantTest {
    private static final Work.Amount ENDLESS = new Work.Amount(0, Integer.MAX_VALUE);

    @TempDir
    private Path folder;

    @Test
    void aRoundEndsWhenASideIsKilled() throws Exception {
        // given
        Race race = Races.matching("pipe.throughput.64k").getFirst();
        List<ProcessHandle> before = children();
        try (NaruContestant naru = NaruContestant.open(equipment("cc"), race, folder)) {
            long _ = naru.round(race.work().amount(Effort.brief()));
            List<ProcessHandle> sides =
                    children().stream().filter(child -> !before.contains(child)).toList();
            assertThat(sides).hasSize(2);

            // when
            boolean _ = sides.getFirst().destroyForcibly();

            // then
            assertThatThrownBy(() -> naru.round(new Work.Amount(0, 1L << 50)))
                    .isInstanceOfAny(EOFException.class, ErrnoException.class);
        }
    }

    @Test
    void aCProgramThatCannotRunIsAnError() throws Exception {
        // given
        Race race = Races.matching("fifo.throughput.64k").getFirst();
        CPeers peers = CPeers.build("cc", folder);
        Files.copy(Path.of("/bin/false"), folder.resolve("stream"), StandardCopyOption.REPLACE_EXISTING);

        // when
        try (CContestant c = CContestant.open(peers, race, Cores.pair(), folder)) {
            // then
            assertThatThrownBy(() -> c.round(ENDLESS))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("stream");
        }
    }

    @Test
    void aCompilerThatFailsIsSaid() {
        assertThatThrownBy(() -> CPeers.build("false", folder))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("'false' could not compile rtt.c");
    }

    private static Equipment equipment(String compiler) throws Exception {
        return new Equipment(Bench.java(), Bench.classPath(), compiler, Cores.pair());
    }

    private static List<ProcessHandle> children() {
        return ProcessHandle.current().children().toList();
    }
}
