package dev.naru.cli;

import static dev.naru.cli.testing.Naru.asNobody;
import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.MemoryPeer;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import dev.naru.memory.MemorySpec;
import dev.naru.memory.SharedLayout;
import dev.naru.memory.SharedMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru shm}, and the rows of shared memory in {@code naru ls}, beside programs that are not ours. */
@ExtendWith(NoLeaks.class)
class ShmTest {
    private static final SharedLayout QUOTE = SharedLayout.of("quote", 1, SharedLayout.longField("price"));

    private final List<String> places = new ArrayList<>();

    @TempDir
    private Path folder;

    /** Where shared memory can lie. */
    enum Kind {
        POSIX,
        FILE,
        SYSTEM_V
    }

    /** A place that no other test uses; what is there goes after the test. */
    private String place(Kind kind) {
        int number = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        String place = switch (kind) {
            case POSIX -> "/test-" + number;
            case FILE -> folder.resolve("memory").toString();
            case SYSTEM_V -> "0x" + Integer.toHexString(number);
        };
        places.add(place);
        return place;
    }

    @AfterEach
    void removeAll() {
        for (String place : places) {
            try {
                SharedMemory.remove((Address.Memory) Address.parse("shm:" + place));
            } catch (ErrnoException gone) {
                // as it should be
            }
        }
    }

    private static Result shm(String... arguments) throws Exception {
        String[] line = new String[arguments.length + 1];
        line[0] = "shm";
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        return naru(line).run();
    }

    @ParameterizedTest
    @EnumSource
    void createWriteReadAndRemove(Kind kind) throws Exception {
        // given
        String place = place(kind);
        Path payload = Files.write(folder.resolve("payload"), Payload.bytes(1, 100_000));
        assertThat(shm("create", "--size", "200000", "--mode", "640", place)
                        .succeeded()
                        .out())
                .isEmpty();
        shm("create", "--size", "1", place).failed(65, "exists");
        shm("create", "--size", "200000", "--exist-ok", place).succeeded();

        // when
        var _ = naru("shm", "write", "--offset", "64K", "shm:" + place)
                .input(payload)
                .run()
                .succeeded();
        Result read = shell("naru shm read --offset 64K --bytes 100000 " + place + " | sha256sum")
                .run();

        // then
        assertThat(read.succeeded().out()).startsWith(Payload.sha256(Files.readAllBytes(payload)));
        assertThat(shell("naru shm read " + place + " | wc -c")
                        .run()
                        .succeeded()
                        .out()
                        .strip())
                .isEqualTo("200000");

        // when
        shm("rm", place).succeeded();

        // then
        shm("rm", place).failed(65, "no-shared-memory");
        shm("read", place).failed(65, "no-shared-memory");
        shm("stat", place).failed(65, "no-shared-memory");
    }

    @Test
    void ipcsAndDevShmShowWhatWasMade() throws Exception {
        // given
        String name = place(Kind.POSIX);
        String key = place(Kind.SYSTEM_V);

        // when
        shm("create", "--size", "8K", name, key).succeeded();

        // then
        assertThat(Foreign.output("stat", "-c", "%a %s", "/dev/shm" + name)).isEqualTo("600 8192\n");
        assertThat(Foreign.output("ipcs", "-m")).contains("0x%08x".formatted(Integer.parseInt(key.substring(2), 16)));
    }

    @Test
    void whatAnotherProgramStoresIsRead() throws Exception {
        // given
        String name = place(Kind.POSIX);
        try (Peer peer = MemoryPeer.start().tell("shm-create " + name + " 4096").tell("map")) {
            peer.tell("write 0 " + "4e617275".repeat(1024));

            // when
            Result result = shm("read", "--bytes", "8", name);

            // then
            assertThat(result.succeeded().out()).isEqualTo("NaruNaru");
        }
    }

    @Test
    void ofMemoryWithALayoutTheDataAreReadAndWritten() throws Exception {
        // given
        String name = place(Kind.POSIX);
        try (SharedMemory memory = SharedMemory.create(name, MemorySpec.of(QUOTE))) {
            memory.longField("price").set(0x41_42_43_44_45_46_47_48L);

            // when, then
            assertThat(shm("read", name).succeeded().out()).isEqualTo("HGFEDCBA");
            var _ = shell("printf 12345678 | naru shm write " + name).run().succeeded();
            assertThat(memory.longField("price").get()).isEqualTo(0x38_37_36_35_34_33_32_31L);
        }
    }

    @ParameterizedTest
    @CsvSource({"5000, 0", "10, 4090", "1, 4096"})
    void whatDoesNotFitIsRefused(int bytes, int offset) throws Exception {
        // given
        String name = place(Kind.POSIX);
        shm("create", "--size", "4096", name).succeeded();

        // when
        Result result = shell("head -c " + bytes + " /dev/zero | naru shm write --offset " + offset + " " + name)
                .run();

        // then
        assertThat(result.failed(65, "memory-too-small").err()).contains("the memory has 4096 B");
        naru("shm", "write", "--offset", "4097", name).run().endedWith(64);
        naru("shm", "read", "--offset", "4097", name).run().endedWith(64);
        assertThat(shm("read", "--offset", "4096", name).succeeded().out()).isEmpty();
    }

