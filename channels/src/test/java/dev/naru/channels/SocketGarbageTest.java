package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.naru.linux.Sockets;
import dev.naru.linux.testing.NoLeaks;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sockets in the steady state make no garbage, by the measure of {@link GarbageTest}. */
@ExtendWith(NoLeaks.class)
class SocketGarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BATCHES = 400;
    private static final int BATCH = 2_000;
    private static final int BYTES = 32;
    private static final double SMALLEST_OBJECT = 16;

    /** One use of a channel. */
    private interface Round {
        void run() throws IOException, InterruptedException;
    }

    private static void assertNone(Round round) throws Exception {
        double fewest = Double.MAX_VALUE;
        for (int batch = 0; batch < BATCHES && fewest >= SMALLEST_OBJECT; batch++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < BATCH; i++) {
                round.run();
            }
            fewest = Math.min(fewest, (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) BATCH);
        }
        assertThat(fewest).isLessThan(SMALLEST_OBJECT);
    }

    private static Address abstractName(Sockets.Kind kind) {
        return new Address.UnixAbstract(
                "naru-garbage-" + ProcessHandle.current().pid(), kind);
    }

    @Test
    void bytesOverTcpAndUnix() throws Exception {
        for (Address address : new Address[] {new Address.Tcp("127.0.0.1", 0), abstractName(Sockets.Kind.STREAM)}) {
            try (Listener listener = Listener.listen(address);
                    Connection client = Connection.connect(listener.address());
                    Connection served = listener.accept()) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
                assertNone(() -> {
                    int _ = client.write(buffer.clear());
                    for (buffer.clear(); buffer.hasRemaining(); ) {
                        int _ = served.read(buffer);
                    }
                });
            }
        }
    }

    @Test
    void messagesOfAConnection() throws Exception {
        try (MessageListener listener = MessageListener.listen(abstractName(Sockets.Kind.SEQPACKET));
                MessageConnection client = MessageConnection.connect(listener.address());
                MessageConnection served = listener.accept()) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
            assertNone(() -> {
                client.send(buffer.clear());
                int _ = served.receive(buffer.clear());
            });
        }
    }

    @Test
    void frames() throws Exception {
        try (Listener listener = Listener.listen(abstractName(Sockets.Kind.STREAM));
                FrameSender sender = FrameSender.over(Connection.connect(listener.address()), BYTES);
                FrameReceiver receiver = FrameReceiver.over(listener.accept(), BYTES)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
            assertNone(() -> {
                sender.send(buffer.clear());
                int _ = receiver.receive(buffer.clear());
            });
        }
    }
}
