package dev.naru.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short form, {@code naru stress --short}: nothing forbidden is seen, and every mutant is caught. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class StressTest {
    private static int run(ByteArrayOutputStream said, String... arguments) throws Exception {
        Jcstress jcstress = new Jcstress(
                Path.of(System.getProperty("java.home"), "bin", "java"), System.getProperty("java.class.path"));
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            return Main.run(jcstress, out, List.of(arguments));
        }
    }

    @Test
    void theProtocolsHoldAndTheirMutantsAreCaught() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "two threads must run at once");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = run(said, "--short");
        System.out.println(said.toString(StandardCharsets.UTF_8));
        assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isZero();
    }

    @Test
    void aNameThatNoTestHasIsNoSuccess() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "two threads must run at once");
        assertThat(run(new ByteArrayOutputStream(), "--short", "NoSuchTest")).isNotZero();
    }
}
