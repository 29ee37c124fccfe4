package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import dev.naru.linux.testing.NoLeaks;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a unary call allocates, by client and server together. JMH's {@code RpcBenchmark} says how much that is. */
@ExtendWith(NoLeaks.class)
class RpcGarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final ByteString BODY = EchoService.body(32);
    private static final int BATCH = 10_000;
    private static final int BATCHES = 30;

    @Test
    void aCallAllocatesNoMoreThanWithinAProcess() throws Exception {
        double ours = least(EchoPair.Transport.ADAPTIVE);
        double inProcess = least(EchoPair.Transport.IN_PROCESS);
        System.out.printf("bytes a call: %.0f, within a process %.0f%n", ours, inProcess);
        assertThat(ours).as("bytes a call").isLessThanOrEqualTo(inProcess);
    }

    /** The least of many batches: the others had code that was not compiled yet, or met what other threads make. */
    private static double least(EchoPair.Transport transport) throws Exception {
        double least = Double.MAX_VALUE;
        try (EchoPair pair = EchoPair.open(transport)) {
            for (int batch = 0; batch < BATCHES; batch++) {
                long before = THREADS.getTotalThreadAllocatedBytes();
                for (int i = 0; i < BATCH; i++) {
                    var _ = pair.stub().unary(EchoService.message(i, BODY));
                }
                least = Math.min(least, (THREADS.getTotalThreadAllocatedBytes() - before) / (double) BATCH);
            }
        }
        return least;
    }
}
