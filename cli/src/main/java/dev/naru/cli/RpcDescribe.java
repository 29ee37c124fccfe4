package dev.naru.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru rpc describe}. */
@Command(name = "describe", description = "Show services, or what has a name in them, as a .proto file has it.")
final class RpcDescribe implements Callable<Integer> {
    private final Context context;

    @Mixin
    private RpcOptions options = new RpcOptions();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "SYMBOL",
            description =
                    "A service, method, message, enum or field: its name, or the end of it where that is one's alone"
                            + " (default: all services).")
    private @Nullable String symbol;

    @Option(names = "--json", description = "One JSON object a line and symbol.")
    private boolean json;

    RpcDescribe(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        return RpcSession.run(context, options, session -> RpcTables.describe(context, session, symbol, json));
    }
}
