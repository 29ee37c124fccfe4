package dev.naru.cli;

import dev.naru.channels.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru socket listen}. */
@Command(
        name = "listen",
        description = {
            "Listen, print what the first sends who connects, and send him standard input.",
            "Where it listens, with the port that the kernel chose for port 0, and who has connected stands on standard error."
        })
final class SocketListen implements Callable<Integer> {
    private final Context context;

    @Mixin
    private FramingOption framing = new FramingOption();

    @Mixin
    private ListenOption listening = new ListenOption();

    @Parameters(
            arity = "1",
            paramLabel = "SOCKET",
            description = SocketPlace.DESCRIPTION,
            converter = SocketPlace.class)
    private @Nullable Address place;

    @Option(
            names = {"-k", "--keep"},
            description = "Go on with the next when one has ended, and only print what they send.")
    private boolean keep;

    @Option(names = "--echo", description = "Send back what comes, to many at once.")
    private boolean echo;

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "With --echo: so many at once; others wait (default: 1000).")
    private int most = Serving.USUAL_MOST;

    @Option(
            names = {"-u", "--one-way"},
            description = "Only print.")
    private boolean oneWay;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    SocketListen(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Address address = AnyPlace.required(place);
        if (echo && (keep || oneWay || Serving.isPort(address))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--echo goes with neither --keep nor --one-way, and datagrams are not sent back");
        }
        Serving.requirePlaces(spec, most);
        Serving serving = new Serving(context, address, listening.options());
        RelayEnds ends = RelayEnds.usual(context, Duration.ZERO, new StoreOption());
        if (echo) {
            serving.many(most, end -> Relay.echo(end, framing));
        } else if (keep && !Serving.isPort(address)) {
            serving.oneByOne(end -> Relay.join(end, ends.openOutput(), framing, true));
        } else {
            serving.one(end -> Relay.join(end, ends.openTo(new Address.Standard()), framing, oneWay));
        }
        return 0;
    }
}
