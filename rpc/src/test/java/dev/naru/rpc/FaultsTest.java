package dev.naru.rpc;

import static dev.naru.rpc.Answers.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.naru.channels.Address;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Talk;
import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpc.util.MutableHandlerRegistry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What users' code does wrong, and calls that end at a bad moment: one call ends, and the connection goes on. */
@ExtendWith(NoLeaks.class)
class FaultsTest {
    private final String address = Places.unused();

    @AfterEach
    void remove() throws Exception {
        Places.remove(address);
    }

    private static String greet(RpcChannel channel, String name) {
        return GreeterGrpc.newBlockingStub(channel)
                .withDeadlineAfter(1, TimeUnit.MINUTES)
                .greet(request(name))
                .getText();
    }

    @Test
    void anExecutorThatRefusesOrThrowsEndsItsCalls() throws Exception {
        for (RuntimeException thrown :
                new RuntimeException[] {new RejectedExecutionException(), new NullPointerException()}) {
            AtomicBoolean refuses = new AtomicBoolean();
            try (RpcServer _ = RpcServer.builder(address)
                            .addService(new Greeting())
                            .executor(task -> {
                                if (refuses.get()) {
                                    throw thrown;
                                }
                                task.run();
                            })
                            .build()
                            .start();
                    RpcChannel channel = RpcChannel.connect(address)) {
                assertThat(greet(channel, "a")).isEqualTo("hello, a");
                refuses.set(true);
                assertThatThrownBy(() -> greet(channel, "b"))
                        .hasMessageContaining("RESOURCE_EXHAUSTED: the server's executor refuses the call");
                refuses.set(false);
                assertThat(greet(channel, "c")).isEqualTo("hello, c");
                Answers end = new Answers();
                GreeterGrpc.newStub(channel)
                        .withExecutor(_ -> {
                            throw thrown;
                        })
                        .greet(request("d"), end);
                assertThat(end.end.get().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(greet(channel, "e")).isEqualTo("hello, e");
            }
        }
    }

    @Test
    void deadlinesOfMicrosecondsHarmNoOtherCall() throws Exception {
        try (Talk server = FarServer.start(address);
                RpcChannel channel = RpcChannel.connect(address)) {
            Answers end = new Answers();
            StreamObserver<GreetRequest> innocent = GreeterGrpc.newStub(channel).greetEach(end);
            innocent.onNext(request("x"));
            var stub = GreeterGrpc.newBlockingStub(channel);
            int late = 0;
            for (int i = 0; i < 2_000; i++) {
                try {
                    GreetReply _ = stub.withDeadlineAfter(1 + i % 200, TimeUnit.MICROSECONDS)
                            .greet(request("y"));
                } catch (RuntimeException refused) {
                    assertThat(Status.fromThrowable(refused).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
                    late++;
                }
            }
            assertThat(late).isPositive();
            innocent.onCompleted();
            assertThat(end.end.get().isOk()).isTrue();
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    void aDrainedConnectionEndsWhenItsAnswersAreSent() throws Exception {
        for (int round = 0; round < 10; round++) {
            try (RpcServer server = RpcServer.builder(address)
                            .ringBytes(ServerSettings.LEAST_RING)
                            .addService(new Greeting())
                            .build()
                            .start();
                    RpcChannel channel = RpcChannel.connect(address)) {
                CompletableFuture<Status> end = new CompletableFuture<>();
                CompletableFuture<Boolean> first = new CompletableFuture<>();
                int[] count = {0};
                ClientCall<GreetRequest, GreetReply> call =
                        channel.newCall(GreeterGrpc.getGreetOftenMethod(), CallOptions.DEFAULT);
                call.start(
                        new ClientCall.Listener<>() {
                            @Override
                            public void onMessage(GreetReply reply) {
                                count[0]++;
                                first.complete(true);
                            }

                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                end.complete(status);
                            }
                        },
                        new Metadata());
                call.request(1_000);
                call.sendMessage(GreetRequest.newBuilder()
                        .setTimes(25)
                        .setPayload(ByteString.copyFrom(new byte[7_900]))
                        .build());
                call.halfClose();
                assertThat(first.get()).isTrue();
                var _ = server.shutdown();
                assertThat(end.get()).isEqualTo(Status.OK);
                assertThat(count[0]).isEqualTo(25);
                server.awaitTermination();
            }
        }
    }

    @Test
    void aCallWhoseEndWaitsForRoomCanBeCancelled() throws Exception {
        Greeting greeting = new Greeting();
        try (RpcServer server = RpcServer.listen(address, greeting);
                RpcChannel channel = RpcChannel.connect(address)) {
            ClientCall<GreetRequest, GreetReply> call =
                    channel.newCall(GreeterGrpc.getGreetOftenMethod(), CallOptions.DEFAULT);
            CompletableFuture<Boolean> first = new CompletableFuture<>();
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onMessage(GreetReply reply) {
                            first.complete(true);
                        }
                    },
                    new Metadata());
            call.request(1);
            call.sendMessage(GreetRequest.newBuilder() // one more than the window lets through
                    .setName("waiting")
                    .setTimes(2)
                    .setPayload(ByteString.copyFrom(new byte[300_000]))
                    .build());
            call.halfClose();
            assertThat(first.get()).isTrue();
            call.cancel("enough", null);
            assertThat(greet(channel, "x")).isEqualTo("hello, x");
            var _ = server.shutdown();
            server.awaitTermination(); // no call is left
        }
    }

    @Test
    void aFilterThatRefusesLetsNobodyInAndLeavesNothing() throws Exception {
        AtomicBoolean refuses = new AtomicBoolean(true);
        ServerTransportFilter filter = new ServerTransportFilter() {
            @Override
            public Attributes transportReady(Attributes attributes) {
                if (refuses.get()) {
                    throw new IllegalStateException("not you");
                }
                return attributes;
            }

            @Override
            public void transportTerminated(Attributes attributes) {
                throw new IllegalStateException("nor goes it quietly");
            }
        };
        try (RpcServer _ = RpcServer.builder(address)
                        .addService(new Greeting())
                        .addTransportFilter(filter)
                        .build()
                        .start();
                RpcChannel channel = RpcChannel.connect(address)) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> greet(channel, "x")).hasMessageContaining("PERMISSION_DENIED");
            }
            refuses.set(false);
            assertThat(greet(channel, "y")).isEqualTo("hello, y");
        } // NoLeaks looks for descriptors
    }

    @Test
    void aRegistryIsAskedEachTimeAndItsFaultsAreOneCalls() throws Exception {
        MutableHandlerRegistry registry = new MutableHandlerRegistry();
        AtomicBoolean throwing = new AtomicBoolean();
        ServerStreamTracer.Factory tracers = new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                if (throwing.get()) {
                    throw new IllegalStateException("a tracer");
                }
                return new ServerStreamTracer() {};
            }
        };
        try (RpcServer _ = RpcServer.builder(address)
                        .fallbackHandlerRegistry(registry)
                        .addStreamTracerFactory(tracers)
                        .build()
                        .start();
                RpcChannel channel = RpcChannel.connect(address)) {
            assertThatThrownBy(() -> greet(channel, "x")).hasMessageContaining("UNIMPLEMENTED");
            var _ = registry.addService(new Greeting());
            assertThat(greet(channel, "y")).isEqualTo("hello, y");
            throwing.set(true);
            assertThatThrownBy(() -> greet(channel, "z")).hasMessageContaining("INTERNAL: a registry or tracer");
            throwing.set(false);
            assertThat(greet(channel, "a")).isEqualTo("hello, a");
        }
    }

    @Test
    void aCallbackThatWaitsForACallOnTheReadingThreadIsToldSo() throws Exception {
        try (Talk server = FarServer.start(address);
                RpcChannel channel =
                        RpcChannel.builder(address).directExecutor().build()) {
            CompletableFuture<Status> inner = new CompletableFuture<>();
            GreeterGrpc.newStub(channel).greet(request("outer"), new StreamObserver<>() {
                @Override
                public void onNext(GreetReply reply) {
                    try {
                        inner.completeExceptionally(new AssertionError(greet(channel, "inner")));
                    } catch (RuntimeException refused) {
                        inner.complete(Status.fromThrowable(refused));
                    }
                }

                @Override
                public void onError(Throwable thrown) {
                    inner.completeExceptionally(thrown);
                }

                @Override
                public void onCompleted() {}
            });
            assertThat(inner.get().getDescription()).contains("give it another executor");
            assertThat(greet(channel, "x")).isEqualTo("hello, x");
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    void aConnectionHasSoManyCallsAndTheLimitIsNamed() throws Exception {
        try (RpcServer _ = RpcServer.builder(address)
                        .maxConcurrentCallsPerConnection(3)
                        .addService(new Greeting())
                        .build()
                        .start();
                RpcChannel channel = RpcChannel.connect(address)) {
            for (int i = 0; i < 3; i++) {
                GreeterGrpc.newStub(channel).greetEach(new Answers()).onNext(request("x"));
            }
            assertThatThrownBy(() -> greet(channel, "y"))
                    .hasMessageContaining("RESOURCE_EXHAUSTED: the connection has all of its 3 calls");
            var _ = channel.shutdownNow();
        }
    }

    @Test
    void whoTakesNoAnswersGetsNoMoreOfThem() throws Exception {
        try (RpcServer _ = RpcServer.builder(address)
                .ringBytes(ServerSettings.LEAST_RING)
                .addService(new Greeting())
                .build()
                .start()) {
            Rendezvous.Agreed agreed = Rendezvous.connect((Address.Rpc) Address.parse(address), Duration.ofMinutes(1));
            try (var socket = agreed.socket();
                    var toServer = agreed.toServer();
                    var toClient = agreed.toClient();
                    var writer = toServer.writer()) {
                assertThat(socket.isOpen()).isTrue();
                assertThat(toClient.lanes()).isOne();
                int sent = 0;
                byte[] begin = beginning();
                while (!isHeldBack()) { // the server reads no more, since nobody takes what it keeps
                    ByteBuffer frame = ByteBuffer.wrap(begin).order(ByteOrder.LITTLE_ENDIAN);
                    frame.putInt(FrameLayout.CALL_AT, 1 + sent); // another call
                    sent += writer.trySend(frame) ? 1 : 0;
                }
                assertThat(sent).isLessThan(100_000);
            }
            Await.until(
                    "the thread of the connection is gone",
                    () -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().equals("naru-rpc-server")));
        }
    }

    private static boolean isHeldBack() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().equals("naru-rpc-server"))
                .anyMatch(each -> Arrays.stream(each.getValue())
                        .anyMatch(frame -> frame.getMethodName().equals("awaitLessThan")
                                && each.getKey().getState() == Thread.State.WAITING));
    }

    /** A call of a method that is not there, each of which is answered. */
    private static byte[] beginning() {
        FrameWriter frame = new FrameWriter();
        frame.begin(1, FrameLayout.BEGIN, FrameLayout.NAMED);
        frame.putLong(FrameLayout.NO_TIMEOUT);
        frame.putInt(FrameLayout.NO_METHOD);
        int lengthAt = frame.length();
        frame.putInt(0);
        frame.putText("x".repeat(1_000));
        frame.putText("");
        frame.putText("");
        frame.putText("");
        frame.putInt(0);
        frame.setInt(lengthAt, frame.length() - lengthAt - Integer.BYTES);
        return Arrays.copyOf(frame.bytes(), frame.length());
    }
}
