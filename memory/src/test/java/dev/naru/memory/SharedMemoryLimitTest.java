package dev.naru.memory;

import static dev.naru.memory.SharedLayout.longField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Places;
import dev.naru.memory.testing.Places.Kind;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Full, forbidden, too large, and without garbage. */
@ExtendWith(NoLeaks.class)
class SharedMemoryLimitTest {
    private static final SharedLayout COUNTER = SharedLayout.of("counter", 1, longField("count"));

    @TempDir
    private Path folder;

    private Places places;

    @BeforeEach
    void choose() {
        places = new Places(folder);
    }

    @AfterEach
    void removeAll() {
        places.close();
    }

    /** Something that may be refused. */
    private interface Attempt {
        SharedMemory run() throws ErrnoException;
    }

    @SuppressWarnings("SystemOut") // that is its answer
    private static void say(String what, Attempt attempt) {
        try {
            attempt.run().close();
            System.out.println(what + " done");
        } catch (ErrnoException refused) {
            System.out.println(what + " " + refused.problem() + " " + refused.call());
        }
    }

    /** Makes memory in a /dev/shm of 4 MiB. */
    static final class FullMain {
        private FullMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            say("large", () -> SharedMemory.create("/large", MemorySpec.bytes(8 << 20)));
            say("large", () -> SharedMemory.openOrCreate("/large", MemorySpec.bytes(8 << 20)));
            say("small", () -> SharedMemory.create("/small", MemorySpec.bytes(3 << 20)));
            say("second", () -> SharedMemory.create("/second", MemorySpec.bytes(3 << 20)));
            try (SharedMemory small = SharedMemory.open("/small")) {
                small.segment().fill((byte) 1); // no SIGBUS: it was reserved
            }
            try (var left = Files.list(Path.of("/dev/shm"))) {
                System.out.println(left.toList());
            }
        }
    }

    @Test
    void aFullDevShmIsAnErrorAtCreate() throws Exception {
        // given: a mount namespace of its own
        List<String> command = new ArrayList<>(List.of(
                "unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=4m none /dev/shm && exec \"$@\"", "sh"));
        command.addAll(JavaProgram.of(FullMain.class)
                .needing(SharedMemory.class)
                .needing(Address.class)
                .command());

        // when
        String said = Foreign.output(command);

        // then
        assertThat(said.lines())
                .containsExactly(
                        "large FILE_SYSTEM_FULL fallocate",
                        "large FILE_SYSTEM_FULL fallocate",
                        "small done",
                        "second FILE_SYSTEM_FULL fallocate",
                        "[/dev/shm/small]");
    }

    /** Does everything with memory of another user. */
    static final class StrangerMain {
        private StrangerMain() {}

        public static void main(String[] arguments) {
            Address.Memory place = (Address.Memory) Address.parse(arguments[0]);
            say("look", () -> SharedMemory.openReadOnly(place, COUNTER));
            say("open", () -> SharedMemory.open(place, COUNTER));
            say("openOrCreate", () -> SharedMemory.openOrCreate(place, MemorySpec.of(COUNTER)));
            say("remove", () -> {
                SharedMemory.remove(place);
                return SharedMemory.anonymous("removed", MemorySpec.bytes(1));
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoMayOnlyReadLooks(Kind kind, @TempDir Path jars) throws Exception {
        // given
        Address.Memory place = places.of(kind);
        SharedMemory.create(place, MemorySpec.of(COUNTER).withMode(0644)).close();
        var _ = Foreign.output("chmod", "755", folder.toString());

        // when
        String said = Foreign.output(JavaProgram.asNobody(JavaProgram.of(StrangerMain.class)
                .needing(SharedMemory.class)
                .needing(Address.class)
                .packedInto(jars)
                .command(place.toString())));

        // then
        String call = kind == Kind.SYSTEM_V ? "shmat" : "open";
        String removal = kind == Kind.SYSTEM_V ? "shmctl(IPC_RMID)" : "unlink";
        assertThat(said.lines())
                .containsExactly(
                        "look done", "open DENIED " + call, "openOrCreate DENIED " + call, "remove DENIED " + removal);
        SharedMemory.open(place, COUNTER).close();
    }

    @Test
    void hugePagesAreAskedForOrRequired() throws Exception {
        // POSIX memory asks: it works on any machine
        try (SharedMemory memory = SharedMemory.create(
                places.name(), MemorySpec.bytes(4 << 20).withHugePages().withPrefault())) {
            memory.segment().fill((byte) 1);
        }

        // a memfd requires: no machine has so many
        assertThatThrownBy(() -> SharedMemory.anonymous(
                        "huge", MemorySpec.bytes(1L << 42).withHugePages()))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.NO_HUGE_PAGES));
    }

    @Test
    void anAccessOfAFieldMakesNoGarbage() throws Exception {
        // given
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (SharedMemory memory = SharedMemory.anonymous("counter", MemorySpec.of(COUNTER))) {
            LongField count = memory.longField("count");
            double fewest = Double.MAX_VALUE;

            // when
            for (int batch = 0; batch < 100 && fewest >= 16; batch++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 10_000; i++) {
                    count.setRelease(count.getAcquire() + 1);
                    boolean _ = count.compareAndSet(0, 1);
                    long _ = count.getAndAdd(1);
                }
                fewest = Math.min(fewest, (threads.getCurrentThreadAllocatedBytes() - before) / 10_000.0);
            }

            // then
            assertThat(fewest).isLessThan(16);
        }
    }
}
