package dev.naru.channels;

import dev.naru.channels.contract.ByteChannelFixture;
import dev.naru.linux.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Sockets of one kind. The peer listens and we connect, or the other way round. */
final class SocketFixture extends ByteChannelFixture {
    /** Where. */
    enum Place {
        FILE,
        ABSTRACT,
        TCP
    }

    /** A thousand full connections of TCP's usual buffers are more memory than the kernel gives. */
    private static final ConnectionOptions SMALL =
            ConnectionOptions.usual().withSendBuffer(16 * 1024).withReceiveBuffer(16 * 1024);

    private static final AtomicInteger MADE = new AtomicInteger();

    private final Place place;
    private final boolean accepted;

    /**
     * Of that kind.
     *
     * @param accepted whether we listen
     */
    SocketFixture(Place place, boolean accepted) {
        this.place = place;
        this.accepted = accepted;
    }

    @Override
    public boolean refusesAtOnce() {
        return place != Place.TCP;
    }

    /** An address that is free; for TCP of port 0. */
    private Address address() throws Exception {
        return switch (place) {
            case FILE -> {
                Path folder = Files.createTempDirectory("naru-socket");
                Path path = folder.resolve("s");
                closing(() -> {
                    boolean _ = Files.deleteIfExists(path);
                    Files.delete(folder);
                });
                yield new Address.UnixFile(path);
            }
            case ABSTRACT ->
                new Address.UnixAbstract("naru-" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet());
            case TCP -> new Address.Tcp("127.0.0.1", 0);
        };
    }

    /** How the peer calls it. */
    private static String words(Address address) {
        return switch (address) {
            case Address.UnixFile file -> file.path().toString();
            case Address.UnixAbstract named -> "@" + named.name();
            case Address.Tcp tcp -> "tcp:" + tcp.port();
            default -> throw new IllegalArgumentException(address.toString());
        };
    }

    /**
     * Ours, and who is on the far side.
     *
     * @param connection ours
     * @param peer its other end
     */
    record Both(Connection connection, Peer peer) {}

    Both both() throws Exception {
        Peer peer = closing(Peer.start());
        return new Both(closing(accepted ? accept(peer) : connect(peer)), peer);
    }

    /** TCP's buffers grow with what is in them: those are to be full at some time. */
    private ConnectionOptions options() {
        return place == Place.TCP ? SMALL : ConnectionOptions.usual();
    }

    private Connection accept(Peer peer) throws Exception {
        try (Listener listener =
                Listener.listen(address(), ListenOptions.usual().withConnections(options()))) {
            peer.send("connect " + words(listener.address()));
            Connection connection = listener.accept();
            peer.expectOk();
            return connection;
        }
    }

    private Connection connect(Peer peer) throws Exception {
        Address there = address();
        if (there instanceof Address.Tcp tcp) {
            there = new Address.Tcp(
                    tcp.host(), Integer.parseInt(peer.ask("listen tcp").substring("port ".length())));
        } else {
            peer.tell("listen " + words(there));
        }
        Connection connection = Connection.connect(there, options());
        peer.tell("accept");
        return connection;
    }

    @Override
    public Inbound inbound(int writers) throws Exception {
        Both both = both();
        return new Inbound(both.connection(), List.of(both.peer()));
    }

    @Override
    public Outbound outbound(int otherWriters) throws Exception {
        Both both = both();
        return new Outbound(both.connection(), both.peer(), List.of());
    }

    @Override
    public Loopback loopback() throws Exception {
        try (Listener listener =
                Listener.listen(address(), ListenOptions.usual().withConnections(options()))) {
            Connection client = closing(Connection.connect(listener.address(), options()));
            return new Loopback(closing(listener.accept()), client);
        }
    }
}
