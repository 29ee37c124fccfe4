package dev.naru.queues.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.PosixQueueSpec;
import dev.naru.queues.SystemVQueue;
import dev.naru.queues.testing.Queues;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the docs show of queues does what they say. */
@ExtendWith(NoLeaks.class)
class QueueSnippetsTest {
    private static final byte[] JOB = "resize 12".getBytes(StandardCharsets.UTF_8);

    @RegisterExtension
    final Queues queues = new Queues();

    @Test
    void aTypeIsChosen() throws Exception {
        var next = QueueSnippets.systemV(queues.key());
        assertThat(next.type()).isEqualTo(7);
        assertThat(next.text()).isEqualTo(JOB);
    }

    @Test
    void aPriorityComesWithTheMessage() throws Exception {
        var next = QueueSnippets.posix(queues.name()).orElseThrow();
        assertThat(next.priority()).isEqualTo(5);
        assertThat(next.bytes()).isEqualTo(JOB);
    }

    @Test
    void theAddressSaysWhichMechanism() throws Exception {
        String name = queues.name();
        PosixQueue.create(name, PosixQueueSpec.of(2, 64)).close();
        assertThat(QueueSnippets.anywhere("mq:" + name, "mq:" + name)).isEqualTo(JOB);
        try (SystemVQueue queue = SystemVQueue.createPrivate(0600)) {
            String address = "sysv:" + queues.removing(queue.id());
            assertThat(QueueSnippets.anywhere(address, address)).isEqualTo(JOB);
        }
    }
}
