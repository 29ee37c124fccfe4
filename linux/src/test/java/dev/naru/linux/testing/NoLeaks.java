package dev.naru.linux.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Fails a test that leaves a descriptor open or a process running. */
public final class NoLeaks implements BeforeEachCallback, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(NoLeaks.class);

    /** A process that was killed, and the pipes to it, need a moment to go; this only ends a hang. */
    private static final Duration GUARD = Duration.ofSeconds(30);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put("descriptors", OpenDescriptors.now());
        context.getStore(NAMESPACE).put("children", children());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        assertSame("descriptors", context, OpenDescriptors::now);
        assertSame("children", context, NoLeaks::children);
    }

    private static void assertSame(String what, ExtensionContext context, Supplier<List<String>> look) {
        Object before = context.getStore(NAMESPACE).get(what);
        long end = System.nanoTime() + GUARD.toNanos();
        while (!look.get().equals(before) && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(look.get()).as("%s after the test, as before it", what).isEqualTo(before);
    }

    private static List<String> children() {
        return ProcessHandle.current()
                .children()
                .map(ProcessHandle::toString)
                .sorted()
                .toList();
    }
}
