package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * socket(7): the steps of the classic model, each as the kernel has it. A server makes a socket, binds it to a name, listens and
 * accepts; a client makes one and connects. Then both read and write by the {@link Descriptor}.
 *
 * <p>Every socket made here has O_CLOEXEC, and one that is to be bound or connected is non-blocking. Thread-safe.
 */
public final class Sockets {
    private static final int FLAGS = Constants.SOCK_NONBLOCK | Constants.SOCK_CLOEXEC;

    private Sockets() {}

    /** How bytes go through a socket. */
    public enum Kind {
        /** As a stream of bytes. */
        STREAM(Constants.SOCK_STREAM, "stream"),
        /** As messages, each by itself. */
        DATAGRAM(Constants.SOCK_DGRAM, "dgram"),
        /** As messages of a connection, in order. */
        SEQPACKET(Constants.SOCK_SEQPACKET, "seqpacket");

        private final int type;
        private final String word;

        Kind(int type, String word) {
            this.type = type;
            this.word = word;
        }

        /** What addresses and lists call it. */
        public String word() {
            return word;
        }

        /** Null for a type that we do not know. */
        static @Nullable Kind of(int type) {
            for (Kind kind : values()) {
                if (kind.type == type) {
                    return kind;
                }
            }
            return null;
        }
    }

    /**
     * Who is on the far side, as the kernel knows: what it was when it connected, or listened.
     *
     * @param pid in this process's namespace; 0 when it is not in it
     * @param uid its effective user
     * @param gid its effective group
     */
    public record Credentials(int pid, int uid, int gid) {}

    /**
     * Two sockets that are connected to each other.
     *
     * @param one either
     * @param other the other one
     */
    public record Pair(Descriptor one, Descriptor other) {}

    /**
     * socket(2): one of the family of that name.
     *
     * @param name where it is to be bound or connected
     */
    public static Descriptor create(SocketName name, Kind kind) throws ErrnoException {
        int number = SocketCalls.socket(name.domain(), kind.type | FLAGS, 0);
        return Descriptor.adopt(require(number, "socket", name.toString()));
    }

