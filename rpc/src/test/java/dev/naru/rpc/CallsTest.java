package dev.naru.rpc;

import static dev.naru.rpc.Answers.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.Talk;
import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Calls of generated stubs to the server of another process: what gRPC promises of them. */
@ExtendWith(NoLeaks.class)
class CallsTest {
    private static final String ADDRESS = Places.unused();
    private static Talk server;

    private RpcChannel channel;
    private GreeterGrpc.GreeterBlockingStub stub;

    @BeforeAll
    static void start() throws Exception {
        server = FarServer.start(ADDRESS);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        Places.remove(ADDRESS);
    }

    @BeforeEach
    void connect() {
        channel = RpcChannel.builder(ADDRESS).maxInboundMessageSize(128 << 20).build();
        stub = GreeterGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void close() {
        channel.close();
        assertThat(channel.isTerminated()).isTrue();
    }

    private static Status.Code codeOf(Throwable thrown) {
        return Status.fromThrowable(thrown).getCode();
    }

    /** Keeps what comes. */
    private static final class Collected extends Answers {
        private final List<String> texts = new ArrayList<>();

        /** All of it, when it has come; fails as the call does. */
        private final CompletableFuture<List<String>> all = new CompletableFuture<>();

        @Override
        public void onNext(GreetReply reply) {
            texts.add(reply.getText());
            super.onNext(reply);
        }

        @Override
        public void onError(Throwable thrown) {
            all.completeExceptionally(thrown);
            super.onError(thrown);
        }

        @Override
        public void onCompleted() {
            all.complete(texts);
            super.onCompleted();
        }
    }

    @Test
    void allFourKindsOfCalls() throws Exception {
        assertThat(stub.greet(request("a")).getText()).isEqualTo("hello, a");
        assertThat(stub.greetOften(
                        GreetRequest.newBuilder().setName("b").setTimes(3).build()))
                .toIterable()
                .extracting(GreetReply::getText)
                .containsExactly("hello, b 0", "hello, b 1", "hello, b 2");
        Collected one = new Collected();
        StreamObserver<GreetRequest> all = GreeterGrpc.newStub(channel).greetAll(one);
        all.onNext(request("c"));
        all.onNext(request("d"));
        all.onCompleted();
        assertThat(one.all.get()).containsExactly("hello, c and d");
        Collected many = new Collected();
        StreamObserver<GreetRequest> each = GreeterGrpc.newStub(channel).greetEach(many);
        each.onNext(request("e"));
        each.onNext(request("f"));
        each.onCompleted();
        assertThat(many.all.get()).containsExactly("hello, e", "hello, f");
    }

    @Test
    void aMessageOf64MebibytesAndMoreGoesBothWays() {
        byte[] bytes = new byte[(64 << 20) + 77];
        for (int i = 0; i < bytes.length; i += 4_093) {
            bytes[i] = (byte) (i * 31);
        }
        GreetRequest large =
                GreetRequest.newBuilder().setPayload(ByteString.copyFrom(bytes)).build();
        assertThat(stub.greet(large).getPayload()).isEqualTo(large.getPayload());
        assertThat(stub.withCompression("gzip").greet(large).getPayload()).isEqualTo(large.getPayload());
    }

    @Test
    void anEmptyMessageIsAMessage() {
        assertThat(stub.greet(GreetRequest.getDefaultInstance()).getText()).isEqualTo("hello, ");
    }

    @Test
    void aMessageThatIsTooLongEndsItsCallAndNothingElse() {
        GreetRequest large = GreetRequest.newBuilder()
                .setPayload(ByteString.copyFrom(new byte[1 << 20]))
                .build();
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub.withMaxInboundMessageSize(1 << 10).greet(large));
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refused).hasMessageContaining("exceeds maximum size 1024 B: raise maxInboundMessageSize");
        assertThat(stub.greet(request("x")).getText()).isEqualTo("hello, x");
    }

    @Test
    void metadataAreLimitedAndTheLimitIsNamed() {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("large", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(9_000));
        assertThatThrownBy(() -> stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .greet(request("x")))
                .hasMessageContaining("RESOURCE_EXHAUSTED")
                .hasMessageContaining("raise maxInboundMetadataSize");
        headers.put(Metadata.Key.of("larger", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(1 << 20));
        assertThatThrownBy(() -> stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .greet(request("x")))
                .hasMessageContaining("RESOURCE_EXHAUSTED");
        assertThat(stub.greet(request("x")).getText()).isEqualTo("hello, x");
    }

    @Test
    void aDeadlineEndsACallOnBothSides() throws Exception {
        String answered = "";
        for (int millis = 20; answered.isEmpty(); millis *= 2) { // until one is answered before it is over
            Collected never = new Collected();
            GreeterGrpc.newStub(channel)
                    .withDeadlineAfter(millis, MILLISECONDS)
                    .greetEach(never)
                    .onNext(request("deadline" + millis));
            assertThatThrownBy(never.all::get).hasMessageContaining("DEADLINE_EXCEEDED");
            answered = never.first.get();
        }
        assertThat(server.say(answered.substring("hello, ".length())).line()).isEqualTo("cancelled");
    }

    @Test
    void aCancelledCallIsCancelledThereToo() throws Exception {
        CompletableFuture<Status> end = new CompletableFuture<>();
        ClientCall<GreetRequest, GreetReply> call =
                channel.newCall(GreeterGrpc.getGreetEachMethod(), CallOptions.DEFAULT);
        CompletableFuture<GreetReply> first = new CompletableFuture<>();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(GreetReply message) {
                        first.complete(message);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(request("cancel"));
        assertThat(first.get().getText()).isEqualTo("hello, cancel");
        call.cancel("enough", new IllegalStateException("cause"));
        assertThat(end.get().getCode()).isEqualTo(Status.Code.CANCELLED);
        assertThat(end.get().getDescription()).isEqualTo("enough");
        assertThat(server.say("cancel").line()).isEqualTo("cancelled");
    }

    @Test
    void aContextThatIsCancelledCancelsItsCalls() throws Exception {
        Collected never = new Collected();
        try (Context.CancellableContext context = Context.current().withCancellation()) {
            context.run(() -> GreeterGrpc.newStub(channel).greetEach(never).onNext(request("context")));
            assertThat(never.first.get()).isEqualTo("hello, context");
        }
        assertThatThrownBy(never.all::get).hasMessageContaining("CANCELLED");
        assertThat(server.say("context").line()).isEqualTo("cancelled");
    }

    @Test
    void anInterruptEndsACallThatIsWaitedFor() throws Exception {
        Task<Throwable> waiting = Task.start(ThreadKind.PLATFORM, () -> {
            try {
                Thread.currentThread().interrupt();
                return new AssertionError(stub.greet(request("x")));
            } catch (StatusRuntimeException ended) {
                return ended;
            }
        });
        assertThat(codeOf(waiting.result())).isEqualTo(Status.Code.CANCELLED);
        assertThat(stub.greet(request("y")).getText()).isEqualTo("hello, y");
    }

    @Test
    void aMethodThatIsNotThereIsSaidToBe() {
        var missing = GreeterGrpc.getGreetMethod().toBuilder()
                .setFullMethodName("dev.naru.rpc.example.Greeter/Missing")
                .build();
        for (int time = 0; time < 2; time++) { // by its name, and by its number
            assertThatThrownBy(() -> io.grpc.stub.ClientCalls.blockingUnaryCall(
                            channel, missing, CallOptions.DEFAULT, request("x")))
                    .hasMessageContaining("UNIMPLEMENTED: Method not found: dev.naru.rpc.example.Greeter/Missing");
        }
    }

    @Test
    void thousandsOfCallsAreUnderWayOnOneConnection() throws Exception {
        List<StreamObserver<GreetRequest>> open = new ArrayList<>();
        List<Collected> answers = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            Collected answer = new Collected();
            answers.add(answer);
            open.add(GreeterGrpc.newStub(channel).greetEach(answer));
        }
        for (int i = 0; i < open.size(); i++) {
            open.get(i).onNext(request("" + i));
        }
        open.forEach(StreamObserver::onCompleted);
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).all.get()).containsExactly("hello, " + i);
        }
    }

    @Test
    void threadsThatWaitTellEachOtherWhatCame() throws Exception {
        List<Task<Integer>> callers = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
            String name = "c" + caller;
            callers.add(Task.start(ThreadKind.PLATFORM, () -> {
                int right = 0;
                for (int i = 0; i < 300; i++) {
                    String text = stub.greet(request(name + i)).getText();
                    right += text.equals("hello, " + name + i) ? 1 : 0;
                }
                return right;
            }));
        }
        ListenableFuture<List<GreetReply>> beside = Futures.allAsList(futures(300));
        for (Task<Integer> caller : callers) {
            assertThat(caller.result()).isEqualTo(300);
        }
        assertThat(beside.get()).hasSize(300);
    }

    private List<ListenableFuture<GreetReply>> futures(int count) {
        List<ListenableFuture<GreetReply>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(GreeterGrpc.newFutureStub(channel).greet(request("" + i)));
        }
        return all;
    }

    @Test
    void virtualThreadsCallToo() throws Exception {
        List<CompletableFuture<String>> texts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            CompletableFuture<String> text = new CompletableFuture<>();
            texts.add(text);
            var _ = Thread.startVirtualThread(
                    () -> text.complete(stub.greet(request("v")).getText()));
        }
        for (CompletableFuture<String> text : texts) {
            assertThat(text.get()).isEqualTo("hello, v");
        }
    }

    @Test
    void aReaderThatAsksForNoMoreHoldsTheSenderBack() throws Exception {
        Semaphore came = new Semaphore(0);
        CompletableFuture<Status> end = new CompletableFuture<>();
        ClientCall<GreetRequest, GreetReply> call =
                channel.newCall(GreeterGrpc.getGreetOftenMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(GreetReply message) {
                        came.release();
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        int times = 20_000; // of 1 KiB: far more than window and ring have room for
        call.sendMessage(GreetRequest.newBuilder()
                .setTimes(times)
                .setPayload(ByteString.copyFrom(new byte[1_000]))
                .build());
        call.halfClose();
        for (int i = 0; i < times; i++) {
            call.request(1);
            came.acquire();
            assertThat(came.availablePermits()).isZero();
        }
        assertThat(end.get().isOk()).isTrue();
    }

    @Test
    void credentialsAddWhatTheyKnow() {
        Metadata.Key<String> token = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
        CallCredentials credentials = new CallCredentials() {
            @Override
            public void applyRequestMetadata(RequestInfo asked, Executor executor, MetadataApplier applier) {
                assertThat(asked.getSecurityLevel()).isEqualTo(io.grpc.SecurityLevel.PRIVACY_AND_INTEGRITY);
                executor.execute(() -> {
                    Metadata more = new Metadata();
                    more.put(token, asked.getMethodDescriptor().getFullMethodName());
                    applier.apply(more);
                });
            }
        };
        assertThat(stub.withCallCredentials(credentials).greet(request("x")).getText())
                .isEqualTo("hello, x");
        CallCredentials none = new CallCredentials() {
            @Override
            public void applyRequestMetadata(RequestInfo asked, Executor executor, MetadataApplier applier) {
                applier.fail(Status.UNAUTHENTICATED.withDescription("no token"));
            }
        };
        assertThatThrownBy(() -> stub.withCallCredentials(none).greet(request("x")))
                .hasMessage("UNAUTHENTICATED: no token");
    }

    @Test
    void healthAndReflectionAreThere() throws Exception {
        assertThat(HealthGrpc.newBlockingStub(channel)
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
        CompletableFuture<List<String>> services = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> ask = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse answer) {
                        services.complete(answer.getListServicesResponse().getServiceList().stream()
                                .map(io.grpc.reflection.v1.ServiceResponse::getName)
                                .toList());
                    }

                    @Override
                    public void onError(Throwable thrown) {
                        services.completeExceptionally(thrown);
                    }

                    @Override
                    public void onCompleted() {}
                });
        ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(services.get()).contains(GreeterGrpc.SERVICE_NAME, HealthGrpc.SERVICE_NAME);
        ask.onCompleted();
    }

    @Test
    void theStateIsTold() throws Exception {
        assertThat(channel.getState(false)).isEqualTo(ConnectivityState.IDLE);
        Semaphore changed = new Semaphore(0);
        channel.notifyWhenStateChanged(ConnectivityState.IDLE, changed::release);
        assertThat(channel.getState(true)).isEqualTo(ConnectivityState.CONNECTING);
        changed.acquire();
        channel.notifyWhenStateChanged(ConnectivityState.CONNECTING, changed::release);
        changed.acquire();
        assertThat(channel.getState(false)).isEqualTo(ConnectivityState.READY);
        channel.enterIdle();
        assertThat(channel.getState(false)).isEqualTo(ConnectivityState.IDLE);
        assertThat(stub.greet(request("again")).getText()).isEqualTo("hello, again");
        channel.shutdown();
        assertThat(channel.getState(true)).isEqualTo(ConnectivityState.SHUTDOWN);
        assertThatThrownBy(() -> stub.greet(request("late"))).hasMessage("UNAVAILABLE: Channel shutdown invoked");
        assertThat(channel.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aShutdownWaitsForCallsAndShutdownNowDoesNot() throws Exception {
        Collected answer = new Collected();
        StreamObserver<GreetRequest> open = GreeterGrpc.newStub(channel).greetEach(answer);
        open.onNext(request("x"));
        channel.shutdown();
        assertThat(channel.isTerminated()).isFalse();
        open.onCompleted();
        assertThat(answer.all.get()).containsExactly("hello, x");
        assertThat(channel.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        try (RpcChannel other = RpcChannel.connect(ADDRESS)) {
            Collected cut = new Collected();
            GreeterGrpc.newStub(other).greetEach(cut).onNext(request("x"));
            var _ = other.shutdownNow();
            assertThatThrownBy(cut.all::get).hasMessageContaining("UNAVAILABLE: Channel shutdownNow invoked");
        }
    }

    @Test
    void detailsOfAStatusComeAlong() {
        Metadata.Key<byte[]> details = Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
        Metadata headers = new Metadata();
        Metadata.Key<byte[]> echoed = Metadata.Key.of("x-grpc-test-echo-trailing-bin", Metadata.BINARY_BYTE_MARSHALLER);
        headers.put(echoed, "details".getBytes(UTF_8));
        var tests = io.grpc.testing.integration.TestServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> tests.unaryCall(io.grpc.testing.integration.Messages.SimpleRequest.newBuilder()
                        .setResponseStatus(io.grpc.testing.integration.Messages.EchoStatus.newBuilder()
                                .setCode(7)
                                .setMessage("näher betrachtet"))
                        .build()));
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refused.getStatus().getDescription()).isEqualTo("näher betrachtet");
        assertThat(refused.getTrailers().get(echoed)).isEqualTo("details".getBytes(UTF_8));
        assertThat(refused.getTrailers().containsKey(details)).isFalse();
    }
}
