package dev.naru.channels;

import dev.naru.channels.contract.MessageContract;
import dev.naru.channels.contract.MessageFixture;
import dev.naru.channels.contract.RoomContract;
import dev.naru.linux.Sockets;
import dev.naru.linux.testing.Task;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;

/** All that carries messages through sockets and pipes keeps the contract that rings keep. */
class MessageSocketContractTest {
    private static final AtomicInteger MADE = new AtomicInteger();

    private static Address named(Sockets.Kind kind) {
        return new Address.UnixAbstract(
                "naru-messages-" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet(), kind);
    }

    /** What waits in the poller. */
    abstract static class Polled extends MessageFixture {
        @Override
        public final <T> Task<T> awaitAsleep(Task<T> task) {
            return task.awaitPolling();
        }
    }

    @Nested
    class Seqpacket implements RoomContract {
        private final MessageFixture fixture = new Polled() {
            @Override
            public Ends ends() throws Exception {
                MessageListener listener = closing(MessageListener.listen(named(Sockets.Kind.SEQPACKET)));
                MessageConnection client = closing(MessageConnection.connect(listener.address()));
                return new Ends(client, closing(listener.accept()));
            }
        };

        @Override
        public MessageFixture messages() {
            return fixture;
        }
    }

    @Nested
    class Datagrams implements RoomContract {
        private final MessageFixture fixture = new Polled() {
            @Override
            public Ends ends() throws Exception {
                DatagramPort port = closing(DatagramPort.bind(named(Sockets.Kind.DATAGRAM)));
                return new Ends(closing(MessageConnection.connect(port.address())), port);
            }
        };

        @Override
        public MessageFixture messages() {
            return fixture;
        }
    }

    @Nested
    class FramesThroughAPipe implements MessageContract {
        private final MessageFixture fixture = new Polled() {
            @Override
            public Ends ends() throws Exception {
                AnonymousPipe pipe = AnonymousPipe.create();
                return new Ends(
                        closing(FrameSender.over(pipe.writer(), 5000)),
                        closing(FrameReceiver.over(pipe.reader(), 5000)));
            }
        };

        @Override
        public MessageFixture messages() {
            return fixture;
        }
    }

    @Nested
    class FramesThroughASocket implements MessageContract {
        private final MessageFixture fixture = new Polled() {
            @Override
            public Ends ends() throws Exception {
                Listener listener = closing(Listener.listen(new Address.Tcp("127.0.0.1", 0)));
                Connection client = Connection.connect(listener.address());
                return new Ends(
                        closing(FrameSender.over(client, 5000)), closing(FrameReceiver.over(listener.accept(), 5000)));
            }
        };

        @Override
        public MessageFixture messages() {
            return fixture;
        }
    }
}
