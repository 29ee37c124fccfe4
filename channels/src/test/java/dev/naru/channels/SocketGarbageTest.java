package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Sockets;
import dev.naru.linux.testing.Garbage;
import dev.naru.linux.testing.NoLeaks;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sockets in the steady state make no garbage, by the measure of {@link Garbage}. */
@ExtendWith(NoLeaks.class)
class SocketGarbageTest {
    private static final int BYTES = 32;

    private static void assertNone(Garbage.Round round) throws Exception {
        assertThat(Garbage.fewestBytes(round)).isLessThan(Garbage.SMALLEST_OBJECT);
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
