package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.AddressException;
import dev.naru.channels.Connection;
import dev.naru.channels.ConnectionOptions;
import dev.naru.channels.DatagramPort;
import dev.naru.channels.Endpoints;
import dev.naru.channels.Fifo;
import dev.naru.channels.ListenOptions;
import dev.naru.channels.MessageConnection;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.channels.Received;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import dev.naru.linux.Sockets;
import dev.naru.memory.Broadcast;
import dev.naru.memory.Ring;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Opens the ends of a relay by their addresses. */
final class RelayEnds {
    private final Context context;
    private final Duration timeout;
    private final TopicEnds topics;

    /**
     * So.
     *
     * @param timeout how long a far side is waited for
     */
    RelayEnds(Context context, Duration timeout, TopicEnds topics) {
        this.context = context;
        this.timeout = timeout;
        this.topics = topics;
    }

    /** Where there are no topics. */
    static RelayEnds ofSockets(Context context, Duration timeout) {
        return new RelayEnds(context, timeout, new TopicEnds(context, new StoreOption(), new Bound.Beginning(), false));
    }

    /** Standard output alone. */
    RelayEnd openOutput() throws IOException, InterruptedException, CliException {
        context.out().flush();
        new Pump(context).requireStandardStream(Pump.STANDARD_OUTPUT);
        return new RelayEnd.Bytes(null, Endpoints.openWriter(new Address.Standard()), RelayEnd.Kind.STANDARD);
    }

    /** Where the relay reads, and, if that end can, writes too. */
    RelayEnd openFrom(Address address) throws IOException, InterruptedException, CliException {
        return switch (address) {
            case Address.Fd fd -> {
                new Pump(context).requireInherited(fd);
                yield isSocket(fd)
                        ? RelayEnd.Bytes.of(Connection.of(Descriptor.borrow(fd.number())))
                        : new RelayEnd.Bytes(Endpoints.openReader(address), null, RelayEnd.Kind.ORDINARY);
            }
            case Address.FifoPath fifo ->
                new RelayEnd.Bytes(
                        Fifo.open(fifo.path()).openReader(timeout).orElseThrow(() -> late(address)),
                        null,
                        RelayEnd.Kind.ORDINARY);
            case Address.Ring ring -> ringReader(ring);
            case Address.Topic topic -> topics.reader(topic);
            case Address.Unix unix
            when unix.kind() == Sockets.Kind.DATAGRAM -> port(DatagramPort.bind(unix, ListenOptions.usual()));
            default -> openBoth(address);
        };
    }

    /** Where the relay writes, and, if that end can, reads too. */
    RelayEnd openTo(Address address) throws IOException, InterruptedException, CliException {
        return switch (address) {
            case Address.Fd fd -> {
                new Pump(context).requireInherited(fd);
                yield isSocket(fd)
                        ? RelayEnd.Bytes.of(Connection.of(Descriptor.borrow(fd.number())))
                        : new RelayEnd.Bytes(null, Endpoints.openWriter(address), RelayEnd.Kind.ORDINARY);
            }
            case Address.FifoPath fifo ->
                new RelayEnd.Bytes(
                        null,
                        Fifo.open(fifo.path()).openWriter(timeout).orElseThrow(() -> late(address)),
                        RelayEnd.Kind.ORDINARY);
            case Address.Ring ring -> ringWriter(ring);
            case Address.Topic topic -> topics.writer(topic);
            case Address.Unix unix
            when unix.kind() == Sockets.Kind.DATAGRAM -> {
                MessageConnection connection = connected(unix);
                yield new RelayEnd.Whole(null, outlet(connection, address), connection);
            }
            default -> openBoth(address);
        };
    }

    /** A socket that we were started with goes both ways. */
    private static boolean isSocket(Address.Fd fd) {
        try {
            return Descriptor.borrow(fd.number()).type() == FileStatus.Type.SOCKET;
        } catch (ErrnoException notOpen) {
            return false; // which opening it says
        }
    }

    private RelayEnd openBoth(Address address) throws IOException, InterruptedException, CliException {
        return switch (address) {
            case Address.Standard _ -> standard();
            case Address.Tcp _ -> RelayEnd.Bytes.of(stream(address));
            case Address.Unix unix when unix.kind() == Sockets.Kind.STREAM -> RelayEnd.Bytes.of(stream(address));
            case Address.Unix unix -> messages(connected(unix));
            case Address.Pipe _ -> throw new AddressException(address.toString(), "an anonymous pipe cannot be opened");
            case Address.Memory _ ->
                throw new AddressException(address.toString(), "memory has neither bytes in order nor messages");
            case Address.Lock _ -> throw new AddressException(address.toString(), "nothing passes through a lock");
            case Address.Fd _, Address.FifoPath _, Address.Ring _, Address.Topic _ -> throw new AssertionError(address);
        };
    }

