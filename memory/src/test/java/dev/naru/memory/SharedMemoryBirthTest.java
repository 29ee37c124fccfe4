package dev.naru.memory;

import static dev.naru.memory.SharedLayout.intField;
import static dev.naru.memory.SharedLayout.longField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.SystemVMemory;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.internal.LayoutHeader;
import dev.naru.memory.testing.Places;
import dev.naru.memory.testing.Places.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Makers that come at once, and makers that are killed half-way: what they leave is usable. */
@ExtendWith(NoLeaks.class)
class SharedMemoryBirthTest {
    private static final SharedLayout COUNTER =
            SharedLayout.of("counter", 1, longField("count").onItsOwn());
    private static final SharedLayout OTHER = SharedLayout.of("other", 1, intField("count"));
    private static final int PROCESSES = 4;
    private static final int ROUNDS = 1000;

    @TempDir
    private Path folder;

    private Places places;
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void choose() {
        places = new Places(folder);
    }

    @AfterEach
    void endAll() throws Exception {
        for (Process process : processes) {
            var _ = process.destroyForcibly().waitFor();
        }
        places.close();
    }

    private Process start(Class<?> main, Address.Memory place) throws IOException {
        Process process = new ProcessBuilder(JavaProgram.of(main)
                        .needing(SharedMemory.class)
                        .needing(Address.class)
                        .option("-XX:+UseSerialGC")
                        .command(place.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process;
    }

    private static Address.Memory place(String[] arguments) {
        return (Address.Memory) Address.parse(arguments[0]);
    }

    /** Waits for the start, opens or makes the memory, and counts in it. */
    static final class CountMain {
        private CountMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            System.out.println("ready");
            int _ = System.in.read();
            try (SharedMemory memory = SharedMemory.openOrCreate(place(arguments), MemorySpec.of(COUNTER))) {
                LongField count = memory.longField("count");
                for (int i = 0; i < ROUNDS; i++) {
                    long _ = count.getAndAdd(1);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void processesThatMakeItAtOnceShareOne(Kind kind) throws Exception {
        // given
        Address.Memory place = places.of(kind);
        for (int i = 0; i < PROCESSES; i++) {
            Process process = start(CountMain.class, place);
            BufferedReader said = process.inputReader();
            assertThat(said.readLine()).isEqualTo("ready");
        }

        // when
        for (Process process : processes) {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        // then
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }
        try (SharedMemory memory = SharedMemory.open(place, COUNTER)) {
            assertThat(memory.longField("count").get()).isEqualTo(PROCESSES * ROUNDS);
        }
    }

    /** Makes and removes the memory again and again, until it is killed; each time it says so. */
    static final class RestlessMain {
        private RestlessMain() {}

        @SuppressWarnings({"SystemOut", "InfiniteLoopStatement"}) // that is its answer
        public static void main(String[] arguments) throws Exception {
            Address.Memory place = place(arguments);
            while (true) {
                SharedMemory.create(place, MemorySpec.of(COUNTER).withSize(100_000))
                        .close();
                System.out.println("made");
                SharedMemory.remove(place);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMakerThatIsKilledLeavesNothingOrWhatCanBeUsed(Kind kind) throws Exception {
        Random random = new Random(7);
        for (int kill = 0; kill < 5; kill++) {
            // given
            Address.Memory place = places.of(kind);
            Process maker = start(RestlessMain.class, place);
            try (BufferedReader said = maker.inputReader()) {
                for (int i = random.nextInt(200); i >= 0; i--) {
                    assertThat(said.readLine()).isEqualTo("made");
                }

                // when
                var _ = maker.destroyForcibly().waitFor();
            }

            // then
            MemorySpec spec = MemorySpec.of(COUNTER).withSize(100_000);
            try (SharedMemory memory = SharedMemory.openOrCreate(place, spec);
                    SharedMemory again = SharedMemory.open(place, COUNTER)) {
                assertThat(memory.longField("count").getAndAdd(1)).isZero();
                assertThat(again.longField("count").get()).isEqualTo(1);
            }
            SharedMemory.remove(place);
        }
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
        try (var left = Files.newDirectoryStream(Path.of("/dev/shm"), ".naru-*")) {
            assertThat(left).isEmpty();
        }
    }

    /** A segment as shmget(2) leaves it: as large as it is to be, and empty. */
    private int halfWay(Address.Memory place) throws ErrnoException {
        long size = LayoutHeader.size(COUNTER.toString()) + COUNTER.size();
        return SystemVMemory.create(((Address.MemoryKey) place).key(), size, 0600, false)
                .orElseThrow();
    }

    @Test
    void aSegmentWhoseMakerWasKilledBeforeHeFilledItIsFilledByTheNext() throws Exception {
        // given
        Address.Memory place = places.of(Kind.SYSTEM_V);
        int id = halfWay(place);
        assertThatThrownBy(() -> SharedMemory.open(place, COUNTER))
                .asInstanceOf(type(ErrnoException.class))
                .satisfies(refused -> assertThat(refused.problem()).isEqualTo(Problem.NO_SHARED_MEMORY));

        // when
        try (SharedMemory memory = SharedMemory.openOrCreate(place, MemorySpec.of(COUNTER));
                SharedMemory again = SharedMemory.open(place, COUNTER)) {
            // then
            memory.longField("count").set(5);
            assertThat(again.longField("count").get()).isEqualTo(5);
        }
        assertThat(SystemVMemory.find(((Address.MemoryKey) place).key())).contains(id);
    }

    /** The same key by chance. One of zeros and of the very size cannot be told from ours: decision 0012. */
    @Test
    void zerosOfAnotherSizeAreAnotherProgramsAndStay() throws Exception {
        // given
        Address.Memory place = places.of(Kind.SYSTEM_V);
        long size = LayoutHeader.size(COUNTER.toString()) + COUNTER.size() + 1000;
        int id = SystemVMemory.create(((Address.MemoryKey) place).key(), size, 0600, false)
                .orElseThrow();

        // when
        assertThatThrownBy(() -> SharedMemory.openOrCreate(place, MemorySpec.of(COUNTER)))
                .asInstanceOf(type(ErrnoException.class))
                .satisfies(refused -> {
                    assertThat(refused.problem()).isEqualTo(Problem.OTHER_LAYOUT);
                    assertThat(refused).hasMessageContaining("zeros, " + size + " B and not " + (size - 1000) + " B");
                });

        // then
        try (SystemVMemory foreign =
                SystemVMemory.attach(id, true, false, "foreign").orElseThrow()) {
            assertThat(foreign.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        }
    }

    @Test
    void aSegmentThatIsClaimedButNotFilledIsFilledByWhoHasTheSameLayout() throws Exception {
        // given
        Address.Memory place = places.of(Kind.SYSTEM_V);
        int id = halfWay(place);
        try (SystemVMemory maker =
                SystemVMemory.attach(id, true, false, "maker").orElseThrow()) {
            assertThat(LayoutHeader.claim(maker.segment(), COUNTER.toString())).isEqualTo(LayoutHeader.Claim.OURS);
        }

        // when, then
        for (SharedLayout wrong : List.of(OTHER)) {
            assertThatThrownBy(() -> SharedMemory.openOrCreate(place, MemorySpec.of(wrong)))
                    .asInstanceOf(type(ErrnoException.class))
                    .satisfies(refused -> assertThat(refused.problem()).isEqualTo(Problem.OTHER_LAYOUT));
        }
        assertThatThrownBy(() -> SharedMemory.openReadOnly(place, COUNTER))
                .asInstanceOf(type(ErrnoException.class))
                .satisfies(refused -> assertThat(refused.problem()).isEqualTo(Problem.NO_SHARED_MEMORY));
        try (SharedMemory memory = SharedMemory.open(place, COUNTER)) {
            assertThat(memory.longField("count").get()).isZero();
        }
        SharedMemory.openReadOnly(place, COUNTER).close();
    }

    @Test
    void manyWhoCompleteASegmentAtOnceHaveTheSame() throws Exception {
        for (int round = 0; round < 50; round++) {
            // given
            Address.Memory place = places.of(Kind.SYSTEM_V);
            int _ = halfWay(place);

            // when
            List<Task<Long>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tasks.add(Task.start(ThreadKind.PLATFORM, () -> {
                    try (SharedMemory memory = SharedMemory.openOrCreate(place, MemorySpec.of(COUNTER))) {
                        return memory.longField("count").getAndAdd(1);
                    }
                }));
            }

            // then
            List<Long> counted = new ArrayList<>();
            for (Task<Long> task : tasks) {
                counted.add(task.result());
            }
            assertThat(counted).containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
            SharedMemory.remove(place);
        }
    }
}