    /** socketpair(2), of Unix. */
    public static Pair pair(Kind kind) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
            int _ = require(
                    SocketCalls.socketpair(Constants.AF_UNIX, kind.type | FLAGS, 0, ends), "socketpair", "unix:");
            return new Pair(
                    Descriptor.adopt(ends.getAtIndex(ValueLayout.JAVA_INT, 0)),
                    Descriptor.adopt(ends.getAtIndex(ValueLayout.JAVA_INT, 1)));
        }
    }

    /**
     * bind(2).
     *
     * @throws ErrnoException {@link Problem#ADDRESS_IN_USE}, also when a file of that name is there, whatever it is;
     *     {@link Problem#SOCKET_NAME_TOO_LONG}
     */
    public static void bind(Descriptor socket, SocketName name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = SocketName.encode(name, arena);
            int answer = SocketCalls.bind(socket.number(), address, (int) address.byteSize());
            int _ = require(answer, "bind", name.toString());
        }
    }

    /**
     * listen(2).
     *
     * @param backlog how many connections may wait to be accepted; the kernel has a bound, {@code net.core.somaxconn}
     */
    public static void listen(Descriptor socket, int backlog, String target) throws ErrnoException {
        int _ = require(SocketCalls.listen(socket.number(), backlog), "listen", target);
    }

    /** accept4(2), without waiting if the socket is non-blocking; what it accepts is blocking: the number of a descriptor that the caller {@linkplain Descriptor#adopt adopts}, or a negated errno. */
    public static int accept(Descriptor socket) {
        return SocketCalls.accept4(socket.number(), MemorySegment.NULL, MemorySegment.NULL, Constants.SOCK_CLOEXEC);
    }

    /** connect(2) without waiting: 0, or a negated errno. EINPROGRESS: when it is writable, {@link #pendingError} says what came of it. */
    public static int connect(Descriptor socket, SocketName name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = SocketName.encode(name, arena);
            return SocketCalls.connect(socket.number(), address, (int) address.byteSize());
        }
    }

    /**
     * Whether a file is that of a socket to which nobody is bound any more, or is gone. Nobody notices that it is asked: a living socket
     * refuses a datagram socket as one of another kind, and only a dead one's file refuses the connection.
     *
     * @throws ErrnoException {@link Problem#DENIED} when it may not be known
     */
    public static boolean isLeft(SocketName.UnixFile name) throws ErrnoException {
        try {
            if (FileStatus.ofLink(name.path()).type() != FileStatus.Type.SOCKET) {
                return false;
            }
        } catch (ErrnoException gone) {
            if (gone.problem() == Problem.NOT_FOUND) {
                return true; // its server has ended just now
            }
            throw gone;
        }
        try (Descriptor probe = create(name, Kind.DATAGRAM)) {
            int answer = connect(probe, name);
            if (answer == -Constants.EACCES) {
                throw ErrnoException.of(Constants.EACCES, "connect", name.toString());
            }
            return answer == -Errno.ECONNREFUSED.number();
        }
    }

    /** What became of a connect that was under way: 0, or an errno. Asking clears it. */
    public static int pendingError(Descriptor socket, String target) throws ErrnoException {
        return option(socket, Constants.SOL_SOCKET, Constants.SO_ERROR, "getsockopt(SO_ERROR)", target);
    }

    /** Where it is bound: for port 0 the one that the kernel chose (getsockname(2)). */
    public static SocketName name(Descriptor socket, String target) throws ErrnoException {
        return ask(SocketCalls::getsockname, socket, "getsockname", target);
    }

    /** Where the far side is (getpeername(2)). */
    public static SocketName peer(Descriptor socket, String target) throws ErrnoException {
        return ask(SocketCalls::getpeername, socket, "getpeername", target);
    }

    private interface NameCall {
        int call(int number, MemorySegment address, MemorySegment length);
    }

    private static SocketName ask(NameCall call, Descriptor socket, String name, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SocketName.Layout.ANY_BYTES, Long.BYTES);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) address.byteSize());
            int _ = require(call.call(socket.number(), address, length), name, target);
            return SocketName.decode(address, length.get(ValueLayout.JAVA_INT, 0));
        }
    }

    /** Who is on the far side of a connected Unix socket (SO_PEERCRED). */
    public static Credentials credentials(Descriptor socket, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(ValueLayout.JAVA_INT, 3);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) words.byteSize());
            int answer =
                    SocketCalls.getsockopt(socket.number(), Constants.SOL_SOCKET, Constants.SO_PEERCRED, words, length);
            int _ = require(answer, "getsockopt(SO_PEERCRED)", target);
            return new Credentials(
                    words.getAtIndex(ValueLayout.JAVA_INT, 0),
                    words.getAtIndex(ValueLayout.JAVA_INT, 1),
                    words.getAtIndex(ValueLayout.JAVA_INT, 2));
        }
    }

    /**
     * From now on each message on this Unix socket comes with the credentials of who sent it (SO_PASSCRED), also an empty one: that tells it
     * from the end.
     */
    public static void passCredentials(Descriptor socket, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            int answer = SocketCalls.setsockopt(
                    socket.number(), Constants.SOL_SOCKET, Constants.SO_PASSCRED, on, Integer.BYTES);
            int _ = require(answer, "setsockopt(SO_PASSCRED)", target);
        }
    }

    /** shutdown(2): no more is sent; the far side reads to the end. */
    public static void shutdownOutput(Descriptor socket, String target) throws ErrnoException {
        int _ = require(SocketCalls.shutdown(socket.number(), Constants.SHUT_WR), "shutdown", target);
    }

    /** shutdown(2): nothing more is received. */
    public static void shutdownInput(Descriptor socket, String target) throws ErrnoException {
        int _ = require(SocketCalls.shutdown(socket.number(), Constants.SHUT_RD), "shutdown", target);
    }

    /** What may be set of a socket. */
    public enum Option {
        /** An address may be bound again at once, though connections of its last owner linger. */
        REUSE_ADDRESS(Constants.SOL_SOCKET, Constants.SO_REUSEADDR, "SO_REUSEADDR"),
        /** Bytes that wait to be sent; the kernel doubles what is asked for, and has a bound, {@code net.core.wmem_max}. */
        SEND_BUFFER(Constants.SOL_SOCKET, Constants.SO_SNDBUF, "SO_SNDBUF"),
        /** Bytes that wait to be read; likewise, {@code net.core.rmem_max}. */
        RECEIVE_BUFFER(Constants.SOL_SOCKET, Constants.SO_RCVBUF, "SO_RCVBUF"),
        /** An idle connection is looked after. */
        KEEP_ALIVE(Constants.SOL_SOCKET, Constants.SO_KEEPALIVE, "SO_KEEPALIVE"),
        /** What is written is sent at once, and not gathered. */
        NO_DELAY(Constants.IPPROTO_TCP, Constants.TCP_NODELAY, "TCP_NODELAY");

        private final int level;
        private final int name;
        private final String word;

        Option(int level, int name, String word) {
            this.level = level;
            this.name = name;
            this.word = word;
        }
    }

    /** Sets an option: a number, or 0 and 1. */
    public static void set(Descriptor socket, Option option, int value, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_INT, value);
            int answer = SocketCalls.setsockopt(socket.number(), option.level, option.name, word, Integer.BYTES);
            int _ = require(answer, "setsockopt(" + option.word + ")", target);
        }
    }

    /** An option as it is now. */
    public static int get(Descriptor socket, Option option, String target) throws ErrnoException {
        return option(socket, option.level, option.name, "getsockopt(" + option.word + ")", target);
    }

    private static int option(Descriptor socket, int level, int name, String call, String target)
            throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
            int _ = require(SocketCalls.getsockopt(socket.number(), level, name, word, length), call, target);
            return word.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private static int require(int answer, String call, String target) throws ErrnoException {
        if (answer < 0) {
            throw ErrnoException.of(-answer, call, target);
        }
        return answer;
    }
}
