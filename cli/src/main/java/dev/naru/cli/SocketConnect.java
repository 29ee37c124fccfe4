package dev.naru.cli;

import dev.naru.channels.Address;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru socket connect}. */
@Command(
        name = "connect",
        description = {
            "Connect, send standard input and print what comes.",
            "At the end of standard input the far side is told so, and its answer is waited for. Messages are lines."
        })
final class SocketConnect implements Callable<Integer> {
    private final Context context;

    @Mixin
    private FramingOption framing = new FramingOption();

    @Mixin
    private ConnectWait waiting = new ConnectWait();

    @Parameters(
            arity = "1",
            paramLabel = "SOCKET",
            description = SocketPlace.DESCRIPTION,
            converter = SocketPlace.class)
    private @Nullable Address place;

    @Option(
            names = {"-u", "--one-way"},
            description = "Only send.")
    private boolean oneWay;

    SocketConnect(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        RelayEnds ends = RelayEnds.usual(context, waiting.timeout(), new StoreOption());
        try (RelayEnd far = ends.openTo(AnyPlace.required(place))) {
            Relay.join(ends.openFrom(new Address.Standard()), far, framing, oneWay);
        }
        return 0;
    }
}
