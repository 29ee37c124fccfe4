package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.SocketCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The kernel's list of sockets by netlink: sock_diag(7), netlink(7). */
final class SocketDiag {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    /** The kernel makes no answer longer than this at once. */
    private static final long BUFFER_BYTES = 1 << 16;

    private static final int ALIGNMENT = 4;

    /** {@code struct nlmsghdr}: length, type, flags, sequence, port. */
    private static final class Header {
        static final long TYPE = 4;
        static final long FLAGS = 6;
        static final long BYTES = 16;
    }

    /** {@code struct unix_diag_req} and {@code unix_diag_msg}, and the attributes behind it ({@code struct nlattr}). */
    private static final class Unix {
        static final long REQUEST_BYTES = 24;
        static final long REQUEST_STATES = 4;
        static final long REQUEST_SHOW = 12;

        static final long TYPE = 1;
        static final long STATE = 2;
        static final long INODE = 4;
        static final long BYTES = 16;

        static final long ATTRIBUTE_TYPE = 2;
        static final long ATTRIBUTE_BYTES = 4;
    }

    /** {@code struct inet_diag_req_v2} and {@code inet_diag_msg}, with {@code struct inet_diag_sockid} in both. */
    private static final class Tcp {
        static final long REQUEST_BYTES = 56;
        static final long REQUEST_PROTOCOL = 1;
        static final long REQUEST_STATES = 4;

        static final long STATE = 1;
        static final long PORT = 4;
        static final long PEER_PORT = 6;
        static final long ADDRESS = 8;
        static final long PEER_ADDRESS = 24;
        static final long INTERFACE = 40;
        static final long RECEIVED = 56;
        static final long SENT = 60;
        static final long UID = 64;
        static final long INODE = 68;
    }

    private SocketDiag() {}

