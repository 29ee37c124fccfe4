package dev.naru.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru rpc call}. */
@Command(
        name = "call",
        description = {
            "Call a method with messages in JSON, and print what is answered, each as it comes.",
            "A method that takes a stream takes any number of messages, one after the other; any other takes one, and an empty one where"
                    + " there is none.",
            "A status other than OK is one line on standard error, NAME: text, and exit status 76."
        })
final class RpcCall implements Callable<Integer> {
    private final Context context;

    @Mixin
    private RpcOptions options = new RpcOptions();

    @Parameters(
            index = "1",
            arity = "1",
            paramLabel = "SERVICE/METHOD",
            description = "Which; of SERVICE the end will do where that is one service's alone.")
    private String method = "";

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description =
                    "The message, or several (default: those of standard input, which - says too; none of it is read for a"
                            + " method whose message has no fields).")
    private @Nullable String input;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say on standard error which headers and trailers came.")
    private boolean verbose;

    @Option(names = "--emit-defaults", description = "Print fields that have their default value, too.")
    private boolean defaults;

    @Option(names = "--json", description = "One JSON object a line and message.")
    private boolean json;

    RpcCall(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        var print = new RpcExchange.Print(json, defaults, verbose);
        return RpcSession.run(context, options, session -> RpcExchange.run(context, session, method, input, print));
    }
}
