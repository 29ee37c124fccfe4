package dev.naru.channels;

import dev.naru.channels.contract.ByteChannelFixture;
import dev.naru.channels.testing.Peers;
import dev.naru.linux.testing.Peer;
import java.util.List;

/** Our side of a duplex pipe; a child reads the other at descriptor 3 and writes it at 4. */
final class DuplexPipeFixture extends ByteChannelFixture {
    /**
     * Our side, and who has the other.
     *
     * @param side ours
     * @param peer has both ends of the other open
     */
    record Both(DuplexPipe.Side side, Peer peer) {}

    Both both() throws Exception {
        DuplexPipe duplex = closing(DuplexPipe.create());
        Peer peer = closing(
                Peers.start(command -> command.descriptor(3, duplex.far().reader())
                        .descriptor(4, duplex.far().writer())));
        peer.tell("open-read fd:3").tell("open-write fd:4");
        return new Both(duplex.near(), peer);
    }

    @Override
    public Inbound inbound(int writers) throws Exception {
        Both both = both();
        return new Inbound(both.side().reader(), List.of(both.peer()));
    }

    @Override
    public Outbound outbound(int otherWriters) throws Exception {
        Both both = both();
        return new Outbound(both.side().writer(), both.peer(), List.of());
    }

    @Override
    public Loopback loopback() throws Exception {
        DuplexPipe duplex = closing(DuplexPipe.create());
        return new Loopback(duplex.near().reader(), duplex.far().writer());
    }
}