    /**
     * Adds those of Unix; false when the kernel does not tell so, and none was added.
     *
     * @param waiting where the clients are added, by inode, that no server has accepted yet, with the name that they connected to
     */
    static boolean unix(List<SocketTable.Entry> sockets, Map<Long, SocketName> waiting) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Unix.REQUEST_BYTES, Long.BYTES);
            request.set(BYTE, 0, (byte) Constants.AF_UNIX);
            request.set(INT, Unix.REQUEST_STATES, -1);
            request.set(
                    INT,
                    Unix.REQUEST_SHOW,
                    Constants.UDIAG_SHOW_NAME
                            | Constants.UDIAG_SHOW_PEER
                            | Constants.UDIAG_SHOW_ICONS
                            | Constants.UDIAG_SHOW_RQLEN
                            | Constants.UDIAG_SHOW_UID);
            int before = sockets.size();
            boolean told = dump(request, message -> add(sockets, unix(message, waiting, arena)), arena);
            if (!told) {
                sockets.subList(before, sockets.size()).clear();
            }
            return told;
        }
    }

    /** Adds those of TCP, over IPv4 and IPv6; false when the kernel does not tell so, and none was added. */
    static boolean tcp(List<SocketTable.Entry> sockets) throws IOException {
        int before = sockets.size();
        try (Arena arena = Arena.ofConfined()) {
            boolean told = tcp(Constants.AF_INET, sockets, arena) && tcp(Constants.AF_INET6, sockets, arena);
            if (!told) {
                sockets.subList(before, sockets.size()).clear();
            }
            return told;
        }
    }

    private static boolean tcp(int family, List<SocketTable.Entry> sockets, Arena arena) throws IOException {
        MemorySegment request = arena.allocate(Tcp.REQUEST_BYTES, Long.BYTES);
        request.set(BYTE, 0, (byte) family);
        request.set(BYTE, Tcp.REQUEST_PROTOCOL, (byte) Constants.IPPROTO_TCP);
        request.set(INT, Tcp.REQUEST_STATES, -1);
        return dump(request, message -> add(sockets, tcp(message)), arena);
    }

    private static void add(List<SocketTable.Entry> sockets, SocketTable.@Nullable Entry socket) {
        if (socket != null) {
            sockets.add(socket);
        }
    }

    /** False when the kernel has no such list, or may not be asked. */
    private static boolean dump(MemorySegment question, Consumer<MemorySegment> each, Arena arena) throws IOException {
        int number = SocketCalls.socket(
                Constants.AF_NETLINK, Constants.SOCK_RAW | Constants.SOCK_CLOEXEC, Constants.NETLINK_SOCK_DIAG);
        if (number < 0) {
            return false;
        }
        try (Descriptor socket = Descriptor.adopt(number)) {
            MemorySegment request = arena.allocate(Header.BYTES + question.byteSize(), Long.BYTES);
            request.set(INT, 0, (int) request.byteSize());
            request.set(SHORT, Header.TYPE, (short) Constants.SOCK_DIAG_BY_FAMILY);
            request.set(SHORT, Header.FLAGS, (short) (Constants.NLM_F_REQUEST | Constants.NLM_F_DUMP));
            MemorySegment.copy(question, 0, request, Header.BYTES, question.byteSize());
            if (socket.write(request, request.byteSize()) < 0) {
                return false;
            }
            MemorySegment buffer = arena.allocate(BUFFER_BYTES, Long.BYTES);
            Part part = Part.MORE;
            while (part == Part.MORE) {
                part = part(socket, buffer, each);
            }
            return part == Part.LAST;
        }
    }

    private enum Part {
        MORE,
        LAST,
        REFUSED
    }

    /** One answer of several messages; the kernel makes the next when that is read, so nobody waits. */
    private static Part part(Descriptor socket, MemorySegment buffer, Consumer<MemorySegment> each) throws IOException {
        long length = socket.read(buffer, buffer.byteSize());
        if (length < 0 && length != -Constants.EINTR) {
            throw ErrnoException.of((int) -length, "recv", "netlink: sock_diag");
        }
        for (long at = 0; at + Header.BYTES <= length; ) {
            long bytes = buffer.get(INT, at);
            switch (buffer.get(SHORT, at + Header.TYPE)) {
                case Constants.NLMSG_DONE -> {
                    return Part.LAST;
                }
                case Constants.NLMSG_ERROR -> {
                    return Part.REFUSED;
                }
                default -> each.accept(buffer.asSlice(at + Header.BYTES, bytes - Header.BYTES));
            }
            at += aligned(bytes);
        }
        return Part.MORE;
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private static SocketTable.@Nullable Entry unix(MemorySegment message, Map<Long, SocketName> waiting, Arena arena) {
        Sockets.Kind kind = Sockets.Kind.of(message.get(BYTE, Unix.TYPE));
        SocketTable.State state = SocketTable.State.of(message.get(BYTE, Unix.STATE));
        if (kind == null || state == null) {
            return null;
        }
        SocketName name = new SocketName.UnixUnnamed();
        long peer = SocketTable.UNKNOWN;
        long received = SocketTable.UNKNOWN;
        long sent = SocketTable.UNKNOWN;
        long uid = SocketTable.UNKNOWN;
        for (long at = Unix.BYTES; at + Unix.ATTRIBUTE_BYTES <= message.byteSize(); ) {
            int bytes = Short.toUnsignedInt(message.get(SHORT, at));
            MemorySegment value = message.asSlice(at + Unix.ATTRIBUTE_BYTES, bytes - Unix.ATTRIBUTE_BYTES);
            switch (message.get(SHORT, at + Unix.ATTRIBUTE_TYPE)) {
                case Constants.UNIX_DIAG_NAME -> name = unixName(value, arena);
                case Constants.UNIX_DIAG_ICONS -> {
                    for (long client = 0; client < value.byteSize(); client += Integer.BYTES) {
                        waiting.put(number(value, client), name); // which stands before
                    }
                }
                case Constants.UNIX_DIAG_PEER -> peer = number(value, 0);
                case Constants.UNIX_DIAG_UID -> uid = number(value, 0);
                case Constants.UNIX_DIAG_RQLEN -> {
                    received = number(value, 0);
                    // otherwise it is memory, and not bytes: the far side knows those
                    sent = state == SocketTable.State.LISTENING ? number(value, Integer.BYTES) : SocketTable.UNKNOWN;
                }
                default -> {}
            }
            at += aligned(bytes);
        }
        if (kind == Sockets.Kind.DATAGRAM && peer == SocketTable.UNKNOWN) {
            state = SocketTable.State.UNCONNECTED; // "established" only means that somebody connected to it
        }
        return new SocketTable.Entry(kind, name, null, state, number(message, Unix.INODE), peer, uid, received, sent);
    }

    /** What stands there is {@code struct sockaddr_un} without its family. */
    private static SocketName unixName(MemorySegment text, Arena arena) {
        MemorySegment address = arena.allocate(Short.BYTES + text.byteSize(), Short.BYTES);
        address.set(SHORT, 0, (short) Constants.AF_UNIX);
        MemorySegment.copy(text, 0, address, Short.BYTES, text.byteSize());
        return SocketName.decode(address, (int) address.byteSize());
    }

    private static SocketTable.@Nullable Entry tcp(MemorySegment message) {
        SocketTable.State state = SocketTable.State.of(message.get(BYTE, Tcp.STATE));
        if (state == null) {
            return null;
        }
        SocketName peer = name(message, Tcp.PEER_ADDRESS, Tcp.PEER_PORT);
        boolean connected = state != SocketTable.State.LISTENING && state != SocketTable.State.UNCONNECTED;
        return new SocketTable.Entry(
                Sockets.Kind.STREAM,
                name(message, Tcp.ADDRESS, Tcp.PORT),
                connected ? peer : null,
                state,
                number(message, Tcp.INODE),
                SocketTable.UNKNOWN,
                number(message, Tcp.UID),
                number(message, Tcp.RECEIVED),
                number(message, Tcp.SENT));
    }

    private static SocketName name(MemorySegment message, long addressAt, long portAt) {
        boolean six = message.get(BYTE, 0) == Constants.AF_INET6;
        byte[] bytes = message.asSlice(addressAt, six ? 16 : 4).toArray(BYTE);
        int port = Short.toUnsignedInt(message.get(SocketName.Layout.PORT, portAt));
        return SocketName.internet(bytes, message.get(INT, Tcp.INTERFACE), port);
    }

    private static long number(MemorySegment message, long at) {
        return Integer.toUnsignedLong(message.get(INT, at));
    }
}
