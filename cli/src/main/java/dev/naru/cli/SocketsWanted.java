package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.SocketName;
import dev.naru.linux.SocketTable.Entry;
import dev.naru.linux.SocketTable.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which sockets {@code naru ls} shows: those of some kinds, and those at some addresses. */
final class SocketsWanted {
    private final boolean unix;
    private final boolean tcp;
    private final boolean all;
    private final List<Predicate<SocketName>> places = new ArrayList<>();

    /**
     * Of those kinds.
     *
     * @param all also Unix sockets without a name, and TCP connections that no process has any more
     */
    SocketsWanted(boolean unix, boolean tcp, boolean all) {
        this.unix = unix;
        this.tcp = tcp;
        this.all = all;
    }

    /** And those that are bound there or, of TCP, connected to there. */
    void add(Address place) throws IOException {
        switch (place) {
            case Address.UnixFile file -> places.add(new SocketName.UnixFile(file.path())::equals);
            case Address.Rpc server -> places.add(new SocketName.UnixFile(FoundServer.file(server))::equals);
            case Address.UnixAbstract name -> places.add(new SocketName.UnixAbstract(name.name())::equals);
            case Address.Tcp server -> {
                List<InetAddress> hosts = List.of(InetAddress.getAllByName(server.host()));
                places.add(name -> name instanceof SocketName.Internet(InetSocketAddress bound)
                        && bound.getPort() == server.port()
                        && (bound.getAddress().isAnyLocalAddress() || hosts.contains(bound.getAddress())));
            }
            default -> throw new IllegalArgumentException(place.toString());
        }
    }

    /** Whether there may be any. */
    boolean any() {
        return unix || tcp || !places.isEmpty();
    }

    boolean has(Entry socket) {
        if (socket.name() instanceof SocketName.Internet) {
            return (all || isAlive(socket)) && (tcp || isAt(socket.name()) || isAt(socket.peer()));
        }
        return (unix && (all || !(socket.name() instanceof SocketName.UnixUnnamed)))
                || isAt(socket.name())
                || (all && isAt(socket.peer()));
    }

    private boolean isAt(@Nullable SocketName name) {
        return name != null && places.stream().anyMatch(place -> place.test(name));
    }

    /** Neither closed by its process nor kept for its address alone. */
    private static boolean isAlive(Entry socket) {
        return socket.inode() != 0 || isUnaccepted(socket);
    }

    /** A connection that is there for the kernel, and that the server has not taken yet. */
    static boolean isUnaccepted(Entry socket) {
        return socket.inode() == 0 && (socket.state() == State.ESTABLISHED || socket.state() == State.SYN_RECEIVED);
    }
}
