package dev.naru.rpc;

import dev.naru.memory.testing.Talk;
import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;

/** A process that calls the server at an address: one call for each line, which it answers by what came of it. */
final class FarClient {
    private FarClient() {}

    static List<String> command(String address) {
        return FarServer.java(FarClient.class, address);
    }

    static Talk start(String address) throws IOException {
        return Talk.start(command(address));
    }

    public static void main(String[] arguments) throws Exception {
        try (RpcChannel channel = RpcChannel.connect(arguments[0])) {
            for (String line = IO.readln(); line != null; line = IO.readln()) {
                GreetRequest request = GreetRequest.newBuilder().setName(line).build();
                if (line.startsWith("open")) {
                    open(channel, request);
                } else {
                    IO.println(greet(channel, request));
                }
            }
        }
    }

    private static String greet(RpcChannel channel, GreetRequest request) {
        try {
            return GreeterGrpc.newBlockingStub(channel).greet(request).getText();
        } catch (StatusRuntimeException refused) {
            return refused.getMessage();
        }
    }

    /** Begins a call that stays open, and says so when it is answered there. */
    private static void open(RpcChannel channel, GreetRequest request) {
        GreeterGrpc.newStub(channel)
                .greetEach(new StreamObserver<>() {
                    @Override
                    public void onNext(GreetReply reply) {
                        IO.println(reply.getText());
                    }

                    @Override
                    public void onError(Throwable thrown) {
                        IO.println(thrown.getMessage());
                    }

                    @Override
                    public void onCompleted() {
                        IO.println("completed");
                    }
                })
                .onNext(request);
    }
}
