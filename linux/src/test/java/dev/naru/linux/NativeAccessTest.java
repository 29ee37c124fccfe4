package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;

/** A user who has not granted native access is told the flag once, and goes on; where it is forbidden, at every call. */
class NativeAccessTest {
    /** Makes a pipe. */
    static final class PipeMain {
        private PipeMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            for (int i = 0; i < 2; i++) {
                Pipes.Ends pipe = Pipes.create();
                pipe.reader().close();
                pipe.writer().close();
            }
            System.out.println("granted: " + Machine.isNativeAccessGranted() + ", " + Machine.nativeAccessFlag());
        }
    }

    @Test
    void withoutTheFlagItIsNamedOnceAndAllWorks() throws Exception {
        // when
        String said = Foreign.output(JavaProgram.of(PipeMain.class)
                .option("--illegal-native-access=warn")
                .command());

        // then
        assertThat(said.lines().filter(line -> line.contains("--enable-native-access=") && !line.contains("granted")))
                .as("the JVM's own words")
                .singleElement()
                .asString()
                .startsWith("WARNING: Use --enable-native-access=ALL-UNNAMED ");
        assertThat(said).endsWith("granted: false, --enable-native-access=ALL-UNNAMED\n");
    }

    @Test
    void withTheFlagNothingIsSaid() throws Exception {
        // when
        String said = Foreign.output(JavaProgram.of(PipeMain.class).command());

        // then
        assertThat(said).isEqualTo("granted: true, --enable-native-access=ALL-UNNAMED\n");
    }

    /** Begins with each part of the library twice, and says how that ended. */
    static final class DeniedMain {
        private DeniedMain() {}

        private interface Call {
            void run() throws Exception;
        }

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) {
            Arena arena = Arena.ofAuto();
            MemorySegment word = arena.allocate(4, 4);
            Path path = Path.of("/dev/null");
            Spawn spawn = new Spawn(List.of("true"), Map.of(), null, Map.of());
            try (Descriptor input = Descriptor.borrow(0)) {
                List<Call> calls = List.of(
                        Machine::name,
                        Machine::hasFutexWaitVector,
                        Machine::glibcVersion,
                        Pipes::create,
                        () -> Descriptor.open(path, Descriptor.Access.READ).close(),
                        () -> input.read(word, 4),
                        () -> FifoNode.make(Path.of("/tmp/naru-denied"), 0600),
                        () -> FifoNode.openReader(path),
                        spawn::start,
                        () -> PidFd.open(1).close(),
                        () -> Poller.isReady(input, Poller.Interest.READABLE),
                        () -> Poller.await(input, Poller.Interest.READABLE, Poller.NEVER),
                        () -> Futex.wake(word, 0, 1),
                        () -> Memfd.create("naru", false).close(),
                        () -> Pages.map(arena, 4096),
                        () -> SystemVMemory.find(1),
                        () -> UnnamedFile.create(Path.of("/tmp"), 0600, "").close(),
                        () -> SharedMapping.map(input, 4096, SharedMapping.Options.READ_ONLY, "")
                                .close(),
                        Cores::allowed,
                        Limits::openDescriptors,
                        () -> FileStatus.of(path));
                for (Call call : calls) {
                    for (int i = 0; i < 2; i++) {
                        try {
                            call.run();
                            System.out.println("no exception");
                        } catch (Throwable thrown) {
                            System.out.println(calls.indexOf(call) + " " + thrown);
                        }
                    }
                }
                System.out.println(MemoryBarrier.inThisProcess() || MemoryBarrier.everywhere());
            }
        }
    }

    @Test
    void whereItIsForbiddenEveryCallNamesTheFlag() throws Exception {
        // when
        String said = Foreign.output(JavaProgram.of(DeniedMain.class)
                .option("--illegal-native-access=deny")
                .command());

        // then
        assertThat(said).endsWith("\nfalse\n");
        assertThat(said.lines().filter(line -> !line.equals("false")))
                .hasSize(42)
                .allSatisfy(line -> assertThat(line)
                        .endsWith(" java.lang.IllegalCallerException: this JVM forbids native access; "
                                + "start it with --enable-native-access=ALL-UNNAMED"));
    }

    @Test
    void theMachineIsNamedAsUnameNamesIt() throws Exception {
        assertThat(Machine.name()).isEqualTo(Foreign.output("uname", "-m").strip());
        assertThat(Machine.kernelRelease())
                .isEqualTo(Foreign.output("uname", "-r").strip());
    }

    /** Says the numbers that differ between the machines. */
    static final class ConstantsMain {
        private ConstantsMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) {
            System.out.println(numbers());
        }

        private static List<Object> numbers() {
            return List.of(
                    Constants.O_DIRECTORY,
                    Constants.O_NOFOLLOW,
                    Constants.EPOLL_EVENT_PACKED,
                    Constants.SYS_FUTEX,
                    Constants.SYS_MEMBARRIER);
        }
    }

    /** The machine's name can be changed for a process; the JVM's code and the kernel's calls stay what they are. */
    @Test
    @EnabledOnOs(architectures = {"amd64", "x86_64"})
    void anotherNameOfTheMachineChangesNoNumber() throws Exception {
        // when
        List<String> command = new ArrayList<>(List.of("setarch", "i686"));
        command.addAll(JavaProgram.of(ConstantsMain.class).command());

        // then
        assertThat(Foreign.output("setarch", "i686", "uname", "-m").strip()).isEqualTo("i686");
        assertThat(Foreign.output(command).strip())
                .isEqualTo(ConstantsMain.numbers().toString())
                .isEqualTo("[65536, 131072, true, 202, 324]");
    }
}
