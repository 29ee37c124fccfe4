package dev.naru.channels;

import dev.naru.channels.contract.ByteChannelFixture;
import dev.naru.linux.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** FIFOs that processes which are no children of each other open by their path. */
final class FifoFixture extends ByteChannelFixture {
    private int made;

    private Fifo make() throws IOException {
        Path folder = Files.createTempDirectory("naru-fifo");
        Fifo fifo = Fifo.create(folder.resolve("bytes-" + made++));
        closing(() -> {
            fifo.remove();
            Files.delete(folder);
        });
        return fifo;
    }

    @Override
    public Inbound inbound(int writers) throws Exception {
        Fifo fifo = make();
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            peers.add(closing(Peer.start()).send("open-write " + fifo.path()));
        }
        PipeReader reader = closing(fifo.openReader());
        for (Peer peer : peers) {
            peer.expectOk();
        }
        return new Inbound(reader, peers);
    }

    @Override
    public Outbound outbound(int otherWriters) throws Exception {
        Fifo fifo = make();
        Peer reader = closing(Peer.start()).send("open-read " + fifo.path());
        PipeWriter writer = closing(fifo.openWriter());
        reader.expectOk();
        List<Peer> others = new ArrayList<>();
        for (int i = 0; i < otherWriters; i++) {
            others.add(closing(Peer.start()).tell("open-write " + fifo.path()));
        }
        return new Outbound(writer, reader, others);
    }

    @Override
    public Loopback loopback() throws Exception {
        Fifo fifo = make();
        PipeReader reader = closing(fifo.tryOpenReader());
        return new Loopback(reader, closing(fifo.openWriter()));
    }
}
