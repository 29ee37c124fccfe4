package dev.naru.rpc.snippets;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.naru.rpc.RpcChannel;
import dev.naru.rpc.RpcServer;
import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.BindableService;
import java.io.IOException;

/** What the documents show. */
final class RpcSnippets {
    private RpcSnippets() {}

    static void server(BindableService greeter) throws IOException, InterruptedException {
        // @start region="server"
        try (RpcServer server = RpcServer.listen("rpc:/greeter", greeter)) {
            server.awaitTermination();
        }
        // @end
    }

    static GreetReply client(GreetRequest request) {
        // @start region="client"
        try (RpcChannel channel = RpcChannel.connect("rpc:/greeter")) {
            return GreeterGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(50, MILLISECONDS)
                    .greet(request);
        }
        // @end
    }
}
