package dev.naru.rpc;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Decompressor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call over shared memory, as the client has it.
 *
 * <p>It begins when there is a connection and, if the client sends one message, when that is known to be all: then the whole call
 * is one frame each way. What is told to the user goes through a {@link SerialQueue}, so callbacks follow each other.
 *
 * <p>Used as {@link ClientCall} says: cancelled by any thread, else by one at a time.
 */
final class SharedClientCall<Q, A> extends ClientCall<Q, A> implements Incoming.Receiver, Context.CancellationListener {
    /** Executors of gRPC's stubs that run callbacks on the very thread that waits for them. */
    private static final String STUBS = "io.grpc.stub.";

    private static final Metadata.Key<String> USER_AGENT =
            Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);

    private final SharedChannel channel;
    private final MethodDescriptor<Q, A> method;
    private final CallOptions options;
    private final Context context;
    private final SerialQueue queue;
    private final Outgoing outgoing = new Outgoing();
    private final Incoming incoming;
    private final boolean sendsOne;

    /** The thread that makes the call only waits for its answer. */
    private final boolean isWaitedFor;

    private Tracers tracers = Tracers.NONE;

    /** Made for the first message that does not go with the beginning. */
    private @Nullable MessageSender sender;

    private @Nullable Listener<A> listener;
    private @Nullable Metadata headers;
    private @Nullable Compressor compressor;
    private boolean compresses = true;
    private boolean isHalfClosed;
    private boolean isCancelled;
    private @Nullable Deadline deadline;
    private volatile Timers.@Nullable Timer timer;

    /** Guarded by this object's monitor, as {@link #begun}, {@link #begins} and {@link #first}. */
    private @Nullable ClientLink link;

    private boolean begun;

    /** It is to begin as soon as it can. */
    private boolean begins;

    private byte @Nullable [] first;

    /** It is known how it ends. */
    private volatile boolean settled;

    private volatile Integer number = FrameLayout.NO_CALL;
    private Decompressor decompressor = Codec.Identity.NONE;

    /** Told in the queue, and used in it alone. */
    private boolean closed;

    private int received;

    SharedClientCall(SharedChannel channel, MethodDescriptor<Q, A> method, CallOptions options) {
        this.channel = channel;
        this.method = method;
        this.options = options;
        this.context = Context.current();
        var executor = options.getExecutor();
        this.queue =
                new SerialQueue(executor == null ? channel.settings().executor() : executor, context, this::onRefused);
        this.incoming = new Incoming(this, outgoing, queue, maxMessage(channel.settings(), options));
        this.sendsOne = method.getType().clientSendsOneMessage();
        this.isWaitedFor = method.getType() == MethodDescriptor.MethodType.UNARY
                && executor != null
                && executor.getClass().getName().startsWith(STUBS)
                && !Thread.currentThread().isVirtual();
    }

    private static int maxMessage(Settings settings, CallOptions options) {
        Integer own = options.getMaxInboundMessageSize();
        return own == null ? settings.maxMessage() : own;
    }

    private static int mostSent(CallOptions options) {
        Integer own = options.getMaxOutboundMessageSize();
        return own == null ? Integer.MAX_VALUE : own;
    }

    MethodDescriptor<Q, A> method() {
        return method;
    }

    String authority() {
        return channel.authorityOf(options);
    }

    boolean hasOwnAuthority() {
        return options.getAuthority() != null;
    }

    boolean isWaitForReady() {
        return options.isWaitForReady();
    }

    SerialQueue queue() {
        return queue;
    }

    /** Boxed: it is the key of the call among those of its connection. */
    Integer number() {
        return number;
    }

    /** It is about to begin there, with that number. */
    void setNumber(Integer given, Outbox connection) {
        number = given;
        outgoing.open(connection, given);
    }

    /** It is known how it ends: who waits for that need not read any more. */
    boolean isAnswered() {
        return settled;
    }

    @Override
    public void start(Listener<A> toTell, Metadata with) {
        if (listener != null) {
            throw new IllegalStateException("already started");
        }
        if (isCancelled) {
            throw new IllegalStateException("call was cancelled");
        }
        listener = toTell;
        headers = with;
        if (!isStartable()) {
            return;
        }
        if (!channel.callBegins(this)) {
            refuse(Status.UNAVAILABLE.withDescription("Channel shutdown invoked"));
        } else {
            String userAgent = channel.userAgent();
            if (userAgent != null) {
                with.put(USER_AGENT, userAgent);
            }
            setDeadline();
            context.addListener(this, Runnable::run);
            if (settled) { // meanwhile, and the listener was taken away before it was there
                context.removeListener(this);
            }
            trace(with);
            CallAuthority.apply(options, this, channel);
        }
    }

    /** What ends it before it has begun. */
    private boolean isStartable() {
        if (context.isCancelled()) {
            refuse(Contexts.statusFromCancelled(context));
            return false;
        }
        String encoding = options.getCompressor();
        if (encoding != null) {
            compressor = channel.settings().compressors().lookupCompressor(encoding);
            if (compressor == null) {
                refuse(Status.INTERNAL.withDescription("Unable to find compressor by name " + encoding));
                return false;
            }
            compressor = Unpacking.isIdentity(compressor.getMessageEncoding()) ? null : compressor;
        }
        Deadline ofContext = context.getDeadline();
        Deadline ofCall = options.getDeadline();
        deadline = ofCall == null ? ofContext : ofContext == null ? ofCall : ofCall.minimum(ofContext);
        if (deadline != null && deadline.isExpired()) {
            refuse(Status.DEADLINE_EXCEEDED.withDescription(
                    "ClientCall started after CallOptions deadline was exceeded %.9f seconds ago. [%s]"
                            .formatted(-deadline.timeRemaining(TimeUnit.NANOSECONDS) / 1e9, channel)));
            return false;
        }
        return true;
    }

    private void refuse(Status status) {
        settled = true;
        queue.add(() -> tellClose(status, new Metadata()));
        queue.submitIfDue();
    }

    private void setDeadline() {
        Deadline until = deadline;
        if (until != null) {
            long left = until.timeRemaining(TimeUnit.NANOSECONDS);
            timer = Timers.OF_THIS_PROCESS.after(
                    left,
                    () -> fail(Status.DEADLINE_EXCEEDED.withDescription(
                            "CallOptions deadline exceeded after %.9fs. [%s]".formatted(left / 1e9, channel))));
        }
    }

    /** {@inheritDoc} The context of the call. */
    @Override
    public void cancelled(Context ended) {
        fail(Contexts.statusFromCancelled(ended));
    }

    private void trace(Metadata with) {
        List<ClientStreamTracer.Factory> factories = options.getStreamTracerFactories();
        if (!factories.isEmpty()) {
            var info = ClientStreamTracer.StreamInfo.newBuilder()
                    .setCallOptions(options)
                    .build();
            tracers = new Tracers(factories.stream()
                    .map(factory -> factory.newClientStreamTracer(info, with))
                    .toList());
            forTracers(tracer -> tracer.streamCreated(Attributes.EMPTY, with));
        }
    }

    private void forTracers(Consumer<ClientStreamTracer> told) {
        tracers.all().forEach(tracer -> told.accept((ClientStreamTracer) tracer));
    }

    /** Whoever had to say something before it may begin has; or nobody had. */
    void goOn(@Nullable Metadata more) {
        if (more != null && headers != null) {
            headers.merge(more);
        }
        channel.connect(this);
    }

    /** There is a connection for it. */
    void onConnection(ClientLink connection) {
        synchronized (this) {
            link = connection;
            begins |= !sendsOne;
        }
        beginIfDue();
    }

    /** Begins when there is a connection, and all that goes into the beginning is known. */
    private void beginIfDue() {
        ClientLink connection;
        ClientLink.Begun outcome;
        Outgoing.Change change = Outgoing.Change.NONE;
        synchronized (this) {
            connection = link;
            if (connection == null || begun || !begins || settled) {
                return;
            }
            String encoding = compressor == null ? "" : compressor.getMessageEncoding();
            Metadata with = Objects.requireNonNull(headers);
            if (!isWaitedFor) {
                connection.seat().attend();
            }
            byte[] message = first;
            outcome = connection.begin(this, encoding, timeout(), with, message);
            if (outcome == ClientLink.Begun.TOO_LONG && message != null) { // then the message by itself
                outgoing.message(0, message, 0, message.length, true);
                boolean _ = outgoing.control(FrameLayout.END, 0, null, Outbox.NOTHING);
                message = null;
                first = null;
                outcome = connection.begin(this, encoding, timeout(), with, null);
            }
            if (outcome == ClientLink.Begun.YES) {
                begun = true;
                change = outgoing.begin(message == null ? 0 : FrameLayout.cost(message.length));
                first = null;
            } else {
                link = null;
                if (!isWaitedFor) {
                    connection.seat().unattend();
                }
            }
        }
        switch (outcome) {
            case YES -> afterBegin(change);
            case LEAVING -> {
                channel.onGoingAway(connection); // the channel may not know yet
                channel.connect(this);
            }
            case TOO_LONG ->
                fail(Status.RESOURCE_EXHAUSTED.withDescription(
                        "%s: metadata longer than a frame of %d B".formatted(channel, connection.outbox.maxFrame())));
        }
    }

    private long timeout() {
        Deadline until = deadline;
        return until == null ? FrameLayout.NO_TIMEOUT : Math.max(1, until.timeRemaining(TimeUnit.NANOSECONDS));
    }

    private void afterBegin(Outgoing.Change change) {
        if (!tracers.isEmpty()) {
            forTracers(ClientStreamTracer::outboundHeaders);
        }
        if (isWaitedFor) {
            leadNext();
        }
        onChange(change);
        queue.submitIfDue();
    }

    private synchronized @Nullable ClientLink link() {
        return link;
    }

    /** The thread that waits for this call is to read, if nobody does. */
    void leadNext() {
        ClientLink connection = link();
        if (connection != null) {
            queue.executor().execute(() -> connection.seat().lead(this));
        }
    }

    private void onChange(Outgoing.Change change) {
        if (change == Outgoing.Change.READY && !sendsOne) {
            queue.add(() -> tell(Listener::onReady));
        }
    }

    @Override
    public void request(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("request(" + count + ")");
        }
        incoming.request(count);
        queue.submitIfDue();
    }

    @Override
    public void sendMessage(Q message) {
        requireSending();
        if (settled) {
            return;
        }
        try {
            send(message);
        } catch (RuntimeException | Error failed) {
            fail(Status.CANCELLED.withDescription("Failed to stream message").withCause(failed));
            if (failed instanceof Error error) {
                throw error;
            }
        }
    }

    private void send(Q message) {
        InputStream bytes = method.streamRequest(message);
        Compressor packer = compresses ? compressor : null;
        if (sendsOne && packer == null) {
            byte[] whole = MessageSender.shortBytes(bytes, mostSent(options));
            if (whole != null) {
                synchronized (this) {
                    first = whole;
                }
                if (!tracers.isEmpty()) {
                    tracers.sent(0, whole.length, whole.length);
                }
                return;
            }
        }
        synchronized (this) {
            begins = true;
        }
        beginIfDue();
        MessageSender pieces = sender == null ? new MessageSender(outgoing, tracers, mostSent(options)) : sender;
        sender = pieces;
        pieces.send(bytes, packer);
    }

    private void requireSending() {
        if (listener == null) {
            throw new IllegalStateException("not started");
        }
        if (isCancelled) {
            throw new IllegalStateException("call was cancelled");
        }
        if (isHalfClosed) {
            throw new IllegalStateException("call was half-closed");
        }
    }

    @Override
    public void halfClose() {
        requireSending();
        isHalfClosed = true;
        boolean inOne;
        synchronized (this) {
            inOne = first != null;
            begins = true;
        }
        if (!inOne) {
            boolean _ = outgoing.control(FrameLayout.END, 0, null, Outbox.NOTHING);
        }
        beginIfDue();
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        if (isCancelled) {
            return;
        }
        isCancelled = true;
        Status status = Status.CANCELLED.withDescription(message != null ? message : "call was cancelled");
        if (listener == null) {
            settled = true;
            return;
        }
        fail(cause == null ? status : status.withCause(cause));
    }

    @Override
    public boolean isReady() {
        return !settled && !isHalfClosed && outgoing.isReady();
    }

    @Override
    public void setMessageCompression(boolean enabled) {
        compresses = enabled;
    }

    /** Where both sides are, as soon as there is a connection. */
    @Override
    public Attributes getAttributes() {
        ClientLink connection = link();
        return connection == null ? Attributes.EMPTY : connection.attributes();
    }

    // What the far side says. By the thread that reads.

    void onHeaders(FrameReader body, int maxMetadata) {
        if (body.remaining() > maxMetadata) {
            fail(tooMuchMetadata(body.remaining(), maxMetadata));
            return;
        }
        readHead(body);
    }

    private static Status tooMuchMetadata(int length, int limit) {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                "metadata of " + length + " B are more than " + limit + " B: raise maxInboundMetadataSize");
    }

    private void readHead(FrameReader body) {
        String encoding = body.getText();
        Metadata metadata = MetadataCodec.read(body);
        if (!encoding.isEmpty()) {
            Decompressor found = channel.settings().decompressors().lookupDecompressor(encoding);
            if (found == null) {
                fail(Status.INTERNAL.withDescription("Can't find decompressor for " + encoding));
                return;
            }
            decompressor = found;
        }
        queue.add(() -> tellHeaders(metadata));
    }

    void onMessage(byte[] body, int flags) {
        try {
            incoming.piece(body, 0, flags, FrameLayout.cost(body.length));
        } catch (MessageTooLongException tooLong) {
            fail(tooLong.status());
        }
    }

    void onWindow(long bytes) {
        onChange(outgoing.grant(bytes));
    }

    void onClose(FrameReader body, int flags, int maxMetadata) {
        int headLength = body.getInt();
        int tailLength = body.getInt();
        if (Math.max(headLength, tailLength) > maxMetadata) {
            fail(tooMuchMetadata(Math.max(headLength, tailLength), maxMetadata));
            return;
        }
        int from = body.position();
        if ((flags & FrameLayout.WITH_HEAD) != 0) {
            readHead(body);
        }
        body.requireAt(from + headLength);
        int code = body.getInt();
        String text = body.getText();
        Metadata trailers = MetadataCodec.read(body);
        body.requireAt(from + headLength + tailLength);
        if ((flags & FrameLayout.WITH_MESSAGE) != 0) {
            try {
                incoming.piece(body.bytes(), body.position(), flags & FrameLayout.COMPRESSED, 0);
            } catch (MessageTooLongException tooLong) {
                fail(tooLong.status());
                return;
            }
        }
        Status status = Status.fromCodeValue(code);
        Status told = text.isEmpty() ? status : status.withDescription(text);
        if (told.isOk() && incoming.isInMessage()) {
            fail(Status.INTERNAL.withDescription("the server ends the call in the middle of a message"));
        } else if (settle()) {
            incoming.end(() -> {
                if (!tracers.isEmpty()) {
                    forTracers(tracer -> tracer.inboundTrailers(trailers));
                }
                tellClose(told, trailers);
            });
        }
    }

    // How it ends.

    /** Ends it from here, unless it is known already how it ends: then what is not told yet is not told any more. */
    void fail(Status status) {
        boolean isFirst = settle();
        if (isFirst) {
            sendCancel(status);
        } else if (!isCancelled) {
            return;
        }
        incoming.drop();
        queue.add(() -> tellClose(status, new Metadata()));
        ClientLink connection = link();
        if (connection == null) {
            queue.submitIfDue();
        } else {
            connection.tell(queue);
        }
    }

    /** The executor takes nothing: the user is told the end on this thread. */
    private void onRefused(Throwable refused) {
        Status status = Status.UNAVAILABLE
                .withDescription(channel + ": the executor of the call refuses what it is to be told: " + refused)
                .withCause(refused);
        if (settle()) {
            sendCancel(status);
        }
        incoming.drop();
        queue.add(() -> tellClose(status, new Metadata()));
    }

    private void sendCancel(Status status) {
        outgoing.urgent(FrameLayout.CANCEL, out -> out.putStatus(status));
    }

    /** True for the first who knows how it ends. */
    private boolean settle() {
        ClientLink connection;
        synchronized (this) {
            if (settled) {
                return false;
            }
            settled = true;
            connection = begun ? link : null;
        }
        Timers.Timer pending = timer;
        if (pending != null) {
            boolean _ = pending.cancel(false);
        }
        context.removeListener(this);
        if (connection != null) {
            forget(connection);
        }
        outgoing.drop();
        channel.callEnds(this);
        return true;
    }

    private void forget(ClientLink connection) {
        if (!isWaitedFor) {
            connection.seat().unattend();
        }
        connection.forget(this);
    }

    // What the user is told, in the queue.

    private void tell(Consumer<Listener<A>> what) {
        Listener<A> user = listener;
        if (closed || user == null) {
            return;
        }
        try {
            what.accept(user);
        } catch (RuntimeException | Error thrown) {
            onThrown(thrown);
        }
    }

    /** As gRPC's own transports have it, whatever it was that threw. */
    private void onThrown(Throwable thrown) {
        isCancelled = true;
        fail(Status.CANCELLED.withDescription("Failed to read message.").withCause(thrown));
    }

    private void tellHeaders(Metadata metadata) {
        Listener<A> user = listener;
        if (closed || user == null) {
            return;
        }
        try {
            if (!tracers.isEmpty()) {
                forTracers(tracer -> tracer.inboundHeaders(metadata));
            }
            user.onHeaders(metadata);
        } catch (RuntimeException | Error thrown) {
            onThrown(thrown);
        }
    }

    @Override
    public Runnable message(MessageInput message, boolean compressed, long cost) {
        return () -> tellMessage(message, compressed, cost);
    }

    private void tellMessage(MessageInput message, boolean compressed, long cost) {
        Listener<A> user = listener;
        if (closed || user == null) {
            return;
        }
        int wire = message.available();
        try (InputStream plain = Unpacking.open(message, compressed, decompressor, incoming.maxMessage())) {
            A parsed = method.parseResponse(plain);
            if (!tracers.isEmpty()) {
                tracers.received(received, wire, Unpacking.count(plain, wire));
            }
            received++;
            user.onMessage(parsed);
        } catch (IOException | RuntimeException | Error thrown) {
            onThrown(thrown);
        } finally {
            recycle(message);
            incoming.taken(cost);
        }
    }

    private void recycle(MessageInput message) {
        ClientLink connection = link();
        if (connection != null) {
            message.recycle(connection.pieces);
        }
    }

    private void tellClose(Status status, Metadata trailers) {
        Listener<A> user = listener;
        if (closed || user == null) {
            return;
        }
        closed = true;
        try {
            tracers.closed(status);
        } finally {
            user.onClose(status, trailers);
        }
    }

    @Override
    public String toString() {
        return channel + " " + method.getFullMethodName();
    }
}
