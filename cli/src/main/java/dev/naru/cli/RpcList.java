package dev.naru.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru rpc list}. */
@Command(
        name = "list",
        description = "List the services of a server, or the methods of a service, each as 'naru rpc call' takes it.")
final class RpcList implements Callable<Integer> {
    private final Context context;

    @Mixin
    private RpcOptions options = new RpcOptions();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "SERVICE",
            description = "Its name, or the end of it where that is one service's alone.")
    private @Nullable String service;

    @Option(names = "--json", description = "One JSON object a line and service or method.")
    private boolean json;

    RpcList(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        return RpcSession.run(context, options, session -> RpcTables.list(context, session, service, json));
    }
}
