package dev.naru.linux.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs that are not ours, run to their end. */
public final class Foreign {
    private Foreign() {}

    /** What the program prints; it must end with 0. */
    public static String output(String... command) throws IOException, InterruptedException {
        return output(List.of(command));
    }

    /** What the program prints, standard error too; it must end with 0. */
    public static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("%s said: %s", command, said).isZero();
            return said;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** The same for a line of the shell. */
    public static String shell(String line) throws IOException, InterruptedException {
        return output("/bin/sh", "-c", line);
    }

    /** Sends a signal by its name without SIG, such as STOP, by kill(1). */
    public static void signal(String name, long pid) throws IOException, InterruptedException {
        var _ = shell("kill -" + name + " " + pid);
    }
}
