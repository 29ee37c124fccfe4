package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.NativeText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a socket is bound, or connected to: unix(7), ip(7), ipv6(7).
 *
 * <p>Immutable.
 */
public sealed interface SocketName {
    /** The longest path of a socket, in bytes; one more is for the NUL at its end. */
    int MOST_PATH_BYTES = 107;

    /**
     * A Unix socket with a file.
     *
     * @param path its place in a file system
     */
    record UnixFile(Path path) implements SocketName {
        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * A Unix socket in the abstract namespace, which is the network namespace's own: no file, and gone with the socket.
     *
     * @param name of 1 to 107 bytes as UTF-8
     */
    record UnixAbstract(String name) implements SocketName {
        @Override
        public String toString() {
            return "unix:@" + name;
        }
    }

    /** A Unix socket that has no name, as a client's mostly. */
    record UnixUnnamed() implements SocketName {
        @Override
        public String toString() {
            return "unix:";
        }
    }

    /**
     * An address and port of IPv4 or IPv6.
     *
     * @param address resolved
     */
    record Internet(InetSocketAddress address) implements SocketName {
        /** Refuses a host that was not looked up. */
        public Internet {
            if (address.isUnresolved()) {
                throw new IllegalArgumentException("not resolved: " + address);
            }
        }

        @Override
        public String toString() {
            return "tcp:" + InternetText.of(address.getAddress()) + ":" + address.getPort();
        }
    }

    /** AF_UNIX, AF_INET or AF_INET6. */
    default int domain() {
        return switch (this) {
            case UnixFile _, UnixAbstract _, UnixUnnamed _ -> Constants.AF_UNIX;
            case Internet(InetSocketAddress address) ->
                address.getAddress() instanceof Inet6Address ? Constants.AF_INET6 : Constants.AF_INET;
        };
    }

    /** {@code struct sockaddr}, of which all bytes count. */
    static MemorySegment encode(SocketName name, Arena arena) throws ErrnoException {
        return switch (name) {
            case UnixFile(Path path) -> {
                MemorySegment text = NativeText.of(path, arena);
                requireFits(text.byteSize() - 1, name);
                yield unix(text, 0, arena);
            }
            case UnixAbstract(String text) -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                requireFits(bytes.length, name);
                yield unix(MemorySegment.ofArray(bytes), 1, arena); // behind a NUL, and with none at its end
            }
            case UnixUnnamed _ -> unix(MemorySegment.ofArray(new byte[0]), 0, arena);
            case Internet(InetSocketAddress address) -> internet(address, arena);
        };
    }

    private static void requireFits(long bytes, SocketName name) throws ErrnoException {
        if (bytes > MOST_PATH_BYTES) {
            throw ErrnoException.of(
                    Problem.SOCKET_NAME_TOO_LONG,
                    Errno.ENAMETOOLONG.number(),
                    "bind",
                    name.toString(),
                    MOST_PATH_BYTES + " B",
                    bytes + " B");
        }
    }

    private static MemorySegment unix(MemorySegment text, int at, Arena arena) {
        MemorySegment address = arena.allocate(Short.BYTES + at + text.byteSize(), Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) Constants.AF_UNIX);
        MemorySegment.copy(text, 0, address, Short.BYTES + (long) at, text.byteSize());
        return address;
    }

    private static MemorySegment internet(InetSocketAddress from, Arena arena) {
        byte[] bytes = from.getAddress().getAddress();
        boolean six = from.getAddress() instanceof Inet6Address;
        MemorySegment address = arena.allocate(six ? Layout.INET6_BYTES : Layout.INET_BYTES, Integer.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) (six ? Constants.AF_INET6 : Constants.AF_INET));
        address.set(Layout.PORT, Short.BYTES, (short) from.getPort());
        MemorySegment.copy(
                bytes,
                0,
                address,
                ValueLayout.JAVA_BYTE,
                six ? Layout.INET6_ADDRESS : Layout.INET_ADDRESS,
                bytes.length);
        if (from.getAddress() instanceof Inet6Address scoped) {
            address.set(ValueLayout.JAVA_INT, Layout.INET6_SCOPE, scoped.getScopeId());
        }
        return address;
    }

    /**
     * What the kernel wrote.
     *
     * @param length how much of it counts
     */
    static SocketName decode(MemorySegment address, int length) {
        if (length < Short.BYTES) {
            return new UnixUnnamed();
        }
        int family = address.get(ValueLayout.JAVA_SHORT, 0);
        return switch (family) {
            case Constants.AF_INET -> internet(address, Layout.INET_ADDRESS, 4, 0);
            case Constants.AF_INET6 ->
                internet(address, Layout.INET6_ADDRESS, 16, address.get(ValueLayout.JAVA_INT, Layout.INET6_SCOPE));
            case Constants.AF_UNIX -> unix(address.asSlice(Short.BYTES, length - Short.BYTES));
            default -> throw new IllegalArgumentException("a socket of family " + family);
        };
    }

    private static SocketName unix(MemorySegment text) {
        byte[] bytes = text.toArray(ValueLayout.JAVA_BYTE);
        if (bytes.length == 0) {
            return new UnixUnnamed();
        }
        if (bytes[0] == 0) {
            return new UnixAbstract(new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8));
        }
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new UnixFile(NativeText.path(bytes, end));
    }

    private static SocketName internet(MemorySegment address, long at, int size, int scope) {
        byte[] bytes = address.asSlice(at, size).toArray(ValueLayout.JAVA_BYTE);
        return internet(bytes, scope, Short.toUnsignedInt(address.get(Layout.PORT, Short.BYTES)));
    }

    /**
     * The name of those bytes of an address.
     *
     * @param scope the number of an interface, which counts only where the address is of one; or 0
     */
    static SocketName internet(byte[] bytes, int scope, int port) {
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            if (scope != 0 && address instanceof Inet6Address && address.isLinkLocalAddress()) {
                address = Inet6Address.getByAddress(null, bytes, scope);
            }
            return new Internet(new InetSocketAddress(address, port));
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Of {@code struct sockaddr_in} and {@code sockaddr_in6}. */
    final class Layout {
        static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
        static final long INET_ADDRESS = 4;
        static final long INET_BYTES = 16;
        static final long INET6_ADDRESS = 8;
        static final long INET6_SCOPE = 24;
        static final long INET6_BYTES = 28;

        /** Room for any: {@code struct sockaddr_storage}. */
        static final long ANY_BYTES = 128;

        private Layout() {}
    }
}
