package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.Cores;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.testing.NoLeaks;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A contestant that loses a process says so and takes the other with it; {@link NoLeaks} sees that none is left. */
@ExtendWith(NoLeaks.class)
class ContestantTest {
    private static final Work.Amount ENDLESS = new Work.Amount(0, Integer.MAX_VALUE);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"pipe.throughput.64k", "unix.throughput.64k", "tcp.throughput.64k"})
    void aRoundEndsWhenASideIsKilled(String name) throws Exception {
        // given
        Race race = Races.matching(name).getFirst();
        List<ProcessHandle> before = children();
        Work.Streams work = (Work.Streams) race.work();
        try (Contestant naru = stream(work, race.placement())) {
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

    private Contestant stream(Work.Streams work, Placement placement) throws Exception {
        return work.carrier().isSocket()
                ? SocketContestant.open(equipment("cc"), work, placement, folder)
                : NaruContestant.open(equipment("cc"), work, placement, folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring.rtt.spin.32", "ring.rtt.park.32", "ring.throughput.32", "ring.manytoone.32"})
    void aRoundWithRingsEndsWhenASideIsKilled(String name) throws Exception {
        // given
        Race race = Races.matching(name).getFirst();
        Work.Memory work = (Work.Memory) race.work();
        List<ProcessHandle> before = children();
        Set<Path> files = memoryFiles();
        try (JvmContestant naru = JvmContestant.open(equipment("cc"), race, work, true)) {
            long _ = naru.round(work.amount(Effort.brief()));
            List<ProcessHandle> sides =
                    children().stream().filter(child -> !before.contains(child)).toList();

            // when
            boolean _ = sides.getLast().destroyForcibly();

            // then
            assertThatThrownBy(() -> naru.round(new Work.Amount(0, 1_000_000_000)))
                    .isInstanceOfAny(EOFException.class, ErrnoException.class);
        }
        assertThat(memoryFiles()).isEqualTo(files);
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES) // a broker starts
    void aRoundWithABrokerEndsWhenThatIsKilled() throws Exception {
        // given
        List<ProcessHandle> before = children();
        Set<Path> files = memoryFiles();
        Work.Produce work = new Work.Produce(100);
        try (ClientContestant kafka = ClientContestant.open(equipment("cc"), work, ClientLibrary.KAFKA)) {
            long _ = kafka.round(new Work.Amount(0, 1));
            ProcessHandle broker = children().stream()
                    .filter(child -> !before.contains(child))
                    .min(Comparator.comparing(
                            child -> child.info().startInstant().orElseThrow()))
                    .orElseThrow();

            // when
            boolean _ = broker.destroyForcibly();

            // then
            assertThatThrownBy(() -> kafka.round(new Work.Amount(0, 1_000_000_000)))
                    .isInstanceOfAny(EOFException.class, ErrnoException.class);
        }
        assertThat(memoryFiles()).isEqualTo(files);
    }

    @ParameterizedTest
    @EnumSource(names = {"NARU", "GRPC_UNIX"})
    void aRoundOfCallsEndsWhenTheServerIsKilled(RpcLibrary library) throws Exception {
        // given
        Race race = Races.matching("rpc.throughput.32").getFirst();
        Work.Rpc work = (Work.Rpc) race.work();
        List<ProcessHandle> before = children();
        Set<Path> files = memoryFiles();
        try (RpcContestant calls = RpcContestant.open(equipment("cc"), work, race.placement(), library)) {
            long _ = calls.round(new Work.Amount(0, 1));
            ProcessHandle server = children().stream()
                    .filter(child -> !before.contains(child))
                    .filter(child -> commandLine(child).contains("rpc-serve"))
                    .findFirst()
                    .orElseThrow();

            // when
            boolean _ = server.destroyForcibly();

            // then
            assertThatThrownBy(() -> calls.round(new Work.Amount(0, 1_000_000_000)))
                    .isInstanceOfAny(EOFException.class, ErrnoException.class);
        }
        assertThat(memoryFiles()).isEqualTo(files);
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        } catch (IOException gone) {
            return "";
        }
    }

    private static Set<Path> memoryFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
            return files.filter(path -> path.getFileName().toString().startsWith("naru-bench-"))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void aCProgramThatCannotRunIsAnError() throws Exception {
        // given
        Race race = Races.matching("fifo.throughput.64k").getFirst();
        CPeers peers = CPeers.in(folder, "cc");
        Files.copy(Path.of("/bin/false"), folder.resolve("stream"));

        // when
        try (CContestant c = CContestant.open(peers, race, Cores.pair(), folder)) {
            // then
            assertThatThrownBy(() -> c.round(ENDLESS))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("stream");
        }
    }

    @Test
    void aRelayPassesAllOnAndLeavesNothingBehind() throws Exception {
        // given
        CPeers peers = CPeers.in(folder, "cc");
        Work.Relay work = new Work.Relay(false);
        Path place = Files.createDirectory(folder.resolve("place"));
        try (RelayContestant socat = RelayContestant.socat(equipment("cc"), peers, work, place)) {
            // when
            socat.warmUp(new Work.Amount(0, 1 << 20));

            // then
            assertThat(socat.round(new Work.Amount(0, 1 << 20))).isPositive();
        }
        assertThat(place).isEmptyDirectory();
    }

    /** Nobody connects to the sink, or not all comes: neither hangs. */
    @ParameterizedTest
    @ValueSource(strings = {"false", "head -c 1000 | socat -u - UNIX-CONNECT:%s"})
    void aRelayThatFailsIsAnError(String line) throws Exception {
        // given
        CPeers peers = CPeers.in(folder, "cc");
        Path socket = folder.resolve("socket");
        List<String> command = List.of("bash", "-c", line.formatted(socket));

        // when
        try (RelayContestant relay =
                RelayContestant.open(command, equipment("cc"), peers, new Work.Relay(false), socket)) {
            // then
            assertThatThrownBy(() -> relay.warmUp(new Work.Amount(0, 1 << 20)))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("sink ended");
        }
    }

    @Test
    void aCompilerThatFailsIsSaid() {
        assertThatThrownBy(() -> CPeers.in(folder, "false").program("rtt"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("'false' could not compile rtt.c");
    }

    private static Equipment equipment(String compiler) throws Exception {
        return new Equipment(
                Bench.java(),
                Bench.classPath(),
                compiler,
                Cores.pair(),
                Effort.brief().options());
    }

    private static List<ProcessHandle> children() {
        return ProcessHandle.current().children().toList();
    }
}
