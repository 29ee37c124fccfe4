package dev.naru.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The models of the protocols on small bounds, {@code docs/protocol/check.sh --short}: each holds in all its states, and each
 * of its mutants fails. {@code naru torture} runs all of them.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ModelsTest {
    private static final String CHECK = "../docs/protocol/check.sh";

    @TempDir
    Path folder;

    @Test
    void everyModelHoldsAndEveryMutantFails() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(CHECK, "--short").redirectErrorStream(true);
        var _ = builder.environment().put("TMPDIR", folder.toString()); // where it makes its own
        Process check = builder.start();
        try {
            String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            System.out.println(said);
            assertThat(check.waitFor()).as(said).isZero();
        } finally {
            check.descendants().forEach(ProcessHandle::destroyForcibly);
            var _ = check.destroyForcibly();
        }
    }
}
