package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class SystemVMemoryTest {
    private int key;

    @BeforeEach
    void chooseKey() {
        key = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    }

    @AfterEach
    void remove() throws Exception {
        Optional<Integer> left = SystemVMemory.find(key);
        if (left.isPresent()) {
            boolean _ = SystemVMemory.remove(left.get(), "test");
        }
    }

    private static String ipcs() throws Exception {
        return Foreign.output("ipcs", "-m");
    }

    @Test
    void ipcsShowsItAndPerlReadsAndWritesIt() throws Exception {
        // given
        int id = SystemVMemory.create(key, 10_000, 0640, false).orElseThrow();
        assertThat(ipcs()).containsPattern("0x%08x +%d +\\S+ +640 +10000 +0".formatted(key, id));
        try (SystemVMemory memory =
                SystemVMemory.attach(id, true, false, "test").orElseThrow()) {
            assertThat(memory.segment().byteSize()).isEqualTo(10_000);
            assertThat(memory.id()).isEqualTo(id);
            memory.segment().setString(4096, "from java");

            // when
            String said = Foreign.output(
                    "perl",
                    "-e",
                    "$id = shmget(%d, 0, 0) // die; shmread($id, $b, 4096, 9) or die; print $b;".formatted(key)
                            + "shmwrite($id, 'from perl', 0, 9) or die");

            // then
            assertThat(said).isEqualTo("from java");
            byte[] read = memory.segment().asSlice(0, 9).toArray(ValueLayout.JAVA_BYTE);
            assertThat(new String(read, StandardCharsets.US_ASCII)).isEqualTo("from perl");
            assertThat(ipcs()).containsPattern("0x%08x +%d +\\S+ +640 +10000 +1".formatted(key, id));
        }

        // when
        assertThat(SystemVMemory.remove(id, "test")).isTrue();

        // then
        assertThat(ipcs()).doesNotContain("0x%08x".formatted(key));
        assertThat(SystemVMemory.find(key)).isEmpty();
        assertThat(SystemVMemory.remove(id, "test")).isFalse();
        assertThat(SystemVMemory.attach(id, true, false, "test")).isEmpty();
    }

    @Test
    void whatPerlMakesIsFound() throws Exception {
        // given
        String made = Foreign.output(
                "perl",
                "-e",
                "$id = shmget(%d, 5000, 01600) // die; shmwrite($id, 'xyz', 4997, 3) or die; print $id;"
                        .formatted(key));

        // when
        int id = SystemVMemory.find(key).orElseThrow();

        // then
        assertThat(made).isEqualTo("" + id);
        try (SystemVMemory memory =
                SystemVMemory.attach(id, false, false, "test").orElseThrow()) {
            assertThat(memory.segment().byteSize()).isEqualTo(5000);
            assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 4999)).isEqualTo((byte) 'z');
            assertThatThrownBy(() -> memory.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void statusAndListSayTheSame() throws Exception {
        // given
        int id = SystemVMemory.create(key, 123, 0600, false).orElseThrow();
        try (SystemVMemory _ = SystemVMemory.attach(id, true, false, "test").orElseThrow()) {
            // when
            SystemVMemory.Status status = SystemVMemory.status(id).orElseThrow();

            // then
            assertThat(status.key()).isEqualTo(key);
            assertThat(status.mode()).isEqualTo(0600);
            assertThat(status.size()).isEqualTo(123);
            assertThat(status.attached()).isEqualTo(1);
            assertThat(status.creator()).isEqualTo((int) ProcessHandle.current().pid());
            assertThat(SystemVMemory.list()).contains(status);
        }
        assertThat(SystemVMemory.status(id).orElseThrow().attached()).isZero();
    }

    @Test
    void aPrefaultedSegmentIsThereFromTheStart() throws Exception {
        // given
        int id = SystemVMemory.create(key, 1 << 20, 0600, false).orElseThrow();
        assertThat(residentBytes(id)).isZero();

        // when
        try (SystemVMemory _ = SystemVMemory.attach(id, true, true, "test").orElseThrow()) {
            // then
            assertThat(residentBytes(id)).isEqualTo(1 << 20);
        }
    }

    private static long residentBytes(int id) throws Exception {
        return Files.readAllLines(Path.of("/proc/sysvipc/shm")).stream()
                .map(line -> line.strip().split(" +", -1))
                .filter(fields -> fields[1].equals("" + id))
                .mapToLong(fields -> Long.parseLong(fields[14]))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void ofTwoMakersOneHasTheKey() throws Exception {
        // given
        assertThat(SystemVMemory.create(key, 10, 0600, false)).isPresent();

        // when, then
        assertThat(SystemVMemory.create(key, 10, 0600, false)).isEmpty();
    }

    @Test
    void removedWhileAttachedItStaysUntilTheLastHasGone() throws Exception {
        // given
        int id = SystemVMemory.create(key, 10, 0600, false).orElseThrow();
        SystemVMemory memory = SystemVMemory.attach(id, true, false, "test").orElseThrow();

        // when
        assertThat(SystemVMemory.remove(id, "test")).isTrue();

        // then
        memory.segment().set(ValueLayout.JAVA_INT, 0, 1);
        assertThat(SystemVMemory.find(key)).isEmpty();
        assertThat(SystemVMemory.status(id)).map(SystemVMemory.Status::key).contains(0);

        // when
        memory.close();
        memory.close();

        // then
        assertThat(SystemVMemory.status(id)).isEmpty();
    }

    @Test
    void aSizeOfNothingIsRefusedWithTheLimit() {
        assertThatThrownBy(() -> SystemVMemory.create(key, 0, 0600, false))
                .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                    assertThat(refused.problem()).isEqualTo(Problem.SEGMENT_SIZE);
                    assertThat(refused.target()).isEqualTo("shm:0x" + Integer.toHexString(key));
                    assertThat(refused.limit()).startsWith("kernel.shmmax=");
                    assertThat(refused.value()).isEqualTo("0 B");
                });
    }

    @Test
    void hugePagesThatTheMachineHasNotAreNamed() {
        assertThatThrownBy(() -> SystemVMemory.create(key, 1L << 40, 0600, true))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.NO_HUGE_PAGES));
    }

    /** Meets each limit of its IPC namespace, which its caller has set low, and removes what it made. */
    static final class LimitMain {
        private LimitMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            for (long size : new long[] {1L << 20, 30_000, 10, 10, 10}) {
                try {
                    System.out.println(
                            SystemVMemory.create(0, size, 0600, false).isPresent());
                } catch (ErrnoException refused) {
                    System.out.println(refused.problem() + " " + refused.limit() + " " + refused.value());
                }
            }
        }
    }

    @Test
    void everyLimitIsNamed() throws Exception {
        // given: an IPC namespace of its own, which takes its segments with it
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--ipc",
                "sh",
                "-c",
                "cd /proc/sys/kernel && echo 100000 >shmmax && echo 4 >shmall && echo 2 >shmmni && exec \"$@\"",
                "sh"));
        command.addAll(JavaProgram.of(LimitMain.class).command());

        // when
        List<String> said = Foreign.output(command).lines().toList();

        // then
        assertThat(said)
                .containsExactly(
                        "SEGMENT_SIZE kernel.shmmax=100000 1048576 B",
                        "SEGMENTS_FULL kernel.shmall=4 pages, kernel.shmmni=2 30000 B",
                        "true",
                        "true",
                        "SEGMENTS_FULL kernel.shmall=4 pages, kernel.shmmni=2 10 B");
    }

    /** Uses the segment as another user. */
    static final class DeniedMain {
        private DeniedMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            int id = Integer.parseInt(arguments[1]);
            for (Attempt attempt : List.<Attempt>of(
                    () -> SystemVMemory.find(Integer.parseInt(arguments[0])),
                    () -> SystemVMemory.attach(id, true, false, "shm:x"),
                    () -> SystemVMemory.remove(id, "shm:x"))) {
                try {
                    System.out.println(attempt.run());
                } catch (ErrnoException refused) {
                    System.out.println(refused.problem() + " " + refused.call());
                }
            }
            System.out.println(SystemVMemory.list().stream().anyMatch(status -> status.id() == id));
        }
    }

    /** What may be refused. */
    private interface Attempt {
        Object run() throws ErrnoException;
    }

    @Test
    void whoMayNotIsTold(@TempDir Path jars) throws Exception {
        // given
        int id = SystemVMemory.create(key, 10, 0600, false).orElseThrow();
        JavaProgram program = JavaProgram.of(DeniedMain.class).packedInto(jars);

        // when
        String said = Foreign.output(JavaProgram.asNobody(program.command("" + key, "" + id)));

        // then
        assertThat(said.lines())
                .containsExactly("Optional[" + id + "]", "DENIED shmat", "DENIED shmctl(IPC_RMID)", "true");
    }
}
