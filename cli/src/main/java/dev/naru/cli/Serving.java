package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.DatagramPort;
import dev.naru.channels.ListenOptions;
import dev.naru.channels.Listener;
import dev.naru.channels.MessageConnection;
import dev.naru.channels.MessageListener;
import dev.naru.linux.Sockets;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Semaphore;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Listens at a socket and serves who comes: one, one after the other, or many at once. Its file goes when a signal ends it. */
final class Serving {
    private final Context context;
    private final Address address;
    private final ListenOptions options;

    Serving(Context context, Address address, ListenOptions options) {
        this.context = context;
        this.address = address;
        this.options = options;
    }

    /** Whether nobody connects there, as datagrams come by themselves. */
    static boolean isPort(Address address) {
        return address instanceof Address.Unix unix && unix.kind() == Sockets.Kind.DATAGRAM;
    }

    /** Refuses what nobody connects to. */
    static void requireSocket(CommandSpec spec, Address address) {
        if (!(address instanceof Address.Unix) && !(address instanceof Address.Tcp)) {
            throw new ParameterException(spec.commandLine(), address + " is no socket: nobody can connect to it");
        }
    }

    /** What is done with one. */
    @FunctionalInterface
    interface Handler {
        /** Serves one, and closes it. */
        void serve(RelayEnd end) throws IOException, InterruptedException, CliException;
    }

    /** Where those come from. */
    private interface Acceptor {
        RelayEnd accept() throws IOException, InterruptedException;
    }

    /** Something that has to be done while it listens. */
    private interface Step {
        void go(Acceptor acceptor) throws IOException, InterruptedException, CliException;
    }

    /** The first one alone. */
    void one(Handler handler) throws IOException, InterruptedException, CliException {
        listening(acceptor -> handler.serve(acceptor.accept()));
    }

    /** One after the other, until it is interrupted; the failure of one is told. */
    void oneByOne(Handler handler) throws IOException, InterruptedException, CliException {
        listening(acceptor -> {
            while (true) {
                tell(acceptor.accept(), handler);
            }
        });
    }

    /** So many at once, each in a thread of its own; who comes when all are taken waits. */
    void many(int most, Handler handler) throws IOException, InterruptedException, CliException {
        Semaphore places = new Semaphore(most);
        listening(acceptor -> {
            while (true) {
                places.acquire();
                RelayEnd end = acceptor.accept();
                var _ = Thread.ofVirtual().start(() -> {
                    try {
                        tell(end, handler);
                    } catch (CliException | InterruptedException over) {
                        context.say(address + ": " + over.getMessage());
                    } finally {
                        places.release();
                    }
                });
            }
        });
    }

    private void tell(RelayEnd end, Handler handler) throws CliException, InterruptedException {
        try {
            handler.serve(end);
        } catch (ClosedChannelException closed) {
            context.say(address + ": closed");
        } catch (IOException | RuntimeException failed) {
            context.say(address + ": " + failed.getMessage());
        }
    }

    private void listening(Step step) throws IOException, InterruptedException, CliException {
        switch (address) {
            case Address.Unix unix
            when unix.kind() == Sockets.Kind.SEQPACKET -> {
                try (MessageListener listener = MessageListener.listen(address, options);
                        ShutdownHook _ = closing(listener)) {
                    listens(listener.address());
                    step.go(() -> RelayEnds.messages(said(listener.accept())));
                }
            }
            case Address.Unix unix
            when unix.kind() == Sockets.Kind.DATAGRAM -> {
                try (DatagramPort port = DatagramPort.bind(address, options);
                        ShutdownHook _ = closing(port)) {
                    listens(port.address());
                    step.go(() -> RelayEnds.port(port));
                }
            }
            default -> {
                try (Listener listener = Listener.listen(address, options);
                        ShutdownHook _ = closing(listener)) {
                    listens(listener.address());
                    step.go(() -> RelayEnd.Bytes.of(said(listener.accept())));
                }
            }
        }
    }

    private static ShutdownHook closing(Closeable listener) throws InterruptedException {
        return ShutdownHook.register(() -> {
            try {
                listener.close();
            } catch (IOException left) {
                // the process ends
            }
        });
    }

    private void listens(Address where) {
        context.say("listens at " + where);
    }

    private Connection said(Connection connection) throws IOException {
        if (address instanceof Address.Unix) {
            sayWho(connection.credentials());
        } else {
            context.say("connected: " + connection.peer());
        }
        return connection;
    }

    private MessageConnection said(MessageConnection connection) throws IOException {
        sayWho(connection.credentials());
        return connection;
    }

    private void sayWho(Sockets.Credentials who) {
        context.say("connected: pid " + who.pid() + ", uid " + who.uid() + ", gid " + who.gid());
    }
}
