package dev.naru.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of this network namespace, whoever has them: those of Unix, and of TCP over IPv4 and IPv6. The kernel is asked by
 * sock_diag(7), and where it refuses that, {@code /proc/net} is read, which knows less. Nobody is disturbed.
 *
 * <p>They come one after the other while others go on, so what is shown of two need not be of one moment. Immutable.
 *
 * @param sockets as the kernel lists them
 * @param knowsQueues whether the kernel answered by sock_diag; otherwise of Unix sockets neither bytes that wait nor peers are known
 */
public record SocketTable(List<Entry> sockets, boolean knowsQueues) {
    /** Of a number that the kernel did not tell. */
    public static final long UNKNOWN = -1;

    /** Its sockets do not change. */
    public SocketTable {
        sockets = List.copyOf(sockets);
    }

    /** What a socket does, in the words of TCP (RFC 9293); a Unix socket is unconnected, listening or established, or on the way to it. */
    public enum State {
        /** Connected. */
        ESTABLISHED,
        /** A client that has no answer yet. */
        SYN_SENT,
        /** At the server, between the first answer and the second. */
        SYN_RECEIVED,
        /** This side has ended, and the far side has not heard of it yet. */
        FIN_WAIT_1,
        /** This side has ended. */
        FIN_WAIT_2,
        /** Both have ended; the address is kept for a while. */
        TIME_WAIT,
        /** Neither connected nor listening. */
        UNCONNECTED,
        /** The far side has ended, and this one not yet. */
        CLOSE_WAIT,
        /** Both have ended, and the far side has not heard of it yet. */
        LAST_ACK,
        /** Clients may connect. */
        LISTENING,
        /** Both have ended at once. */
        CLOSING;

        /** Of {@code include/net/tcp_states.h}, from 1 on; null for one that we do not know. */
        static @Nullable State of(int number) {
            int newSynReceived = 12;
            return number == newSynReceived
                    ? SYN_RECEIVED
                    : number >= 1 && number <= values().length ? values()[number - 1] : null;
        }
    }

    /**
     * A socket. Numbers that the kernel did not tell are {@link #UNKNOWN}.
     *
     * @param kind how bytes go through it
     * @param name where it is bound; a Unix socket may be unnamed
     * @param peer where its far side is; null when it has none, or that is not known
     * @param state what it does
     * @param inode the number in {@code socket:[N]} of {@code /proc/PID/fd}; 0 when no process has it, since it was not accepted yet or
     *     is closed
     * @param peerInode that of the far side, if that is on this machine; 0 when no process has it (yet)
     * @param uid who made it
     * @param received bytes that wait to be read, of a Unix datagram socket those of the first one; of a listener, how many connections wait
     *     to be accepted
     * @param sent bytes that were sent and are not read yet (TCP: not acknowledged); of a listener, how many connections may wait
     */
    public record Entry(
            Sockets.Kind kind,
            SocketName name,
            @Nullable SocketName peer,
            State state,
            long inode,
            long peerInode,
            long uid,
            long received,
            long sent) {
        /** The same with another far side. */
        private Entry withPeer(@Nullable SocketName other, long otherInode, long unread) {
            return new Entry(kind, name, other, state, inode, otherInode, uid, received, unread);
        }

        private boolean isUnix() {
            return !(name instanceof SocketName.Internet);
        }
    }

    /** All there are now. */
    public static SocketTable read() throws IOException {
        List<Entry> sockets = new ArrayList<>();
        Map<Long, SocketName> waiting = new HashMap<>();
        boolean told = SocketDiag.unix(sockets, waiting);
        if (!told) {
            SocketFiles.unix(sockets);
        }
        if (!SocketDiag.tcp(sockets)) {
            SocketFiles.tcp(sockets);
        }
        return new SocketTable(joined(sockets, waiting), told);
    }

    /** What {@code /proc/net} alone says. */
    static SocketTable ofFiles() throws IOException {
        List<Entry> sockets = new ArrayList<>();
        SocketFiles.unix(sockets);
        SocketFiles.tcp(sockets);
        return new SocketTable(joined(sockets, Map.of()), false);
    }

    private record Ends(SocketName one, @Nullable SocketName other) {}

    /** With what only the far side knows. */
    private static List<Entry> joined(List<Entry> sockets, Map<Long, SocketName> waiting) {
        Map<Long, Entry> byInode = new HashMap<>();
        Map<Ends, Entry> byEnds = new HashMap<>();
        for (Entry socket : sockets) {
            if (socket.isUnix()) {
                byInode.put(socket.inode, socket);
            } else {
                byEnds.put(new Ends(socket.name, socket.peer), socket);
            }
        }
        return sockets.stream()
                .map(socket -> socket.isUnix() ? joinedOfUnix(socket, byInode, waiting) : joinedOfTcp(socket, byEnds))
                .toList();
    }

    private static Entry joinedOfUnix(Entry socket, Map<Long, Entry> byInode, Map<Long, SocketName> waiting) {
        Entry peer = byInode.get(socket.peerInode);
        if (peer == null) {
            return socket.withPeer(waiting.get(socket.inode), socket.peerInode, socket.sent);
        }
        long unread = peer.kind == Sockets.Kind.DATAGRAM ? UNKNOWN : peer.received; // others send there too
        return socket.withPeer(peer.name, peer.inode, unread);
    }

    private static Entry joinedOfTcp(Entry socket, Map<Ends, Entry> byEnds) {
        Entry peer = socket.peer == null ? null : byEnds.get(new Ends(socket.peer, socket.name));
        return peer == null ? socket : socket.withPeer(socket.peer, peer.inode, socket.sent);
    }
}
