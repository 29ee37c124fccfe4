package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.naru.linux.Memfd.Seal;
import dev.naru.linux.testing.MemoryPeer;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class MemfdTest {
    private Descriptor memfd;

    @BeforeEach
    void create() throws Exception {
        memfd = Memfd.create("quote", false);
        FileSpace.reserve(memfd, 0, 4096, "memfd:quote");
    }

    @AfterEach
    void close() {
        memfd.close();
    }

    /** As another process reaches it that was not started by us. */
    private Path path() {
        return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + memfd.number());
    }

    private static void assertRefused(Problem problem, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(ErrnoException.class))
                .extracting(ErrnoException::problem)
                .isEqualTo(problem);
    }

    @Test
    void anotherProcessSharesIt() throws Exception {
        try (SharedMapping mapping = SharedMapping.map(memfd, 4096, SharedMapping.Options.WRITABLE, "memfd");
                Peer peer = MemoryPeer.start().tell("open " + path()).tell("map")) {
            // when
            peer.tell("store 0 5");

            // then
            assertThat(mapping.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(5);
            assertThat(Files.readSymbolicLink(path()).toString()).startsWith("/memfd:quote");
        }
    }

    @Test
    void sealsHoldForEveryProcess() throws Exception {
        // given
        assertThat(Memfd.seals(memfd, "memfd")).isEmpty();
        try (Peer peer = MemoryPeer.start().tell("open " + path())) {
            // when
            Memfd.seal(memfd, EnumSet.of(Seal.SHRINK, Seal.GROW), "memfd");

            // then
            assertThat(Memfd.seals(memfd, "memfd")).containsExactly(Seal.SHRINK, Seal.GROW);
            assertThat(peer.ask("truncate 100")).isEqualTo("error EPERM");
            assertThat(peer.ask("truncate 8192")).isEqualTo("error EPERM");
            peer.tell("map").tell("store 0 1");
            assertRefused(Problem.DENIED, () -> FileSpace.resize(memfd, 1, "memfd"));
            assertRefused(Problem.DENIED, () -> FileSpace.reserve(memfd, 0, 8192, "memfd"));
        }
    }

    @Test
    void againstWritingItIsSealedWhenNobodyMapsIt() throws Exception {
        // given
        try (SharedMapping mapping = SharedMapping.map(memfd, 4096, SharedMapping.Options.WRITABLE, "memfd")) {
            // when, then
            assertRefused(Problem.MAPPED_WRITABLE, () -> Memfd.seal(memfd, Set.of(Seal.WRITE), "memfd"));

            // when
            Memfd.seal(memfd, Set.of(Seal.FUTURE_WRITE), "memfd");

            // then: who maps it may go on
            mapping.segment().set(ValueLayout.JAVA_INT, 0, 3);
        }
        assertRefused(Problem.DENIED, () -> SharedMapping.map(memfd, 4096, SharedMapping.Options.WRITABLE, "memfd"));

        // when
        Memfd.seal(memfd, Set.of(Seal.WRITE), "memfd");

        // then
        try (Arena arena = Arena.ofConfined()) {
            assertThat(memfd.write(arena.allocate(1), 1)).isEqualTo(-Errno.EPERM.number());
        }
        try (SharedMapping mapping = SharedMapping.map(memfd, 4096, SharedMapping.Options.READ_ONLY, "memfd")) {
            assertThat(mapping.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(3);
        }
    }

    @Test
    void theLastSealForbidsFurtherOnes() throws Exception {
        // when
        Memfd.seal(memfd, Set.of(Seal.SEAL), "memfd");

        // then
        assertRefused(Problem.SEALED, () -> Memfd.seal(memfd, Set.of(Seal.GROW), "memfd"));
    }

    @Test
    void aFileOnADiskHasNoSeals(@TempDir Path folder) throws Exception {
        Path path = Files.createFile(folder.resolve("file"));
        try (Descriptor file = SharedFiles.open(path, true, "file")) {
            assertRefused(Problem.NOT_SEALABLE, () -> Memfd.seals(file, "file"));
            assertRefused(Problem.NOT_SEALABLE, () -> Memfd.seal(file, Set.of(Seal.GROW), "file"));
        }
    }

    @Test
    void aNameThatIsTooLongIsRefused() throws Exception {
        Memfd.create("n".repeat(249), false).close();
        assertRefused(Problem.NAME_TOO_LONG, () -> Memfd.create("n".repeat(250), false));
    }

    @Test
    void hugePagesThatTheMachineHasNotAreNamed() throws Exception {
        long free = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("HugePages_Free:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
        try (Descriptor huge = Memfd.create("huge", true)) {
            assertThatThrownBy(() -> FileSpace.reserve(huge, 0, (free + 1) << 21, "memfd:huge"))
                    .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                        assertThat(refused.problem()).isEqualTo(Problem.NO_HUGE_PAGES);
                        assertThat(refused.limit()).startsWith("vm.nr_hugepages=");
                    });
        }
    }
}
