package dev.naru.channels;

import dev.naru.linux.Sockets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where bytes come from or go to, in the one syntax of commands, errors and docs. Parsed once, at the edge.
 *
 * <table>
 * <caption>The kinds so far</caption>
 * <tr><th>text</th><th>is</th></tr>
 * <tr><td>{@code pipe:}</td><td>an anonymous pipe</td></tr>
 * <tr><td>{@code -}</td><td>standard input or output</td></tr>
 * <tr><td>{@code fd:3}</td><td>a descriptor that the process was started with</td></tr>
 * <tr><td>{@code fifo:run/orders}</td><td>a FIFO by its path</td></tr>
 * <tr><td>{@code shm:/quote}</td><td>POSIX shared memory by its name: one slash, in front</td></tr>
 * <tr><td>{@code shm:0x6a01}</td><td>System V shared memory by its key</td></tr>
 * <tr><td>{@code shm:run/quote}</td><td>a file that is mapped, by its path: a slash further on, or none in front</td></tr>
 * <tr><td>{@code sysv:0x6a01}, {@code sysv:65538}, {@code sysv:run/app#7}</td><td>a System V message queue: {@link SystemV}</td></tr>
 * <tr><td>{@code mq:/jobs}</td><td>a POSIX message queue by its name</td></tr>
 * <tr><td>{@code sem:/slots}</td><td>a POSIX semaphore by its name</td></tr>
 * <tr><td>{@code sem:0x6a01}, {@code sem:65538}, {@code sem:run/app#7}</td><td>a set of System V semaphores: {@link SystemV}</td></tr>
 * <tr><td>{@code ring:/orders}, {@code ring:run/orders}</td><td>a ring, by name or in a file</td></tr>
 * <tr><td>{@code lock:/state}, {@code lock:run/state}</td><td>a lock, by name or in a file</td></tr>
 * <tr><td>{@code rwlock:/table}, {@code rwlock:run/table}</td><td>a read-write lock, likewise</td></tr>
 * <tr><td>{@code event:/ready}, {@code event:run/ready}</td><td>an event, likewise</td></tr>
 * <tr><td>{@code barrier:/step}, {@code barrier:run/step}</td><td>a barrier, likewise</td></tr>
 * <tr><td>{@code rpc:/greeter}, {@code rpc:run/greeter}</td><td>an RPC server, by name or by the path of its socket</td></tr>
 * <tr><td>{@code unix:run/app.sock}</td><td>a Unix socket with a file</td></tr>
 * <tr><td>{@code unix:@app}</td><td>a Unix socket in the abstract namespace</td></tr>
 * <tr><td>{@code unix:run/app.sock?type=seqpacket}</td><td>the same for messages of a connection; {@code dgram}: for messages each by
 * itself</td></tr>
 * <tr><td>{@code tcp:127.0.0.1:7000}, {@code tcp:[::1]:7000}, {@code tcp:localhost:7000}</td><td>a TCP socket</td></tr>
 * <tr><td>{@code topic:orders}</td><td>a topic of the store that is at hand</td></tr>
 * <tr><td>{@code topic:data#orders}</td><td>a topic of the store in that directory</td></tr>
 * </table>
 */
public sealed interface Address {
    /** The host in brackets, or else without a colon, and the port. */
    Pattern HOST_AND_PORT = Pattern.compile("(?:\\[([0-9a-fA-F:.]+(?:%[^\\]]+)?)\\]|([^:\\[\\]]*)):([0-9]{1,5})");

    /** An anonymous pipe. */
    record Pipe() implements Address {
        @Override
        public String toString() {
            return "pipe:";
        }
    }

    /** Standard input where something is read, standard output where something is written. */
    record Standard() implements Address {
        @Override
        public String toString() {
            return "-";
        }
    }

    /**
     * A descriptor by number.
     *
     * @param number 0 or more
     */
    record Fd(int number) implements Address {
        /** Refuses what no descriptor has. */
        public Fd {
            if (number < 0) {
                throw new AddressException("fd:" + number, "a descriptor is a number of 0 or more");
            }
        }

        @Override
        public String toString() {
            return "fd:" + number;
        }
    }

    /**
     * A FIFO.
     *
     * @param path where it is
     */
    record FifoPath(Path path) implements Address {
        /** Refuses the empty path. */
        public FifoPath {
            if (path.toString().isEmpty()) {
                throw new AddressException("fifo:", "the path is missing");
            }
        }

        @Override
        public String toString() {
            return "fifo:" + path;
        }
    }

    /** Shared memory, wherever it lies. */
    sealed interface Memory extends Address {}

    /**
     * POSIX shared memory.
     *
     * @param name as shm_open(3) takes it: a slash, and no other
     */
    record MemoryName(String name) implements Memory {
        /** Refuses what is no such name. */
        public MemoryName {
            requireName("shm:", name);
        }

        @Override
        public String toString() {
            return "shm:" + name;
        }
    }

    /**
     * System V shared memory.
     *
     * @param key what its users agree on; 0 is no key
     */
    record MemoryKey(int key) implements Memory {
        /** Refuses IPC_PRIVATE. */
        public MemoryKey {
            if (key == 0) {
                throw new AddressException("shm:0x0", "a key is not 0");
            }
        }

        @Override
        public String toString() {
            return "shm:0x" + Integer.toHexString(key);
        }
    }

    /**
     * A file that is mapped.
     *
     * @param path where it is
     */
    record MemoryFile(Path path) implements Memory {
        /** Refuses the empty path. */
        public MemoryFile {
            if (path.toString().isEmpty()) {
                throw new AddressException("shm:", "the name is missing");
            }
        }

        /** What would be read as a name or a key has {@code ./} or {@code /.} in front. */
        @Override
        public String toString() {
            String text = path.toString();
            if (text.lastIndexOf('/') == 0) {
                return "shm:/." + text;
            }
            return text.startsWith("0x") && text.indexOf('/') < 0 ? "shm:./" + text : "shm:" + text;
        }
    }

    /** A message queue of the kernel. */
    sealed interface Queue extends Address {}

    /**
     * A System V message queue.
     *
     * @param name by what it is found
     */
    record SystemVQueue(SystemV name) implements Queue {
        @Override
        public String toString() {
            return "sysv:" + name;
        }
    }

    /**
     * A POSIX message queue.
     *
     * @param name as mq_open(3) takes it: a slash, and no other
     */
    record PosixQueue(String name) implements Queue {
        /** Refuses what is no such name. */
        public PosixQueue {
            requireName("mq:", name);
        }

        @Override
        public String toString() {
            return "mq:" + name;
        }
    }

    /** A semaphore, or a set of them. */
    sealed interface Semaphore extends Address {}

    /**
     * A set of System V semaphores.
     *
     * @param name by what it is found
     */
    record SystemVSemaphores(SystemV name) implements Semaphore {
        @Override
        public String toString() {
            return "sem:" + name;
        }
    }

    /**
     * A POSIX semaphore.
     *
     * @param name as sem_open(3) takes it: a slash, and no other
     */
    record PosixSemaphore(String name) implements Semaphore {
        /** Refuses what is no such name. */
        public PosixSemaphore {
            requireName("sem:", name);
        }

        @Override
        public String toString() {
            return "sem:" + name;
        }
    }

    /**
     * A ring of either kind.
     *
     * @param place a name, which is one slash and what follows, or else the path of a file
     */
    record Ring(String place) implements Address {
        /** Refuses what is neither. */
        public Ring {
            requirePlace("ring:", place);
        }

        /** Whether it has a name; otherwise it lies in a file. */
        public boolean isNamed() {
            return place.lastIndexOf('/') == 0;
        }

        @Override
        public String toString() {
            return "ring:" + place;
        }
    }

    /**
     * A lock.
     *
     * @param place a name, which is one slash and what follows, or else the path of a file
     */
    record Lock(String place) implements Address {
        /** Refuses what is neither. */
        public Lock {
            requirePlace("lock:", place);
        }

        /** Whether it has a name; otherwise it lies in a file. */
        public boolean isNamed() {
            return place.lastIndexOf('/') == 0;
        }

        @Override
        public String toString() {
            return "lock:" + place;
        }
    }

    /**
     * A read-write lock.
     *
     * @param place a name, which is one slash and what follows, or else the path of a file
     */
    record ReadWriteLock(String place) implements Address {
        /** Refuses what is neither. */
        public ReadWriteLock {
            requirePlace("rwlock:", place);
        }

        /** Whether it has a name; otherwise it lies in a file. */
        public boolean isNamed() {
            return place.lastIndexOf('/') == 0;
        }

        @Override
        public String toString() {
            return "rwlock:" + place;
        }
    }

    /**
     * An event.
     *
     * @param place a name, which is one slash and what follows, or else the path of a file
     */
    record Event(String place) implements Address {
        /** Refuses what is neither. */
        public Event {
            requirePlace("event:", place);
        }

        /** Whether it has a name; otherwise it lies in a file. */
        public boolean isNamed() {
            return place.lastIndexOf('/') == 0;
        }

        @Override
        public String toString() {
            return "event:" + place;
        }
    }

    /**
     * A barrier.
     *
     * @param place a name, which is one slash and what follows, or else the path of a file
     */
    record Barrier(String place) implements Address {
        /** Refuses what is neither. */
        public Barrier {
            requirePlace("barrier:", place);
        }

        /** Whether it has a name; otherwise it lies in a file. */
        public boolean isNamed() {
            return place.lastIndexOf('/') == 0;
        }

        @Override
        public String toString() {
            return "barrier:" + place;
        }
    }

    /**
     * A topic.
     *
     * @param store the directory of its store; null for the one that is at hand
     * @param name its name there
     */
    record Topic(@Nullable Path store, String name) implements Address {
        /** Refuses the empty name and the empty directory. */
        public Topic {
            if (name.isEmpty()) {
                throw new AddressException("topic:" + (store == null ? "" : store + "#"), "the name is missing");
            }
            if (store != null && store.toString().isEmpty()) {
                throw new AddressException("topic:#" + name, "the directory before # is missing");
            }
        }

        /** The same in that store, unless it says which itself. */
        public Topic orIn(Path directory) {
            return store == null ? new Topic(directory, name) : this;
        }

        /** Another one in the same store. */
        public Topic beside(String other) {
            return new Topic(store, other);
        }

        @Override
        public String toString() {
            return "topic:" + (store == null ? "" : store + "#") + name;
        }
    }

    /** A socket. */
    sealed interface Socket extends Address {}

    /** A Unix socket, wherever its name lies. */
    sealed interface Unix extends Socket {
        /** How bytes go through it. */
        Sockets.Kind kind();
    }

    /**
     * A Unix socket with a file.
     *
     * @param path where it is
     * @param kind how bytes go through it
     */
    record UnixFile(Path path, Sockets.Kind kind) implements Unix {
        /** A stream. */
        public UnixFile(Path path) {
            this(path, Sockets.Kind.STREAM);
        }

        /** Refuses the empty path. */
        public UnixFile {
            if (path.toString().isEmpty()) {
                throw new AddressException("unix:", "the path is missing");
            }
        }

        /** What would be read as an abstract name has {@code ./} in front. */
        @Override
        public String toString() {
            return "unix:" + (path.toString().startsWith("@") ? "./" : "") + path
                    + SocketType.suffix(kind, path.toString());
        }
    }

    /**
     * A Unix socket in the abstract namespace.
     *
     * @param name without the NUL in front
     * @param kind how bytes go through it
     */
    record UnixAbstract(String name, Sockets.Kind kind) implements Unix {
        /** A stream. */
        public UnixAbstract(String name) {
            this(name, Sockets.Kind.STREAM);
        }

        /** Refuses the empty name. */
        public UnixAbstract {
            if (name.isEmpty()) {
                throw new AddressException("unix:@", "the name is missing");
            }
        }

        @Override
        public String toString() {
            return "unix:@" + name + SocketType.suffix(kind, name);
        }
    }

    /**
     * A server of remote procedure calls on this machine.
     *
     * @param place a name, which is one slash and what follows, or else the path of the socket at which it is found
     */
    record Rpc(String place) implements Address {
        /** Refuses what is neither. */
        public Rpc {
            requirePlace("rpc:", place);
        }

        /** Whether it has a name; otherwise it has a path. */
        public boolean isNamed() {
            return place.lastIndexOf('/') == 0;
        }

        @Override
        public String toString() {
            return "rpc:" + place;
        }
    }

    /**
     * A TCP socket.
     *
     * @param host a name, or an address of IPv4 or IPv6, without brackets
     * @param port 0 to 65535; 0 is one that the kernel chooses, where somebody listens
     */
    record Tcp(String host, int port) implements Socket {
        private static final int HIGHEST_PORT = 65_535;

        /** Refuses the empty host, and what is no port. */
        public Tcp {
            if (host.isEmpty()) {
                throw new AddressException("tcp::" + port, "the host is missing, such as 127.0.0.1");
            }
            if (port < 0 || port > HIGHEST_PORT) {
                throw new AddressException("tcp:" + host + ":" + port, "a port is a number of 0 to 65535");
            }
        }

        @Override
        public String toString() {
            return "tcp:" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    private static void requireName(String kind, String name) {
        if (name.length() < 2 || name.charAt(0) != '/' || name.indexOf('/', 1) >= 0) {
            throw new AddressException(kind + name, "a name is a slash and what follows, without another slash");
        }
    }

    private static void requirePlace(String kind, String place) {
        if (place.isEmpty() || place.equals("/")) {
            throw new AddressException(kind + place, "the name is missing");
        }
        try {
            Path _ = Path.of(place);
        } catch (InvalidPathException invalid) {
            throw new AddressException(kind + place, invalid.getReason());
        }
    }

    /**
     * Reads an address.
     *
     * @throws AddressException when it has no known kind, or not that kind's form
     */
    static Address parse(String text) {
        if (text.equals("-")) {
            return new Standard();
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new AddressException(text, "it has no kind, such as 'fifo:'");
        }
        String rest = text.substring(colon + 1);
        return switch (text.substring(0, colon)) {
            case "pipe" -> pipe(text, rest);
            case "fd" -> fd(text, rest);
            case "fifo" -> fifo(text, rest);
            case "shm" -> memory(text, rest);
            case "sysv" -> new SystemVQueue(SystemV.parse(text, rest));
            case "mq" -> new PosixQueue(rest);
            case "sem" ->
                rest.lastIndexOf('/') == 0
                        ? new PosixSemaphore(rest)
                        : new SystemVSemaphores(SystemV.parse(text, rest));
            case "ring" -> new Ring(rest);
            case "lock" -> new Lock(rest);
            case "rwlock" -> new ReadWriteLock(rest);
            case "event" -> new Event(rest);
            case "barrier" -> new Barrier(rest);
            case "rpc" -> new Rpc(rest);
            case "topic" -> topic(text, rest);
            case "unix" -> unix(text, rest);
            case "tcp" -> tcp(text, rest);
            case String kind -> throw new AddressException(text, "there is no kind '" + kind + ":'");
        };
    }

    private static Address pipe(String text, String rest) {
        if (!rest.isEmpty()) {
            throw new AddressException(text, "an anonymous pipe has no name");
        }
        return new Pipe();
    }

    private static Address fd(String text, String rest) {
        try {
            if (rest.matches("[0-9]+")) { // parseInt takes signs and other scripts' digits too
                return new Fd(Integer.parseInt(rest));
            }
        } catch (NumberFormatException tooLarge) {
            // said below
        }
        throw new AddressException(text, "a descriptor is a number of 0 or more");
    }

    private static Address unix(String text, String rest) {
        Sockets.Kind kind = SocketType.of(text, rest);
        String place = SocketType.strip(rest);
        if (place.startsWith("@")) {
            return new UnixAbstract(place.substring(1), kind);
        }
        try {
            return new UnixFile(Path.of(place), kind);
        } catch (InvalidPathException invalid) {
            throw new AddressException(text, invalid.getReason());
        }
    }

    private static Address tcp(String text, String rest) {
        Matcher parts = HOST_AND_PORT.matcher(rest);
        if (!parts.matches()) {
            throw new AddressException(text, "write HOST:PORT, and an address of IPv6 in brackets, as in [::1]:7000");
        }
        String inBrackets = parts.group(1);
        return new Tcp(inBrackets == null ? parts.group(2) : inBrackets, Integer.parseInt(parts.group(3)));
    }

    private static Address fifo(String text, String rest) {
        try {
            return new FifoPath(Path.of(rest));
        } catch (InvalidPathException invalid) {
            throw new AddressException(text, invalid.getReason());
        }
    }

    /** No name of a topic has a #, and a directory may. */
    private static Address topic(String text, String rest) {
        int end = rest.lastIndexOf('#');
        if (end < 0) {
            return new Topic(null, rest);
        }
        try {
            return new Topic(Path.of(rest.substring(0, end)), rest.substring(end + 1));
        } catch (InvalidPathException invalid) {
            throw new AddressException(text, invalid.getReason());
        }
    }

    private static Memory memory(String text, String rest) {
        if (rest.lastIndexOf('/') == 0) {
            return new MemoryName(rest);
        }
        if (rest.startsWith("0x") && rest.indexOf('/') < 0) {
            if (!rest.matches("0x[0-9a-fA-F]{1,8}") || rest.matches("0x0+")) {
                throw new AddressException(text, "a key is 0x and at most 8 hexadecimal digits, not 0");
            }
            return new MemoryKey(Integer.parseUnsignedInt(rest.substring(2), 16));
        }
        try {
            return new MemoryFile(Path.of(rest));
        } catch (InvalidPathException invalid) {
            throw new AddressException(text, invalid.getReason());
        }
    }
}
