package dev.naru.channels;

import dev.naru.channels.SocketFixture.Place;
import dev.naru.channels.contract.ByteChannelContract;
import dev.naru.channels.contract.ByteChannelFixture;
import org.junit.jupiter.api.Nested;

/** Every kind of stream socket, connected to and accepted from a perl that is not ours. */
class SocketContractTest {
    /** What the kinds share. */
    abstract static class OfKind implements ByteChannelContract {
        private final ByteChannelFixture fixture;

        OfKind(Place place, boolean accepted) {
            fixture = new SocketFixture(place, accepted);
        }

        @Override
        public ByteChannelFixture fixture() {
            return fixture;
        }
    }

    @Nested
    class FileConnected extends OfKind {
        FileConnected() {
            super(Place.FILE, false);
        }
    }

    @Nested
    class FileAccepted extends OfKind {
        FileAccepted() {
            super(Place.FILE, true);
        }
    }

    @Nested
    class AbstractConnected extends OfKind {
        AbstractConnected() {
            super(Place.ABSTRACT, false);
        }
    }

    @Nested
    class AbstractAccepted extends OfKind {
        AbstractAccepted() {
            super(Place.ABSTRACT, true);
        }
    }

    @Nested
    class TcpConnected extends OfKind {
        TcpConnected() {
            super(Place.TCP, false);
        }
    }

    @Nested
    class TcpAccepted extends OfKind {
        TcpAccepted() {
            super(Place.TCP, true);
        }
    }
}
