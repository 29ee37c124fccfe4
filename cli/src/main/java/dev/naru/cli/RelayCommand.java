package dev.naru.cli;

import dev.naru.channels.Address;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru relay}. */
@Command(
        name = "relay",
        description = {
            "Join two addresses: what comes from FROM goes to TO, and back where both can.",
            "Both are any of - (the standard streams), fd:N, fifo:PATH, unix:PATH, unix:@NAME, tcp:HOST:PORT,"
                    + " ring:NAME and topic:NAME; a unix: address also with ?type=seqpacket or ?type=dgram.",
            "It ends when both have ended; with --listen it goes on with the next who connects."
        })
final class RelayCommand implements Callable<Integer> {
    private final Context context;

    @Mixin
    private FramingOption framing = new FramingOption();

    @Mixin
    private ListenOption listening = new ListenOption();

    @Mixin
    private StoreOption store = new StoreOption();

    @Mixin
    private ConnectWait waiting = new ConnectWait();

    @Parameters(
            index = "0",
            arity = "1",
            paramLabel = "FROM",
            description = "Where it reads.",
            converter = AnyPlace.class)
    private @Nullable Address from;

    @Parameters(
            index = "1",
            arity = "1",
            paramLabel = "TO",
            description = "Where it writes.",
            converter = AnyPlace.class)
    private @Nullable Address to;

    @Option(
            names = {"-l", "--listen"},
            description = "Listen at FROM, a socket, and join each who connects with TO.")
    private boolean listen;

    @Option(names = "--listen-to", description = "Listen at TO, a socket, and join each who connects with FROM.")
    private boolean listenTo;

    @Option(names = "--once", description = "End after the first who connects.")
    private boolean once;

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "With --listen: so many at once; others wait (default: 1000; of what can be opened once: 1).")
    private int most = Serving.USUAL_MOST;

    @Option(
            names = {"-u", "--one-way"},
            description = "Only from FROM to TO.")
    private boolean oneWay;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description = "Of a topic: where to begin, as in 'naru topic consume' (default: beginning).",
            converter = Bound.Converter.class)
    private Bound start = new Bound.Beginning();

    @Option(
            names = {"-e", "--exit"},
            description = "Of a topic: end where it ends, instead of waiting for more.")
    private boolean exit;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    RelayCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Address source = AnyPlace.required(from);
        Address target = AnyPlace.required(to);
        if (listen && listenTo) {
            throw new ParameterException(spec.commandLine(), "--listen and --listen-to: one of them");
        }
        RelayEnds ends = new RelayEnds(context, waiting.timeout(), new TopicEnds(context, store, start, exit));
        if (listen) {
            serve(source, target, end -> Relay.join(end, ends.openTo(target), framing, oneWay));
        } else if (listenTo) {
            serve(target, source, end -> Relay.join(ends.openFrom(source), end, framing, oneWay));
        } else {
            try (RelayEnd opened = ends.openFrom(source)) {
                Relay.join(opened, ends.openTo(target), framing, oneWay);
            }
        }
        return 0;
    }

    private void serve(Address socket, Address other, Serving.Handler join)
            throws IOException, InterruptedException, CliException {
        Serving.requireSocket(spec, socket);
        Serving.requirePlaces(spec, most);
        Serving serving = new Serving(context, socket, listening.options());
        boolean isOnce = once || other instanceof Address.Standard || other instanceof Address.Fd;
        boolean isShared = other instanceof Address.Socket || other instanceof Address.Topic;
        if (isOnce || Serving.isPort(socket)) {
            serving.one(join);
        } else if (isShared) {
            serving.many(most, join);
        } else {
            serving.oneByOne(join);
        }
    }
}
