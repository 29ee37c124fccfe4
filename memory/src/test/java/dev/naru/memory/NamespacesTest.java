package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.Namespaces;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.FarSide;
import dev.naru.memory.testing.Talk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Processes of other pid namespaces, as containers have them, at one lock and one ring; and a full {@code /dev/shm}. */
@ExtendWith(NoLeaks.class)
class NamespacesTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("shared");
    }

    /** Runs as number 1 of a pid namespace of its own. When unshare(1) is killed, so is all of the namespace. */
    private static List<String> elsewhere(List<String> command) {
        List<String> whole = new ArrayList<>(List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"));
        whole.addAll(command);
        return whole;
    }

    @BeforeEach
    void requireNamespaces() throws InterruptedException {
        Namespaces.require(elsewhere(List.of("true")));
    }

    @Test
    void aLockIsSharedAndADeathIsSeen() throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                Talk far = Talk.start(elsewhere(FarSide.command("hold", file())))) {
            assertThat(far.line()).isEqualTo("ACQUIRED");

            // then
            assertThat(lock.tryLock()).isEqualTo(LockOutcome.HELD);
            assertThat(lock.holder().pid()).as("its pid, as it sees it").isEqualTo(1);
            assertThat(lock.holder().alive()).isTrue();

            // when
            far.kill();

            // then
            assertThat(lock.lock()).isEqualTo(LockOutcome.OWNER_DIED);
            lock.unlock();
        }
    }

    @Test
    void twoNamespacesShareALock() throws Exception {
        // given two that are both number 1
        SharedLock.create(file()).close();
        try (Talk first = Talk.start(elsewhere(FarSide.command("hold", file())))) {
            assertThat(first.line()).isEqualTo("ACQUIRED");
            try (Talk second = Talk.start(elsewhere(FarSide.command("hold", file())))) {
                // when
                first.goOn();

                // then
                assertThat(first.line()).isEqualTo("unlocked");
                assertThat(second.line()).isEqualTo("ACQUIRED");
            }
        }
    }

    @Test
    void aRingIsShared() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.manyToOne(2, 4096));
                RingReader reader = ring.reader();
                Talk first = Talk.start(elsewhere(FarSide.command("send", file(), 1_000)));
                Talk second = Talk.start(elsewhere(FarSide.command("send", file(), 1_000)))) {
            // when
            long sum = 0;
            for (int i = 0; i < 2_000; i++) {
                sum += ByteBuffer.wrap(reader.receive()).getLong();
            }

            // then
            assertThat(sum).isEqualTo(999_000);
            assertThat(first.line()).isEqualTo("sent");
            assertThat(second.line()).isEqualTo("sent");
        }
    }

    @Test
    void aFullShmIsAnErrorAtCreate() throws Exception {
        // given a /dev/shm of 1 MiB, of its own, and a ring of 2 MiB
        List<String> command = new ArrayList<>(
                List.of("unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=1m none /dev/shm && exec \"$@\"", "sh"));
        command.addAll(FarSide.command("create-ring", folder, 21));

        // when
        String said = Foreign.output(command);

        // then
        assertThat(said).contains("there is no room for").contains("/dev/shm").contains("remount,size=");
    }
}
