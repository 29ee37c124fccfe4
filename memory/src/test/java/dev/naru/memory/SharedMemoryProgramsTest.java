package dev.naru.memory;

import static dev.naru.memory.SharedLayout.bytesField;
import static dev.naru.memory.SharedLayout.longField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.naru.channels.Address;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Memfd.Seal;
import dev.naru.linux.Problem;
import dev.naru.linux.Spawn;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.MemoryPeer;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import dev.naru.memory.testing.Places;
import dev.naru.memory.testing.Places.Kind;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Programs in other languages share memory with us, and find what the documents say. */
@ExtendWith(NoLeaks.class)
class SharedMemoryProgramsTest {
    private static final SharedLayout QUOTE = SharedLayout.of("quote", 1, longField("price"), bytesField("symbol", 16));

    private Places places;

    @BeforeEach
    void choose(@TempDir Path folder) {
        places = new Places(folder);
    }

    @AfterEach
    void removeAll() {
        places.close();
    }

    @Test
    void whatACProgramMakesIsOpened(@TempDir Path folder) throws Exception {
        // given: shm_open, ftruncate, mmap
        String name = places.name();
        Path source = Files.writeString(folder.resolve("maker.c"), """
                #include <fcntl.h>
                #include <string.h>
                #include <sys/mman.h>
                #include <unistd.h>

                int main(int argc, char **argv) {
                    int fd = shm_open(argv[1], O_RDWR | O_CREAT | O_EXCL, 0600);
                    if (fd < 0 || ftruncate(fd, 6000)) return 1;
                    char *memory = mmap(0, 6000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
                    strcpy(memory + 5000, "from C");
                    return 0;
                }
                """);
        Path maker = folder.resolve("maker");
        var _ = Foreign.output("cc", "-o", maker.toString(), source.toString(), "-lrt");
        var _ = Foreign.output(maker.toString(), name);

        // when
        try (SharedMemory memory = SharedMemory.open(name)) {
            // then
            assertThat(memory.size()).isEqualTo(6000);
            assertThat(memory.segment().getString(5000)).isEqualTo("from C");
        }
    }