    @Test
    void statShowsLayoutAndWhoHasItMapped() throws Exception {
        // given
        String name = place(Kind.POSIX);
        try (SharedMemory memory =
                        SharedMemory.create(name, MemorySpec.of(QUOTE).withSize(4096 - 128));
                Peer peer = MemoryPeer.start()
                        .tell("open /dev/shm" + name)
                        .tell("map")
                        .tell("close")) {
            // when
            Result people = shm("stat", name);
            Result json = shm("stat", "--json", "shm:" + name);

            // then
            assertThat(memory.size()).isEqualTo(3968);
            assertThat(people.succeeded().out().lines())
                    .contains(
                            "shm:" + name,
                            "  size      4096 B",
                            "  mode      600",
                            "  layout    quote v1 {long price @0}");
            assertThat(people.out()).contains("(" + peer.pid() + ")");
            Map<String, Object> found = Json.lines(json.succeeded().out()).getFirst();
            assertThat(found.keySet())
                    .containsExactly("address", "mode", "uid", "owner", "size", "attached", "orphaned", "layout");
            assertThat(found)
                    .containsEntry("address", "shm:" + name)
                    .containsEntry("size", 4096L)
                    .containsEntry("layout", "quote v1 {long price @0}");
            assertThat(pids(found)).contains(peer.pid(), ProcessHandle.current().pid());
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Object> pids(Map<String, Object> found) {
        return ((List<Map<String, Object>>) found.get("attached"))
                .stream().map(holder -> holder.get("pid")).toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"POSIX", "SYSTEM_V"})
    void lsListsItWithOwnerSizeAndWhoHasItMapped(Kind kind) throws Exception {
        // given
        String place = place(kind);
        Address.Memory address = (Address.Memory) Address.parse("shm:" + place);
        try (SharedMemory _ =
                SharedMemory.create(address, MemorySpec.bytes(5000).withMode(0640))) {
            // when
            Result people = naru("ls").in(folder).run();
            Result json = naru("ls", "--json").in(folder).run();

            // then
            assertThat(people.succeeded().out().lines().filter(line -> line.endsWith(" " + address)))
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .containsPattern("^640 +\\S+ +5000 +.*\\("
                                    + ProcessHandle.current().pid() + "\\)"));
            assertThat(Json.lines(json.succeeded().out()))
                    .filteredOn(found -> address.toString().equals(found.get("address")))
                    .singleElement()
                    .satisfies(found -> {
                        assertThat(found).containsEntry("mode", "640").containsEntry("size", 5000L);
                        assertThat(pids(found))
                                .containsExactly(ProcessHandle.current().pid());
                    });
            assertThat(naru("ls", folder.toString()).run().succeeded().out())
                    .as("directories that are named have no such memory")
                    .isEmpty();
        }
    }

    @Test
    void severalAreRemovedAtOnce() throws Exception {
        // given
        String one = place(Kind.POSIX);
        String two = place(Kind.FILE);
        String three = place(Kind.SYSTEM_V);
        shm("create", "--size", "1", one, two, three).succeeded();

        // when
        shm("rm", one, "shm:" + two, three).succeeded();

        // then
        assertThat(Path.of("/dev/shm" + one)).doesNotExist();
        assertThat(Path.of(two)).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/naru-ring.x", "shm:/naru-lock.x"})
    void namesOfRingsAndLocksAreKept(String name) throws Exception {
        shm("create", "--size", "1", name).failed(64, "reserved-name");
        shm("rm", name).failed(64, "reserved-name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x", "0x0", "0x123456789", "/"})
    void whatIsNoPlaceIsABadAddress(String place) throws Exception {
        shm("read", place).failed(64, "bad-address");
    }

    @Test
    void aDirectoryIsNoSharedMemory() throws Exception {
        shm("read", folder.toString()).failed(65, "not-a-file");
        shm("rm", folder.toString()).failed(65, "not-a-file");
        shm("create", "--size", "1", folder.resolve("no/file").toString()).failed(65, "no-directory");
    }

    @ParameterizedTest
    @EnumSource
    void whoMayNotIsTold(Kind kind) throws Exception {
        // given
        String place = place(kind);
        var _ = Foreign.output("chmod", "755", folder.toString());
        shm("create", "--size", "4096", place).succeeded();

        // when, then
        for (String verb : List.of("read", "write", "rm")) {
            nobody("shm", verb, place).failed(77, "denied");
        }
        Result stat = nobody("shm", "stat", place).endedWith(0);
        assertThat(stat.out()).contains("  size      4096 B\n", "  layout    -\n", "  attached  ?\n");
        assertThat(stat.err()).isEqualTo("naru: ? is shown where processes of other users may be; root sees them\n");
    }

    private Result nobody(String... line) throws Exception {
        return asNobody(Files.createTempDirectory(folder, "jars"), line).run();
    }

    @Test
    void aFullDevShmIsAnErrorThatSaysWhatHelps() throws Exception {
        // when
        Result result = naru("shm", "create", "--size", "8M", "/full")
                .under("unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=4m none /dev/shm && exec \"$@\"", "sh")
                .run();

        // then
        assertThat(result.failed(69, "file-system-full").err())
                .startsWith("naru: shm:/full: there is no room for 8388608 B (/dev/shm: size 4194304 B")
                .contains("mount -o remount,size=SIZE");
    }
}
