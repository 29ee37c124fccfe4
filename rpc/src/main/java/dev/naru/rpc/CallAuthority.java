package dev.naru.rpc;

import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a call's {@link CallCredentials} add to its metadata, before it begins. */
final class CallAuthority {
    private CallAuthority() {}

    static void apply(CallOptions options, SharedClientCall<?, ?> call, SharedChannel channel) {
        CallCredentials credentials = options.getCredentials();
        if (credentials == null) {
            call.goOn(null);
            return;
        }
        Applier applier = new Applier(call);
        try {
            credentials.applyRequestMetadata(
                    new AskedFor(call.method(), options, channel.authorityOf(options)),
                    channel.settings().executor(),
                    applier);
        } catch (RuntimeException | Error thrown) {
            applier.fail(Status.UNAUTHENTICATED
                    .withDescription("Credentials should use fail() instead of throwing exceptions")
                    .withCause(thrown));
        }
    }

    /** The first answer counts. */
    private static final class Applier extends CallCredentials.MetadataApplier {
        private final SharedClientCall<?, ?> call;
        private final AtomicBoolean answered = new AtomicBoolean();

        Applier(SharedClientCall<?, ?> call) {
            this.call = call;
        }

        private void answer() {
            if (!answered.compareAndSet(false, true)) {
                throw new IllegalStateException("apply() or fail() already called");
            }
        }

        @Override
        public void apply(Metadata more) {
            answer();
            call.goOn(more);
        }

        @Override
        public void fail(Status status) {
            answer();
            call.fail(status);
        }
    }

    /** Memory that only two processes have is as private as can be. */
    private static final class AskedFor extends CallCredentials.RequestInfo {
        private final MethodDescriptor<?, ?> method;
        private final CallOptions options;
        private final String authority;

        AskedFor(MethodDescriptor<?, ?> method, CallOptions options, String authority) {
            this.method = method;
            this.options = options;
            this.authority = authority;
        }

        @Override
        public MethodDescriptor<?, ?> getMethodDescriptor() {
            return method;
        }

        @Override
        public CallOptions getCallOptions() {
            return options;
        }

        @Override
        public SecurityLevel getSecurityLevel() {
            return SecurityLevel.PRIVACY_AND_INTEGRITY;
        }

        @Override
        public String getAuthority() {
            return authority;
        }

        @Override
        public Attributes getTransportAttrs() {
            return Attributes.EMPTY;
        }
    }
}
