package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import org.junit.jupiter.api.Test;

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
}
