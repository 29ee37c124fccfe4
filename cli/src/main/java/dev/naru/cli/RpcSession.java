package dev.naru.cli;

import dev.naru.channels.AddressException;
import dev.naru.linux.Problem;
import dev.naru.rpc.RpcChannel;
import dev.naru.rpc.RpcChannelBuilder;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A server that is asked: the channel to it, what goes with each call, and the types that it knows. */
final class RpcSession {
    private final RpcChannel channel;
    private final RpcOptions options;
    private final Metadata headers;
    private final RpcSchema schema;

    private RpcSession(RpcChannel channel, RpcOptions options, Metadata headers) throws IOException, CliException {
        this.channel = channel;
        this.options = options;
        this.headers = headers;
        this.schema = new RpcSchema(
                options.address(),
                options.protosets().isEmpty() ? new RpcReflection(this) : new RpcProtosets(options.protosets()));
    }

    /** What is done with it. */
    @FunctionalInterface
    interface Task {
        /** Answers the exit status. */
        int run(RpcSession session) throws IOException, InterruptedException, CliException;
    }

    /** Does it with that server, and tells the status of a call that failed. */
    static int run(Context context, RpcOptions options, Task task)
            throws IOException, InterruptedException, CliException {
        Metadata headers = headers(options);
        RpcChannel channel = channel(options);
        try {
            RpcSession session = new RpcSession(channel, options, headers);
            try {
                int status = task.run(session);
                context.requireOutput();
                return status;
            } catch (StatusRuntimeException failed) {
                return RpcStatus.tell(context, session.schema, failed.getStatus(), failed.getTrailers());
            }
        } finally {
            var _ = channel.shutdownNow();
        }
    }

    private static RpcChannel channel(RpcOptions options) throws IOException {
        RpcChannelBuilder builder =
                RpcChannel.builder(options.address(), credentials(options)).maxInboundMessageSize(options.maxMessage());
        String authority = options.authority();
        try {
            return authority == null
                    ? builder.build()
                    : builder.overrideAuthority(authority).build();
        } catch (AddressException refused) {
            throw refused;
        } catch (IllegalArgumentException refused) { // a target that gRPC does not understand, or no certificate
            throw new AddressException(options.address(), String.valueOf(refused.getMessage()));
        }
    }

    private static ChannelCredentials credentials(RpcOptions options) throws IOException {
        if (!options.isEncrypted()) {
            return InsecureChannelCredentials.create();
        }
        Path authorities = options.authorities();
        if (authorities == null) {
            return TlsChannelCredentials.create();
        }
        try (var file = Files.newInputStream(authorities)) {
            return TlsChannelCredentials.newBuilder().trustManager(file).build();
        }
    }

    private static Metadata headers(RpcOptions options) {
        Metadata headers = new Metadata();
        for (RpcOptions.Header header : options.headers()) {
            try {
                if (header.name().toLowerCase(Locale.ROOT).endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                    headers.put(
                            Metadata.Key.of(header.name(), Metadata.BINARY_BYTE_MARSHALLER),
                            Base64.getDecoder().decode(header.value()));
                } else {
                    headers.put(Metadata.Key.of(header.name(), Metadata.ASCII_STRING_MARSHALLER), header.value());
                }
            } catch (IllegalArgumentException refused) {
                throw options.refused(header, String.valueOf(refused.getMessage()));
            }
        }
        return headers;
    }

    RpcChannel channel() {
        return channel;
    }

    String address() {
        return options.address();
    }

    RpcSchema schema() {
        return schema;
    }

    /** A copy, since gRPC writes into them. */
    Metadata headers() {
        Metadata copy = new Metadata();
        copy.merge(headers);
        return copy;
    }

    /** Of a call that begins now. */
    CallOptions callOptions() {
        Duration deadline = options.deadline();
        return deadline == null
                ? CallOptions.DEFAULT
                : CallOptions.DEFAULT.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** About what was asked for at this server. */
    CliException problem(Problem problem, String what, String reason) {
        return new CliException(problem, options.address() + " " + what, reason);
    }
}
