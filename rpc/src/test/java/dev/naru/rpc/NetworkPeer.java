package dev.naru.rpc;

import com.google.protobuf.ByteString;
import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A server in a process of its own: at the address of its first argument, with the certificate and the key of two more. */
final class NetworkPeer {
    private NetworkPeer() {}

    /** Says where it listens, and goes on until its standard input ends. */
    public static void main(String[] arguments) throws IOException {
        ServerCredentials credentials = arguments.length < 3
                ? InsecureServerCredentials.create()
                : TlsServerCredentials.create(new File(arguments[1]), new File(arguments[2]));
        try (RpcServer server = RpcServer.builder(arguments[0], credentials)
                .addService(new Greeter())
                .build()
                .start()) {
            System.out.println(server.address());
            var _ = System.in.readAllBytes();
        }
        System.out.println("closed");
    }

    /** Greets in each of the four ways, and says whether on a virtual thread. */
    static final class Greeter extends GreeterGrpc.GreeterImplBase {
        private static GreetReply reply(String name, ByteString payload) {
            return GreetReply.newBuilder()
                    .setText("hello " + name
                            + (Thread.currentThread().isVirtual()
                                    ? ", virtually"
                                    : ", from " + Thread.currentThread().getName()))
                    .setPayload(payload)
                    .build();
        }

        @Override
        public void greet(GreetRequest request, StreamObserver<GreetReply> replies) {
            replies.onNext(reply(request.getName(), request.getPayload()));
            replies.onCompleted();
        }

        @Override
        public void greetOften(GreetRequest request, StreamObserver<GreetReply> replies) {
            for (int i = 0; i < request.getTimes(); i++) {
                replies.onNext(reply(request.getName() + " " + i, ByteString.EMPTY));
            }
            if (request.getTimes() > 0) {
                replies.onCompleted(); // otherwise it never ends by itself
            }
        }

        @Override
        public StreamObserver<GreetRequest> greetAll(StreamObserver<GreetReply> replies) {
            List<String> names = new ArrayList<>();
            return new Requests(replies) {
                @Override
                public void onNext(GreetRequest request) {
                    names.add(request.getName());
                }

                @Override
                void ended() {
                    replies.onNext(reply(String.join(" and ", names), ByteString.EMPTY));
                }
            };
        }

        @Override
        public StreamObserver<GreetRequest> greetEach(StreamObserver<GreetReply> replies) {
            return new Requests(replies) {
                @Override
                public void onNext(GreetRequest request) {
                    replies.onNext(reply(request.getName(), request.getPayload()));
                }

                @Override
                void ended() {}
            };
        }
    }

    private abstract static class Requests implements StreamObserver<GreetRequest> {
        private final StreamObserver<GreetReply> replies;

        Requests(StreamObserver<GreetReply> replies) {
            this.replies = replies;
        }

        abstract void ended();

        @Override
        public void onError(Throwable cancelled) {
            // the client has gone
        }

        @Override
        public void onCompleted() {
            ended();
            replies.onCompleted();
        }
    }
}
