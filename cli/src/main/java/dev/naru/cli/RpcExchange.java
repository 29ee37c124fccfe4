package dev.naru.cli;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.naru.linux.Problem;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** One call of any kind, from the messages that are sent to the status that is told. */
final class RpcExchange {
    /**
     * How what comes is shown.
     *
     * @param line each message on one line
     * @param defaults also fields that have their default value
     * @param verbose headers and trailers too
     */
    record Print(boolean line, boolean defaults, boolean verbose) {}

    /** What came from the server. */
    private sealed interface Event {
        record Headers(Metadata headers) implements Event {}

        record Reply(DynamicMessage message) implements Event {}

        record End(Status status, Metadata trailers) implements Event {}
    }

    private final Context context;
    private final RpcSession session;
    private final Print print;
    private final ClientCall<DynamicMessage, DynamicMessage> call;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(); // of replies there is one at a time

    /** Whether the call is over, and with what the sender failed: under the lock of this. */
    private boolean ended;

    private @Nullable Exception failure;

    private RpcExchange(
            Context context, RpcSession session, Print print, ClientCall<DynamicMessage, DynamicMessage> call) {
        this.context = context;
        this.session = session;
        this.print = print;
        this.call = call;
    }

    /** Calls that method; answers the exit status. */
    static int run(Context context, RpcSession session, String name, @Nullable String json, Print print)
            throws IOException, InterruptedException, CliException {
        MethodDescriptor method = session.schema().method(name);
        boolean stream = method.isClientStreaming();
        RpcInput input = RpcInput.open(context, json, method.getInputType(), stream);
        // One message is read before the call begins: what is wrong with it concerns no server.
        DynamicMessage only = stream ? null : input.only(session.schema(), name);
        var call = session.channel().newCall(described(method), session.callOptions());
        RpcExchange exchange = new RpcExchange(context, session, print, call);
        exchange.begin();
        if (only != null) {
            call.sendMessage(only);
            call.halfClose();
        } else {
            // Nobody can end a read of standard input, and who ends the process need not.
            Thread _ = Thread.ofPlatform().daemon().name("naru-rpc-input").start(() -> exchange.send(input));
        }
        return exchange.receive();
    }

    private static io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> described(MethodDescriptor method) {
        MethodType type = method.isClientStreaming()
                ? method.isServerStreaming() ? MethodType.BIDI_STREAMING : MethodType.CLIENT_STREAMING
                : method.isServerStreaming() ? MethodType.SERVER_STREAMING : MethodType.UNARY;
        return io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                .setType(type)
                .setFullMethodName(io.grpc.MethodDescriptor.generateFullMethodName(
                        method.getService().getFullName(), method.getName()))
                .setRequestMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
                .setResponseMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
                .build();
    }

    private void begin() {
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onHeaders(Metadata headers) {
                        events.add(new Event.Headers(headers));
                    }

                    @Override
                    public void onMessage(DynamicMessage message) {
                        events.add(new Event.Reply(message));
                    }

                    @Override
                    public void onReady() {
                        wake(false);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        wake(true);
                        events.add(new Event.End(status, trailers));
                    }
                },
                session.headers());
        call.request(1);
    }

    private synchronized void wake(boolean over) {
        ended |= over;
        notifyAll();
    }

    /** Waits for room; false when the call is over. */
    private synchronized boolean awaitReady() throws InterruptedException {
        while (!ended && !call.isReady()) {
            wait();
        }
        return !ended;
    }

    /** Each message as it comes. */
    private void send(RpcInput input) {
        try (input) {
            var message = input.next(session.schema());
            while (message.isPresent() && awaitReady()) {
                call.sendMessage(message.get());
                message = input.next(session.schema());
            }
            call.halfClose();
        } catch (IOException | InterruptedException | CliException | RuntimeException failed) {
            synchronized (this) {
                failure = ended ? null : failed;
            }
            call.cancel("the input failed", failed);
        }
    }

    private int receive() throws IOException, InterruptedException, CliException {
        RpcJson json = new RpcJson(session.schema(), print.line, print.defaults);
        boolean over = false;
        try {
            while (true) {
                switch (events.take()) {
                    case Event.Headers(Metadata headers) -> show("header", headers);
                    case Event.Reply(DynamicMessage message) -> {
                        show(json, message);
                        call.request(1);
                    }
                    case Event.End(Status status, Metadata trailers) -> {
                        over = true;
                        show("trailer", trailers);
                        requireInput();
                        return status.isOk() ? 0 : RpcStatus.tell(context, session.schema(), status, trailers);
                    }
                }
            }
        } finally {
            if (!over) {
                call.cancel("nobody waits for it any more", null);
            }
        }
    }

    private void show(RpcJson json, DynamicMessage message) throws InterruptedException, CliException {
        try {
            context.out().println(json.print(message));
        } catch (InvalidProtocolBufferException unknown) {
            throw session.problem(Problem.BAD_MESSAGE, "a reply", String.valueOf(unknown.getMessage()));
        }
        context.requireOutput();
    }

    /** What the sender could not read ends the call, and is told rather than that. */
    private synchronized void requireInput() throws IOException, InterruptedException, CliException {
        switch (failure) {
            case null -> {}
            case IOException failed -> throw failed;
            case InterruptedException failed -> throw failed;
            case CliException failed -> throw failed;
            case RuntimeException failed -> throw failed;
            default -> throw new IllegalStateException(failure);
        }
    }

    private void show(String kind, Metadata metadata) {
        if (!print.verbose) {
            return;
        }
        for (String name : metadata.keys()) {
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                var values = metadata.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
                for (byte[] value : values == null ? List.<byte[]>of() : values) {
                    context.err()
                            .println(kind + " " + name + ": "
                                    + Base64.getEncoder().encodeToString(value));
                }
            } else {
                var values = metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
                for (String value : values == null ? List.<String>of() : values) {
                    context.err().println(kind + " " + name + ": " + value);
                }
            }
        }
    }
}
