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
import dev.naru.channels.MessageEnds;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import dev.naru.linux.Sockets;
import java.io.IOException;
import java.time.Duration;

/** Opens the ends of a relay by their addresses. */
final class RelayEnds {
    private final Context context;
    private final Duration timeout;
    private final TopicEnds topics;

    /**
     * Of this command.
     *
     * @param timeout how long a far side is waited for
     */
    RelayEnds(Context context, Duration timeout, TopicEnds topics) {
        this.context = context;
        this.timeout = timeout;
        this.topics = topics;
    }

    /** Where topics, if there are any, are read from their beginning on. */
    static RelayEnds usual(Context context, Duration timeout, StoreOption store) {
        return new RelayEnds(context, timeout, new TopicEnds(context, store, new Bound.Beginning(), false));
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
            case Address.Fd fd -> inherited(fd, true);
            case Address.FifoPath fifo ->
                RelayEnd.Bytes.reading(
                        Fifo.open(fifo.path()).openReader(timeout).orElseThrow(() -> late(address)));
            case Address.Ring _, Address.Queue _ -> {
                MessageReceiver receiver = MessageEnds.receiver(address);
                yield new RelayEnd.Whole(Inlet.of(receiver), null, receiver);
            }
            case Address.Topic topic -> topics.reader(topic);
            case Address.Unix unix
            when unix.kind() == Sockets.Kind.DATAGRAM -> port(DatagramPort.bind(unix, ListenOptions.usual()));
            default -> openBoth(address);
        };
    }

    /** Where the relay writes, and, if that end can, reads too. */
    RelayEnd openTo(Address address) throws IOException, InterruptedException, CliException {
        return switch (address) {
            case Address.Fd fd -> inherited(fd, false);
            case Address.FifoPath fifo ->
                RelayEnd.Bytes.writing(
                        Fifo.open(fifo.path()).openWriter(timeout).orElseThrow(() -> late(address)));
            case Address.Ring _, Address.Queue _ -> {
                MessageSender sender = MessageEnds.sender(address);
                yield new RelayEnd.Whole(null, Outlet.of(sender, address.toString()), sender);
            }
            case Address.Topic topic -> topics.writer(topic);
            case Address.Unix unix
            when unix.kind() == Sockets.Kind.DATAGRAM -> {
                MessageConnection connection = connected(unix);
                yield new RelayEnd.Whole(null, Outlet.of(connection, address.toString()), connection);
            }
            default -> openBoth(address);
        };
    }

    /** A descriptor that we were started with; a socket goes both ways. */
    private RelayEnd inherited(Address.Fd fd, boolean reads) throws IOException, InterruptedException, CliException {
        new Pump(context).requireInherited(fd);
        if (isSocket(fd)) {
            return RelayEnd.Bytes.of(Connection.of(Descriptor.borrow(fd.number())));
        }
        return reads
                ? RelayEnd.Bytes.reading(Endpoints.openReader(fd))
                : RelayEnd.Bytes.writing(Endpoints.openWriter(fd));
    }

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
            case Address.Lock _, Address.ReadWriteLock _, Address.Semaphore _, Address.Event _, Address.Barrier _ ->
                throw new AddressException(address.toString(), "nothing passes through it");
            case Address.Rpc _ ->
                throw new AddressException(address.toString(), "it takes calls, not bytes: use 'naru rpc call'");
            case Address.Fd _, Address.FifoPath _, Address.Ring _, Address.Queue _, Address.Topic _ ->
                throw new AssertionError(address);
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
        return new RelayEnd.Whole(Inlet.of(connection), Outlet.of(connection, connection.toString()), connection);
    }

    /** From anybody. */
    static RelayEnd port(DatagramPort port) {
        return new RelayEnd.Whole(Inlet.of(port), null, port);
    }
}