    private RelayEnd standard() throws IOException, InterruptedException, CliException {
        context.out().flush();
        Pump pump = new Pump(context);
        pump.requireStandardStream(Pump.STANDARD_INPUT);
        pump.requireStandardStream(Pump.STANDARD_OUTPUT);
        RelayEnd.Kind kind =
                Descriptor.borrow(Pump.STANDARD_INPUT).isTerminal() ? RelayEnd.Kind.TERMINAL : RelayEnd.Kind.STANDARD;
        Address address = new Address.Standard();
        return new RelayEnd.Bytes(Endpoints.openReader(address), Endpoints.openWriter(address), kind);
    }

    private Connection stream(Address address) throws IOException, InterruptedException, CliException {
        return Connection.connect(address, ConnectionOptions.usual(), timeout).orElseThrow(() -> late(address));
    }

    private MessageConnection connected(Address address) throws IOException, InterruptedException, CliException {
        return MessageConnection.connect(address, ConnectionOptions.usual(), timeout)
                .orElseThrow(() -> late(address));
    }

    private static CliException late(Address address) {
        return new CliException(Problem.TIMED_OUT, address.toString());
    }

    /** Both ways. */
    static RelayEnd messages(MessageConnection connection) {
        Inlet in = () -> {
            try (Received received = connection.receiveMessage()) {
                return Message.from(received.bytes(), received.sender().orElse(null));
            } catch (ErrnoException refused) {
                return endOr(refused);
            }
        };
        return new RelayEnd.Whole(in, outlet(connection, connection.toString()), connection);
    }

    /** From anybody. */
    static RelayEnd port(DatagramPort port) {
        Inlet in = () -> {
            try (Received received = port.receiveMessage()) {
                return Message.from(received.bytes(), received.sender().orElse(null));
            }
        };
        return new RelayEnd.Whole(in, null, port);
    }

    private static @Nullable Message endOr(ErrnoException refused) throws ErrnoException {
        if (refused.problem() == Problem.ENDED) {
            return null;
        }
        throw refused;
    }

    private static Outlet outlet(MessageSender sender, Address address) {
        return outlet(sender, address.toString());
    }

    private static Outlet outlet(MessageSender sender, String target) {
        return message -> {
            byte[] bytes = message.bytes();
            if (bytes.length > sender.maxMessage()) {
                throw ErrnoException.of(
                        Problem.MESSAGE_TOO_LONG,
                        Errno.EMSGSIZE.number(),
                        "send",
                        target,
                        sender.maxMessage() + " B",
                        bytes.length + " B");
            }
            sender.send(ByteBuffer.wrap(bytes));
        };
    }

    private static RelayEnd ringReader(Address.Ring ring) throws IOException {
        return RingKinds.open(() -> reader(Ring.open(ring)), () -> reader(Broadcast.open(ring)));
    }

    private static RelayEnd reader(Ring ring) throws IOException {
        return opened(ring, ring::reader);
    }

    private static RelayEnd reader(Broadcast ring) throws IOException {
        return opened(ring, ring::reader);
    }

    private static RelayEnd opened(Closeable ring, RingKinds.Opening<? extends MessageReceiver> opening)
            throws IOException {
        try {
            MessageReceiver receiver = opening.open();
            return new RelayEnd.Whole(() -> Message.of(receiver.receive()), null, ring);
        } catch (IOException | RuntimeException refused) {
            ring.close();
            throw refused;
        }
    }

    private static RelayEnd ringWriter(Address.Ring ring) throws IOException {
        return RingKinds.open(() -> writer(Ring.open(ring), ring), () -> writer(Broadcast.open(ring), ring));
    }

    private static RelayEnd writer(Ring ring, Address address) throws IOException {
        return written(ring, ring::writer, address);
    }

    private static RelayEnd writer(Broadcast ring, Address address) throws IOException {
        return written(ring, ring::writer, address);
    }

    private static RelayEnd written(Closeable ring, RingKinds.Opening<? extends MessageSender> opening, Address address)
            throws IOException {
        try {
            return new RelayEnd.Whole(null, outlet(opening.open(), address), ring);
        } catch (IOException | RuntimeException refused) {
            ring.close();
            throw refused;
        }
    }
}
