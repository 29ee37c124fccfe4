package dev.naru.rpc;

import io.grpc.Attributes;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerStreamTracer;
import org.jspecify.annotations.Nullable;

/** What a tracer is told of a call that begins. */
final class ReadOnlyServerCall<Q, A> extends ServerStreamTracer.ServerCallInfo<Q, A> {
    private final ServerCall<Q, A> call;

    private ReadOnlyServerCall(ServerCall<Q, A> call) {
        this.call = call;
    }

    static <Q, A> ReadOnlyServerCall<Q, A> of(ServerCall<Q, A> call) {
        return new ReadOnlyServerCall<>(call);
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
        return call.getMethodDescriptor();
    }

    @Override
    public Attributes getAttributes() {
        return call.getAttributes();
    }

    @Override
    public @Nullable String getAuthority() {
        return call.getAuthority();
    }
}
