package dev.naru.linux.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;

/** Namespaces of the kernel, which not every user may make. */
public final class Namespaces {
    private Namespaces() {}

    /** Passes over the test where that command, which makes one, is refused. In CI nothing is passed over: there it fails. */
    public static void require(List<String> command) throws InterruptedException {
        try {
            var _ = Foreign.output(command);
        } catch (IOException | AssertionError refused) {
            assertThat(System.getenv("CI"))
                    .as("in CI nothing is skipped: %s", refused.getMessage())
                    .isNull();
            assumeTrue(false, "this user may make no such namespace: " + refused.getMessage());
        }
    }
}
