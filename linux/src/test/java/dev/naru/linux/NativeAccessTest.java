package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;

/** A user who has not granted native access is told the flag once, and goes on. */
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
