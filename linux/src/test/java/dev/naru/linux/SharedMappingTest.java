package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.SharedMapping.Options;
import dev.naru.linux.testing.MemoryPeer;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class SharedMappingTest {
    private static final int SIZE = 1 << 20;

    private Path path;

    @BeforeEach
    void create(@TempDir Path folder) throws Exception {
        path = Files.write(folder.resolve("file"), new byte[SIZE]);
    }

    private SharedMapping map(long length, Options options) throws ErrnoException {
        try (Descriptor file = SharedFiles.open(path, options.writable(), "file")) {
            return SharedMapping.map(file, length, options, "file");
        } // the mapping needs no descriptor
    }

    @Test
    void whatOneStoresTheOtherSees() throws Exception {
        try (SharedMapping mapping = map(SIZE, Options.WRITABLE);
                Peer peer = MemoryPeer.start().tell("open " + path).tell("map")) {
            MemorySegment memory = mapping.segment();
            assertThat(memory.byteSize()).isEqualTo(SIZE);

            // when, then
            memory.set(ValueLayout.JAVA_INT, SIZE - 4, 42);
            assertThat(peer.ask("load " + (SIZE - 4))).isEqualTo("42");
            peer.tell("store8 8 -5");
            assertThat(memory.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(-5);
        }
    }

    @Test
    void whatADeadProcessStoredStays() throws Exception {
        try (SharedMapping mapping = map(SIZE, Options.READ_ONLY);
                Peer peer = MemoryPeer.start().tell("open " + path).tell("map")) {
            // when
            peer.tell("store 0 7").kill();

            // then
            assertThat(mapping.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(7);
        }
    }

    @Test
    void aReadOnlyMappingRefusesStores() throws Exception {
        try (SharedMapping mapping = map(SIZE, Options.READ_ONLY)) {
            assertThat(mapping.segment().isReadOnly()).isTrue();
            assertThatThrownBy(() -> mapping.segment().set(ValueLayout.JAVA_INT, 0, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aFileThatIsTooShortIsNotMapped() {
        assertThatThrownBy(() -> map(SIZE + 1, Options.WRITABLE))
                .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                    assertThat(refused.problem()).isEqualTo(Problem.FILE_TOO_SHORT);
                    assertThat(refused.limit()).isEqualTo(SIZE + " B");
                    assertThat(refused.value()).isEqualTo(SIZE + 1 + " B");
                });
        assertThatThrownBy(() -> map(0, Options.WRITABLE)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileThatIsOpenForReadingIsNotMappedForStores() throws Exception {
        try (Descriptor file = SharedFiles.open(path, false, "file")) {
            assertThatThrownBy(() -> SharedMapping.map(file, SIZE, Options.WRITABLE, "file"))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.DENIED));
        }
    }

    @Test
    void closedItIsNotThereAnyMore() throws Exception {
        // given
        SharedMapping mapping = map(SIZE, Options.WRITABLE);
        assertThat(mappings()).hasSize(1);

        // when
        mapping.close();
        mapping.close();

        // then
        assertThat(mapping.isOpen()).isFalse();
        assertThat(mappings()).isEmpty();
        assertThatThrownBy(() -> mapping.segment().get(ValueLayout.JAVA_INT, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void itIsOnTheDiskWhenItWasSynced() throws Exception {
        try (SharedMapping mapping = map(SIZE, Options.WRITABLE)) {
            mapping.segment().set(ValueLayout.JAVA_BYTE, 5001, (byte) 9);

            // when
            mapping.sync(5001, 1);
            mapping.sync(0, SIZE);

            // then
            assertThat(Files.readAllBytes(path)[5001]).isEqualTo((byte) 9);
            assertThatThrownBy(() -> mapping.sync(1, SIZE)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aPrefaultedMappingIsThereFromTheStart() throws Exception {
        for (Options options : List.of(
                new Options(true, true, false), new Options(true, true, true), new Options(false, true, true))) {
            try (SharedMapping _ = map(SIZE, options)) {
                assertThat(residentKilobytes()).as("%s", options).isEqualTo(SIZE >> 10);
            }
        }
        try (SharedMapping _ = map(SIZE, new Options(true, false, true))) {
            assertThat(residentKilobytes()).isZero();
        }
    }

    private List<String> mappings() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.endsWith(path.toString()))
                .toList();
    }

    private long residentKilobytes() throws Exception {
        List<String> all = Files.readAllLines(Path.of("/proc/self/smaps"));
        int at = 0;
        while (!all.get(at).endsWith(path.toString())) {
            at++;
        }
        return all.stream()
                .skip(at)
                .filter(line -> line.startsWith("Rss:"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
