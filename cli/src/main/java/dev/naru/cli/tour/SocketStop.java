package dev.naru.cli.tour;

import dev.naru.channels.Fifo;
import java.io.IOException;
import java.nio.file.Path;

/** Sockets: the receiver listens, the sender connects, and the one connection goes both ways. */
final class SocketStop implements Stop {
    private final SocketWay.Kind kind;
    private final String description;

    private SocketStop(SocketWay.Kind kind, String description) {
        this.kind = kind;
        this.description = description;
    }

    static Stop unix() {
        return new SocketStop(SocketWay.Kind.UNIX, "Unix socket, within one machine");
    }

    static Stop tcp() {
        return new SocketStop(SocketWay.Kind.TCP, "TCP socket, here on 127.0.0.1");
    }

    @Override
    public String mechanism() {
        return kind.word();
    }

    @Override
    public String description() {
        return description;
    }

    /** The processes make the socket. Where it is, the one that listens tells the other one through a FIFO. */
    @Override
    public Crossing open(Path scratch) throws IOException {
        Fifo where = Fifo.create(SocketWay.where(scratch));
        String listen = SocketWay.listen(kind, scratch).toString();
        String connect = SocketWay.connect(kind, scratch).toString();
        return new Crossing(
                kind.address(scratch).toString(),
                new Ends(connect, connect, child -> {}),
                new Ends(listen, listen, child -> {}),
                where::remove);
    }
}