    @Test
    void whatWeMakeIsOpenedByShmOpenWithoutAHeader() throws Exception {
        // given
        String name = places.name();
        try (SharedMemory memory =
                        SharedMemory.create(name, MemorySpec.bytes(5000).withMode(0644));
                Peer peer = MemoryPeer.start()) {
            // when
            peer.tell("open /dev/shm" + name).tell("map");

            // then
            assertThat(peer.ask("size")).isEqualTo("size 5000");
            peer.tell("store8 4992 77");
            assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 4992)).isEqualTo(77);
            assertThat(Foreign.output("stat", "-c", "%a %s", "/dev/shm" + name)).isEqualTo("644 5000\n");
        }
    }

    @Test
    void memoryThatACProgramHasNotSizedYetIsTold() throws Exception {
        // given
        String name = places.name();
        try (Peer peer = MemoryPeer.start().tell("shm-create " + name + " 0")) {
            // when, then
            assertThatThrownBy(() -> SharedMemory.open(name))
                    .asInstanceOf(type(ErrnoException.class))
                    .satisfies(refused -> assertThat(refused.problem()).isEqualTo(Problem.FILE_TOO_SHORT));
            peer.tell("truncate 100");
            SharedMemory.open(name).close();
        }
    }

    @Test
    void aProgramThatReadsTheDocumentsFindsTheFields() throws Exception {
        // given
        String name = places.name();
        try (SharedMemory memory = SharedMemory.create(name, MemorySpec.of(QUOTE));
                Peer peer = MemoryPeer.start().tell("open /dev/shm" + name).tell("map")) {
            // when: docs/shared-memory.md, "The header"
            String magic = text(peer.ask("read 0 8"));
            long ready = Long.parseLong(peer.ask("load8 16"));
            int version = Integer.parseInt(peer.ask("load 24"));
            int data = Integer.parseInt(peer.ask("load 28"));
            int length = Integer.parseInt(peer.ask("load 32"));
            long size = Long.parseLong(peer.ask("load8 40"));
            String description = text(peer.ask("read 64 " + length));

            // then
            assertThat(magic).isEqualTo("NaruData");
            assertThat(ready).isEqualTo(1);
            assertThat(version).isEqualTo(1);
            assertThat(size).isEqualTo(24);
            assertThat(description).isEqualTo("quote v1 {long price @0, bytes[16] symbol @8}");
            assertThat(data % 128).isZero();

            // when
            peer.tell("store8 " + data + " -9").tell("write " + (data + 8) + " 4e52");

            // then
            assertThat(memory.longField("price").get()).isEqualTo(-9);
            assertThat(memory.bytesField("symbol").text()).isEqualTo("NR");
        }
    }

    private static String text(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void systemVMemoryIsSeenByIpcsAndPerl() throws Exception {
        // given
        int key = ((Address.MemoryKey) places.of(Kind.SYSTEM_V)).key();
        try (SharedMemory memory = SharedMemory.create(new Address.MemoryKey(key), MemorySpec.of(QUOTE))) {
            // when
            String said = Foreign.output(
                    "perl",
                    "-e",
                    "$id = shmget(%d, 0, 0) // die; shmread($id, $h, 0, 64) or die;".formatted(key)
                            + "$data = unpack('l<', substr($h, 28, 4)); print substr($h, 0, 8);"
                            + "shmwrite($id, pack('q<', 1234), $data, 8) or die");

            // then
            assertThat(said).isEqualTo("NaruData");
            assertThat(memory.longField("price").get()).isEqualTo(1234);
            assertThat(Foreign.output("ipcs", "-m")).contains("0x%08x".formatted(key));
        }
    }

    @Test
    void anonymousMemoryIsPassedAsADescriptor() throws Exception {
        // given
        try (SharedMemory memory = SharedMemory.anonymous("quote", MemorySpec.of(QUOTE))) {
            memory.longField("price").set(5);

            // when: a child that gets it as number 3
            ChildProcess child = new Spawn(
                            List.of(
                                    "perl",
                                    "-e",
                                    "open(M, '+<&=3') or exit 1; sysseek(M, 128, 0); sysread(M, $b, 8);"
                                            + "exit 2 if unpack('q<', $b) != 5;"
                                            + "sysseek(M, 128, 0); syswrite(M, pack('q<', 6)); exit 0"),
                            System.getenv(),
                            null,
                            Map.of(3, memory.descriptor()))
                    .start();

            // then
            assertThat(child.waitFor().isSuccess()).isTrue();
            assertThat(memory.longField("price").getVolatile()).isEqualTo(6);

            // and whoever has the descriptor opens it
            try (SharedMemory again = SharedMemory.open(memory.descriptor(), QUOTE);
                    SharedMemory raw = SharedMemory.open(memory.descriptor())) {
                assertThat(again.longField("price").get()).isEqualTo(6);
                assertThat(raw.layoutWords()).contains(QUOTE.toString());
                assertThat(again.descriptor().status().inode())
                        .isEqualTo(memory.descriptor().status().inode());
            }
        }
    }

    @Test
    void sealedAnonymousMemoryCannotBeCutNorWrittenByOthers() throws Exception {
        try (SharedMemory memory = SharedMemory.anonymous("quote", MemorySpec.of(QUOTE))) {
            // when
            memory.seal(EnumSet.of(Seal.SHRINK, Seal.GROW, Seal.FUTURE_WRITE));

            // then
            assertThat(memory.seals()).containsExactlyInAnyOrder(Seal.SHRINK, Seal.GROW, Seal.FUTURE_WRITE);
            memory.longField("price").set(1); // ours was there before
            Path path = Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/"
                    + memory.descriptor().number());
            try (Peer peer = MemoryPeer.start().tell("open " + path)) {
                assertThat(peer.ask("truncate 0")).isEqualTo("error EPERM");
                assertThat(peer.ask("map")).startsWith("error E");
            }
            assertThatThrownBy(() -> memory.seal(Set.of(Seal.WRITE)))
                    .asInstanceOf(type(ErrnoException.class))
                    .satisfies(refused -> assertThat(refused.problem()).isEqualTo(Problem.MAPPED_WRITABLE));
        }
    }
}
