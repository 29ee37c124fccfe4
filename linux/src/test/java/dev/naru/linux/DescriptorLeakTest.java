package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.OpenDescriptors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Many thousand times, and not one descriptor more than before. */
@ExtendWith(NoLeaks.class)
class DescriptorLeakTest {
    private static final int MANY = 10_000;

    @TempDir
    private Path folder;

    private List<String> before;

    @BeforeEach
    void count() {
        before = OpenDescriptors.now();
    }

    private void assertNothingIsLeft() {
        assertThat(OpenDescriptors.now()).isEqualTo(before);
    }

    @Test
    void pipes() throws Exception {
        // when
        for (int i = 0; i < MANY; i++) {
            Pipes.Ends pipe = Pipes.create();
            pipe.reader().close();
            pipe.writer().close();
        }

        // then
        assertNothingIsLeft();
    }

    @Test
    void fifosOpenedAtOnce() throws Exception {
        // given
        Path fifo = folder.resolve("fifo");
        FifoNode.make(fifo, 0600);

        // when
        for (int i = 0; i < MANY; i++) {
            assertThat(FifoNode.openWriter(fifo)).isEmpty();
            try (Descriptor reader = FifoNode.openReader(fifo);
                    Descriptor writer = FifoNode.openWriter(fifo).orElseThrow()) {
                assertThat(writer.number()).isNotEqualTo(reader.number());
            }
        }

        // then
        assertNothingIsLeft();
    }

    @Test
    void duplicates() throws Exception {
        // given
        Pipes.Ends pipe = Pipes.create();

        // when
        for (int i = 0; i < MANY; i++) {
            pipe.reader().reopen(false).close();
            pipe.writer().reopen(true).close();
        }
        pipe.reader().close();
        pipe.writer().close();

        // then
        assertNothingIsLeft();
    }

    @Test
    void processesByDescriptor() throws Exception {
        // when
        for (int i = 0; i < MANY; i++) {
            PidFd.open(ProcessHandle.current().pid()).close();
        }

        // then
        assertNothingIsLeft();
    }

    @Test
    void whatIsRefused() throws Exception {
        // given
        Path directory = folder;
        Path missing = folder.resolve("missing");
        Spawn nothing = new Spawn(List.of("/no/such/program"), Map.of(), null, Map.of());

        // when
        for (int i = 0; i < MANY / 10; i++) {
            for (Attempt attempt : List.<Attempt>of(
                    () -> FifoNode.openReader(directory),
                    () -> FifoNode.openReader(missing),
                    () -> Descriptor.open(missing, Descriptor.Access.READ),
                    nothing::start)) {
                boolean refused = false;
                try {
                    attempt.run();
                } catch (ErrnoException expected) {
                    refused = true;
                }
                assertThat(refused).isTrue();
            }
        }

        // then
        assertNothingIsLeft();
    }

    /** What must be refused. */
    private interface Attempt {
        void run() throws ErrnoException;
    }
}
