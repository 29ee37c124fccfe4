package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.DatagramPort;
import dev.naru.channels.ListenOptions;
import dev.naru.channels.Listener;
import dev.naru.channels.MessageConnection;
import dev.naru.channels.MessageListener;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.Sockets;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Semaphore;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Listens at a socket and serves who comes: one, one after the other, or many at once. Its file goes when a signal ends it. */
final class Serving {
    /** How many are served at once, unless the command line says otherwise. */
    static final int USUAL_MOST = 1_000;

    private static final long PAUSE_MILLIS = 100;

    private final Context context;
    private final Address address;
    private volatile boolean ending;
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
        if (!(address instanceof Address.Socket)) {
            throw new ParameterException(spec.commandLine(), address + " is no socket: nobody can connect to it");
        }
    }

    /** Refuses {@code --most} when it is less than one. */
    static void requirePlaces(CommandSpec spec, int most) {
        if (most < 1) {
            throw new ParameterException(spec.commandLine(), "--most " + most + ": it is below 1");
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

        /** Goes on after what passes: no descriptors or memory for now, or a network that is down. */
        default RelayEnd next(Serving serving) throws IOException, InterruptedException {
            String said = "";
            while (true) {
                try {
                    return accept();
                } catch (ErrnoException refused) {
                    if (!refused.summary().equals(said)) {
                        said = refused.summary();
                        serving.context.say(said);
                    }
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
        }
    }

    /** Something that has to be done while it listens. */
    private interface Step {
        void go(Acceptor acceptor) throws IOException, InterruptedException, CliException;
    }

    /** The first one alone. */
    void one(Handler handler) throws IOException, InterruptedException, CliException {
        listening(acceptor -> {
            try (RelayEnd end = acceptor.next(this)) {
                handler.serve(end);
            }
        });
    }

    /** One after the other, until it is interrupted; the failure of one is told. */
    void oneByOne(Handler handler) throws IOException, InterruptedException, CliException {
        listening(acceptor -> {
            while (true) {
                tell(acceptor.next(this), handler);
            }
        });
    }

    /** So many at once, each in a thread of its own; who comes when all are taken waits. */
    void many(int most, Handler handler) throws IOException, InterruptedException, CliException {
        Semaphore places = new Semaphore(most);
        listening(acceptor -> {
            while (true) {
                places.acquire();
                RelayEnd end = acceptor.next(this);
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

    /** Whatever happens to one concerns him alone, unless nobody has our output any more. */
    private void tell(RelayEnd end, Handler handler) throws CliException, InterruptedException {
        try (end) {
            handler.serve(end);
        } catch (CliException failed) {
            if (failed.problem() == Problem.OUTPUT_CLOSED || failed.problem() == Problem.OUTPUT_LOST) {
                throw failed;
            }
            context.say(address + ": " + failed.getMessage());
        } catch (IOException | RuntimeException | OutOfMemoryError failed) {
            context.say(address + ": " + failed);
        }
    }

    private void listening(Step step) throws IOException, InterruptedException, CliException {
        try {
            listeningAt(step);
        } catch (ClosedChannelException closed) {
            if (ending) { // by the signal, and the status is its own
                throw new InterruptedException();
            }
            throw closed;
        }
    }

    private void listeningAt(Step step) throws IOException, InterruptedException, CliException {
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

    private ShutdownHook closing(Closeable listener) throws InterruptedException {
        return ShutdownHook.register(() -> {
            ending = true;
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

    private Connection said(Connection connection) {
        sayWho(() -> address instanceof Address.Unix
                ? words(connection.credentials())
                : connection.peer().toString());
        return connection;
    }

    private MessageConnection said(MessageConnection connection) {
        sayWho(() -> words(connection.credentials()));
        return connection;
    }

    /** Who it is, which is not known of one that has gone again. */
    private interface Who {
        String ask() throws IOException;
    }

    private void sayWho(Who who) {
        String words;
        try {
            words = who.ask();
        } catch (IOException goneAlready) {
            words = "somebody who has gone already";
        }
        context.say("connected: " + words);
    }

    private static String words(Sockets.Credentials who) {
        return "pid " + who.pid() + ", uid " + who.uid() + ", gid " + who.gid();
    }
}
