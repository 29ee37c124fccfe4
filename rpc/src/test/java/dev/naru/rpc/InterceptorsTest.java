package dev.naru.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Talk;
import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.binder.grpc.MetricCollectingClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.MetricCollectingServerInterceptor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.instrumentation.grpc.v1_6.GrpcTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Interceptors that were written for gRPC: contexts, metadata, and the stock ones of Micrometer and OpenTelemetry. */
@ExtendWith(NoLeaks.class)
class InterceptorsTest {
    private static final Metadata.Key<String> WHO = Metadata.Key.of("who", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<String> CALLER = Context.key("caller");

    private final String address = Places.unused();

    @AfterEach
    void remove() throws Exception {
        Places.remove(address);
    }

    private static String greet(RpcChannel channel, String name) {
        return GreeterGrpc.newBlockingStub(channel)
                .greet(GreetRequest.newBuilder().setName(name).build())
                .getText();
    }

    /** Who calls, from the metadata into the context. */
    private static final class Callers implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            Context context = Context.current().withValue(CALLER, headers.get(WHO));
            return Contexts.interceptCall(context, call, headers, next);
        }
    }

    /** Greets whoever calls, and says by which trace. */
    private static final class CallerGreeting extends GreeterGrpc.GreeterImplBase {
        @Override
        public void greet(GreetRequest request, StreamObserver<GreetReply> replies) {
            String trace = Span.current().getSpanContext().getTraceId();
            replies.onNext(
                    GreetReply.newBuilder().setText(CALLER.get() + " " + trace).build());
            replies.onCompleted();
        }
    }

    @Test
    void contextsAndMetadataPassThrough() throws Exception {
        Metadata headers = new Metadata();
        headers.put(WHO, "me");
        try (RpcServer _ = RpcServer.builder(address)
                        .addService(new CallerGreeting())
                        .intercept(new Callers())
                        .build()
                        .start();
                RpcChannel channel = RpcChannel.builder(address)
                        .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .build()) {
            assertThat(greet(channel, "x")).startsWith("me ");
        }
    }

    @Test
    void micrometerCountsOnBothSides() throws Exception {
        SimpleMeterRegistry client = new SimpleMeterRegistry();
        SimpleMeterRegistry service = new SimpleMeterRegistry();
        try (RpcServer _ = RpcServer.builder(address)
                        .addService(new Greeting())
                        .intercept(new MetricCollectingServerInterceptor(service))
                        .build()
                        .start();
                RpcChannel channel = RpcChannel.builder(address)
                        .intercept(new MetricCollectingClientInterceptor(client))
                        .build()) {
            for (int i = 0; i < 3; i++) {
                assertThat(greet(channel, "x")).isEqualTo("hello, x");
            }
            assertThat(client.get("grpc.client.requests.sent").counter().count())
                    .isEqualTo(3);
            assertThat(client.get("grpc.client.processing.duration").timer().count())
                    .isEqualTo(3);
            assertThat(service.get("grpc.server.requests.received").counter().count())
                    .isEqualTo(3);
            Await.until(
                    "the server's last call is over there too",
                    () -> service.get("grpc.server.processing.duration").timer().count() == 3);
        }
    }

    @Test
    void aTraceOfOpenTelemetryGoesOnInTheServer() throws Exception {
        try (SdkTracerProvider tracing = SdkTracerProvider.builder().build()) {
            OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
                    .setTracerProvider(tracing)
                    .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                    .build();
            GrpcTelemetry grpc = GrpcTelemetry.create(telemetry);
            try (RpcServer _ = RpcServer.builder(address)
                            .addService(new CallerGreeting())
                            .intercept(grpc.newServerInterceptor())
                            .build()
                            .start();
                    RpcChannel channel = RpcChannel.builder(address)
                            .intercept(grpc.newClientInterceptor())
                            .build()) {
                Span span = telemetry.getTracer("test").spanBuilder("caller").startSpan();
                try (Scope _ = span.makeCurrent()) {
                    assertThat(greet(channel, "x"))
                            .isEqualTo("null " + span.getSpanContext().getTraceId());
                } finally {
                    span.end();
                }
            }
        }
    }

    @Test
    void theServerKnowsWhoCalls() throws Exception {
        CompletableFuture<Integer> pid = new CompletableFuture<>();
        ServerInterceptor looks = new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                pid.complete(call.getAttributes().get(RpcServer.PEER).pid());
                return next.startCall(call, headers);
            }
        };
        try (RpcServer server = RpcServer.builder(address)
                        .addService(new Greeting())
                        .intercept(looks)
                        .build()
                        .start();
                Talk client = FarClient.start(address)) {
            assertThat(server.getServices()).hasSize(1);
            assertThat(client.say("x").line()).isEqualTo("hello, x");
            assertThat(pid.get()).isEqualTo((int) client.pid());
        }
    }
}
