package dev.naru.cli;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import com.google.rpc.ErrorInfo;
import dev.naru.cli.example.FerryGrpc;
import dev.naru.cli.example.Landing;
import dev.naru.cli.example.Passage;
import dev.naru.cli.example.harbour.Berth;
import dev.naru.cli.example.harbour.CraneGrpc;
import dev.naru.rpc.RpcServer;
import dev.naru.rpc.RpcServerBuilder;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A server in a process of its own, which prints where it is and what happens to it. */
final class RpcPeer {
    private RpcPeer() {}

    /** At the address of the first argument, with reflection of the second (v1, v1alpha, none, two), and TLS by two files more. */
    @SuppressWarnings("deprecation") // of before v1
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ServerCredentials credentials = arguments.length < 4
                ? InsecureServerCredentials.create()
                : TlsServerCredentials.create(new File(arguments[2]), new File(arguments[3]));
        RpcServerBuilder builder = RpcServer.builder(arguments[0], credentials)
                .addService(new Ferry())
                .addService(new Crane())
                .addService(new HealthStatusManager().getHealthService())
                .intercept(new Greeting());
        List<BindableService> more = switch (arguments[1]) {
            case "v1" -> List.of(ProtoReflectionServiceV1.newInstance());
            case "v1alpha" -> List.of(ProtoReflectionService.newInstance());
            case "two" -> List.of(ProtoReflectionServiceV1.newInstance(), new OtherFerry());
            default -> List.of();
        };
        more.forEach(builder::addService);
        try (RpcServer server = builder.build().start()) {
            say(server.address());
            server.awaitTermination();
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Answers the headers that tests send. */
    private static final class Greeting implements ServerInterceptor {
        private static final Metadata.Key<String> TEXT = Metadata.Key.of("x-flag", Metadata.ASCII_STRING_MARSHALLER);
        private static final Metadata.Key<byte[]> BYTES =
                Metadata.Key.of("x-flag-bin", Metadata.BINARY_BYTE_MARSHALLER);

        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            Metadata answered = new Metadata();
            String text = headers.get(TEXT);
            byte[] bytes = headers.get(BYTES);
            if (text != null) {
                answered.put(TEXT, text + "!");
            }
            if (bytes != null) {
                answered.put(BYTES, bytes);
            }
            return next.startCall(
                    new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<A, B>(call) {
                        @Override
                        public void sendHeaders(Metadata sent) {
                            sent.merge(answered);
                            super.sendHeaders(sent);
                        }

                        @Override
                        public void close(Status status, Metadata trailers) {
                            trailers.merge(answered);
                            super.close(status, trailers);
                        }
                    },
                    headers);
        }
    }

    private static final class Ferry extends FerryGrpc.FerryImplBase {
        private static Landing landing(String text, Passage passage) {
            return Landing.newBuilder().setText(text).setPassage(passage).build();
        }

        @Override
        public void cross(Passage passage, StreamObserver<Landing> landings) {
            if (passage.getWho().startsWith("never")) {
                ((ServerCallStreamObserver<Landing>) landings)
                        .setOnCancelHandler(() -> say("cancelled: " + passage.getWho()));
                say("waits: " + passage.getWho());
                return;
            }
            landings.onNext(landing("<" + passage.getWho() + "> & \"co\"", passage));
            landings.onCompleted();
        }

        @Override
        public void crossOften(Passage passage, StreamObserver<Landing> landings) {
            for (int i = 0; i < passage.getTimes(); i++) {
                landings.onNext(Landing.newBuilder()
                        .setText(passage.getWho() + " " + i)
                        .setExtra(Any.pack(Berth.newBuilder().setNumber(i).build()))
                        .build());
            }
            landings.onCompleted();
        }

        @Override
        public StreamObserver<Passage> crossAll(StreamObserver<Landing> landings) {
            List<String> who = new ArrayList<>();
            return passages(passage -> who.add(passage.getWho()), () -> {
                landings.onNext(
                        Landing.newBuilder().setText(String.join(" and ", who)).build());
                landings.onCompleted();
            });
        }

        @Override
        public StreamObserver<Passage> crossEach(StreamObserver<Landing> landings) {
            return passages(
                    passage -> landings.onNext(
                            Landing.newBuilder().setText(passage.getWho()).build()),
                    landings::onCompleted);
        }

        private static StreamObserver<Passage> passages(Consumer<Passage> each, Runnable end) {
            return new StreamObserver<>() {
                @Override
                public void onNext(Passage passage) {
                    each.accept(passage);
                }

                @Override
                public void onError(Throwable gone) {
                    say("cancelled");
                }

                @Override
                public void onCompleted() {
                    end.run();
                }
            };
        }

        @Override
        public void sink(Passage passage, StreamObserver<Landing> landings) {
            landings.onError(StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                    .setCode(Status.Code.FAILED_PRECONDITION.value())
                    .setMessage("it has a hole\nbelow")
                    .addDetails(Any.pack(ErrorInfo.newBuilder()
                            .setReason("HOLE")
                            .setDomain("ferry")
                            .build()))
                    .addDetails(Any.pack(Berth.newBuilder().setNumber(7).build()))
                    .addDetails(Any.newBuilder().setTypeUrl("type.googleapis.com/of.Nobody"))
                    .build()));
        }

        @Override
        public void ring(Empty nothing, StreamObserver<Landing> landings) {
            landings.onNext(Landing.newBuilder().setText("ding").build());
            landings.onCompleted();
        }
    }

    private static final class Crane extends CraneGrpc.CraneImplBase {
        @Override
        public void lift(Berth berth, StreamObserver<Berth> berths) {
            berths.onNext(berth);
            berths.onCompleted();
        }
    }

    private static final class OtherFerry extends dev.naru.cli.example.harbour.FerryGrpc.FerryImplBase {}
}
