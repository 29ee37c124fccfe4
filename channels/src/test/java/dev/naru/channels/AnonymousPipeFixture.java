package dev.naru.channels;

import dev.naru.channels.contract.ByteChannelFixture;
import dev.naru.channels.testing.Peers;
import dev.naru.linux.testing.Peer;
import java.util.ArrayList;
import java.util.List;

/** Anonymous pipes whose other end a child has at descriptor 3. */
final class AnonymousPipeFixture extends ByteChannelFixture {
    @Override
    public Inbound inbound(int writers) throws Exception {
        AnonymousPipe pipe = closing(AnonymousPipe.create());
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            peers.add(writer(pipe));
        }
        pipe.writer().close();
        return new Inbound(pipe.reader(), peers);
    }

    @Override
    public Outbound outbound(int otherWriters) throws Exception {
        AnonymousPipe pipe = closing(AnonymousPipe.create());
        Peer reader = closing(Peers.start(command -> command.descriptor(3, pipe.reader())));
        reader.tell("open-read fd:3");
        List<Peer> others = new ArrayList<>();
        for (int i = 0; i < otherWriters; i++) {
            others.add(writer(pipe));
        }
        return new Outbound(pipe.writer(), reader, others);
    }

    private Peer writer(AnonymousPipe pipe) throws Exception {
        PipeWriter end = pipe.writer().duplicate();
        return closing(Peers.start(command -> command.descriptor(3, end))).tell("open-write fd:3");
    }

    @Override
    public Loopback loopback() throws Exception {
        AnonymousPipe pipe = closing(AnonymousPipe.create());
        return new Loopback(pipe.reader(), pipe.writer());
    }
}
