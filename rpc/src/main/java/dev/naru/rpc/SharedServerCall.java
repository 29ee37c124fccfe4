package dev.naru.rpc;

import io.grpc.Attributes;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Decompressor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call over shared memory, as the server has it. Headers and message of an answer that is one message wait for its status, and go with
 * it in one frame.
 *
 * <p>Used as {@link ServerCall} says: by one thread at a time, and ended by any.
 */
final class SharedServerCall<Q, A> extends ServerCall<Q, A> implements Incoming.Receiver {
    private static final System.Logger LOG = System.getLogger("dev.naru.rpc");

    private final ServerLink link;
    private final Settings settings;
    private final Integer number;
    private final ServerMethodDefinition<Q, A> definition;
    private final MethodDescriptor<Q, A> method;
    private final Beginning beginning;
    private final Context.CancellableContext context;
    private final SerialQueue queue;
    private final Outgoing outgoing = new Outgoing();
    private final Incoming incoming;
    private final Tracers tracers;

    /** Made for the first message that does not go with the end. */
    private @Nullable MessageSender sender;

    private final boolean answersOne;

    private @Nullable Compressor compressor;
    private boolean compresses = true;
    private @Nullable Metadata headers;
    private boolean hasSentHeaders;
    private boolean hasSentMessage;
    private byte @Nullable [] answer;
    private boolean isClosed;

    /** It is known how it ends. */
    private volatile boolean settled;

    /** Guarded by this object's monitor. */
    private boolean finished;

    private volatile boolean cancelled;
    private volatile Status closedWith = Status.OK;

    /** Told in the queue, and used in it alone. */
    private @Nullable Listener<Q> listener;

    private Decompressor decompressor = Codec.Identity.NONE;
    private boolean isTold;
    private int received;

    /** How the client began it. */
    record Beginning(String authority, String accepted, String encoding, long timeoutNanos, Metadata headers) {}

    SharedServerCall(
            SharedServer server,
            ServerLink link,
            Integer number,
            ServerMethodDefinition<Q, A> definition,
            Beginning beginning) {
        this.link = link;
        this.settings = server.settings();
        this.number = number;
        this.definition = definition;
        this.method = definition.getMethodDescriptor();
        this.beginning = beginning;
        this.answersOne = method.getType().serverSendsOneMessage();
        this.tracers = server.tracersOf(method.getFullMethodName(), beginning.headers);
        this.context = contextIn(filtered(server.context()));
        this.queue = new SerialQueue(settings.executor(), context, this::onRefused);
        this.incoming = new Incoming(this, outgoing, queue, settings.maxMessage());
    }

    private Context filtered(Context base) {
        Context filtered = base;
        for (var tracer : tracers.all()) {
            filtered = ((ServerStreamTracer) tracer).filterContext(filtered);
        }
        return filtered;
    }

    private Context.CancellableContext contextIn(Context base) {
        return beginning.timeoutNanos == FrameLayout.NO_TIMEOUT
                ? base.withCancellation()
                : base.withDeadline(
                        Deadline.after(beginning.timeoutNanos, TimeUnit.NANOSECONDS), Timers.OF_THIS_PROCESS);
    }

    /** It is among the calls of its connection now. */
    void begin() {
        outgoing.open(link.outbox, number);
        Outgoing.Change change = outgoing.begin(0);
        queue.add(this::startCall);
        onChange(change);
        if (beginning.timeoutNanos != FrameLayout.NO_TIMEOUT) {
            context.addListener(this::onContextEnd, Runnable::run);
        }
    }

    private void onContextEnd(Context ended) {
        if (!settled) { // it is the deadline
            failFromHere(Contexts.statusFromCancelled(ended));
        }
    }

    SerialQueue queue() {
        return queue;
    }

    /** Boxed: it is the key of the call among those of its connection. */
    Integer number() {
        return number;
    }

    private void onChange(Outgoing.Change change) {
        switch (change) {
            case READY -> {
                if (!answersOne) {
                    queue.add(() -> tell(Listener::onReady));
                }
            }
            case CLOSED -> complete();
            case NONE -> {}
        }
    }

    // What the client says. By the thread that reads.

    void onMessage(byte[] body, int from, int flags, long cost) {
        try {
            incoming.piece(body, from, flags, cost);
        } catch (MessageTooLongException tooLong) {
            failFromHere(tooLong.status());
        }
    }

    void onHalfClose() {
        incoming.end(() -> tell(Listener::onHalfClose));
    }

    void onWindow(long bytes) {
        onChange(outgoing.grant(bytes));
    }

    /** The client, or the connection, ends it; also when its end is known and waits for room. */
    void onCancel(Status why) {
        boolean _ = settle();
        if (cutOff(why, false)) {
            link.tell(queue);
        }
    }

    // How it ends.

    /** Ends it in the name of this side, for both. */
    private void failFromHere(Status status) {
        if (settle() && cutOff(status, true)) {
            link.tell(queue);
        }
    }

    /** The executor takes nothing: the service is told that on this thread. */
    private void onRefused(Throwable refused) {
        boolean _ = cutOff(
                Status.RESOURCE_EXHAUSTED.withDescription("the server's executor refuses the call: " + refused),
                settle());
    }

    /**
     * Ends it at once, whatever is under way.
     *
     * @param tellsClient the client does not know yet
     * @return whether the service is to be told
     */
    private boolean cutOff(Status status, boolean tellsClient) {
        if (!finish()) {
            return false;
        }
        cancelled = true;
        if (tellsClient) {
            outgoing.urgent(FrameLayout.CLOSE, out -> writeClose(out, null, null, status, new Metadata()));
        }
        drop();
        // At once, and not here: its listeners are the user's.
        Threads.A_CALL_EACH.execute(() -> context.cancel(null));
        queue.add(() -> tellEnd(Listener::onCancel, status));
        return true;
    }

    private void drop() {
        outgoing.drop();
        incoming.drop();
        link.forget(this);
    }

    /** True for the first who knows how it ends. */
    private synchronized boolean settle() {
        boolean isFirst = !settled;
        settled = true;
        return isFirst;
    }

    /** True for the first who ends it: nothing is sent after that. */
    private synchronized boolean finish() {
        boolean isFirst = !finished;
        finished = true;
        return isFirst;
    }

    /** Its end is sent. */
    private void complete() {
        if (finish()) {
            drop();
            Status status = closedWith;
            queue.add(() -> tellEnd(Listener::onComplete, status));
            link.tell(queue);
        }
    }

    // What the service is told, in the queue.

    private void startCall() {
        try {
            for (var tracer : tracers.all()) {
                ((ServerStreamTracer) tracer).serverCallStarted(ReadOnlyServerCall.of(this));
            }
            Decompressor found = decompressor();
            if (found == null) {
                close(
                        Status.UNIMPLEMENTED.withDescription("Can't find decompressor for " + beginning.encoding),
                        new Metadata());
                return;
            }
            decompressor = found;
            listener = definition.getServerCallHandler().startCall(this, beginning.headers);
        } catch (RuntimeException | Error thrown) {
            listener = null;
            LOG.log(System.Logger.Level.WARNING, this + ": the service throws when a call begins", thrown);
            closeAnyway(Status.fromThrowable(thrown));
        }
    }

    private @Nullable Decompressor decompressor() {
        return beginning.encoding.isEmpty()
                ? Codec.Identity.NONE
                : settings.decompressors().lookupDecompressor(beginning.encoding);
    }

    private void tell(Consumer<Listener<Q>> what) {
        Listener<Q> service = listener;
        if (service == null || isTold) {
            return;
        }
        try {
            what.accept(service);
        } catch (RuntimeException | Error thrown) {
            onThrown(thrown);
        }
    }

    private void onThrown(Throwable thrown) {
        LOG.log(System.Logger.Level.WARNING, this + ": the service throws", thrown);
        closeAnyway(Status.UNKNOWN.withDescription("Application error processing RPC"));
    }

    private void tellEnd(Consumer<Listener<Q>> what, Status status) {
        tell(what);
        isTold = true;
        boolean _ = context.cancel(null);
        tracers.closed(status);
    }

    private void closeAnyway(Status status) {
        if (!isClosed) {
            hasSentHeaders |= headers != null;
            headers = null;
            answer = null;
            isClosed = true;
            sendClose(status, new Metadata());
        }
    }

    @Override
    public Runnable message(MessageInput message, boolean compressed, long cost) {
        return () -> tellMessage(message, compressed, cost);
    }

    private void tellMessage(MessageInput message, boolean compressed, long cost) {
        Listener<Q> service = listener;
        if (isTold || service == null) {
            return;
        }
        int wire = message.available();
        try (InputStream plain = Unpacking.open(message, compressed, decompressor, incoming.maxMessage())) {
            Q parsed = method.parseRequest(plain);
            if (!tracers.isEmpty()) {
                tracers.received(received, wire, Unpacking.count(plain, wire));
            }
            received++;
            service.onMessage(parsed);
        } catch (IOException | RuntimeException | Error thrown) {
            onThrown(thrown);
        } finally {
            message.recycle(link.pieces);
            incoming.taken(cost);
        }
    }

    // What the service says.

    @Override
    public void request(int count) {
        incoming.request(count);
        queue.submitIfDue();
    }

    @Override
    public void sendHeaders(Metadata with) {
        if (hasSentHeaders || headers != null) {
            throw new IllegalStateException("sendHeaders has already been called");
        }
        if (isClosed) {
            throw new IllegalStateException("call is closed");
        }
        headers = with;
        if (compressor != null && !isAccepted(compressor.getMessageEncoding())) {
            compressor = null;
        }
        if (!answersOne) {
            flushHeaders();
        }
    }

    private boolean isAccepted(String encoding) {
        return Arrays.asList(beginning.accepted.split(",")).contains(encoding);
    }

    private void flushHeaders() {
        Metadata with = headers;
        if (with == null) {
            return;
        }
        headers = null;
        hasSentHeaders = true;
        String encoding = encoding();
        boolean fits = outgoing.control(
                FrameLayout.HEADERS,
                0,
                out -> {
                    out.putText(encoding);
                    MetadataCodec.write(out, with);
                },
                Outbox.NOTHING);
        if (!fits) {
            failFromHere(tooMuchMetadata());
        }
    }

    private String encoding() {
        return compressor == null ? "" : compressor.getMessageEncoding();
    }

    private Status tooMuchMetadata() {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                "the server's metadata are longer than a frame of " + link.outbox.maxFrame() + " B");
    }

    @Override
    public void sendMessage(A message) {
        if (headers == null && !hasSentHeaders) {
            throw new IllegalStateException("sendHeaders has not been called");
        }
        if (isClosed) {
            throw new IllegalStateException("call is closed");
        }
        if (answersOne && hasSentMessage) {
            LOG.log(System.Logger.Level.WARNING, this + ": the service answers twice where one answer is due");
            failFromHere(Status.INTERNAL.withDescription("Too many responses"));
            return;
        }
        hasSentMessage = true;
        if (settled) {
            return;
        }
        InputStream bytes = method.streamResponse(message);
        Compressor packer = compresses ? compressor : null;
        if (answersOne && packer == null) {
            answer = MessageSender.shortBytes(bytes, Integer.MAX_VALUE);
            if (answer != null) {
                if (!tracers.isEmpty()) {
                    tracers.sent(0, answer.length, answer.length);
                }
                return;
            }
        }
        flushHeaders();
        MessageSender pieces = sender == null ? new MessageSender(outgoing, tracers, Integer.MAX_VALUE) : sender;
        sender = pieces;
        pieces.send(bytes, packer);
    }

    @Override
    public void close(Status status, Metadata trailers) {
        if (isClosed) {
            throw new IllegalStateException("call already closed");
        }
        isClosed = true;
        if (status.isOk() && answersOne && !hasSentMessage) {
            LOG.log(System.Logger.Level.WARNING, this + ": the service completes without an answer");
            failFromHere(Status.INTERNAL.withDescription("Completed without a response"));
            return;
        }
        sendClose(status, trailers);
    }

    private void sendClose(Status status, Metadata trailers) {
        if (!settle()) {
            return;
        }
        closedWith = status;
        Metadata head = headers;
        byte[] whole = status.isOk() ? answer : null;
        byte[] message = whole == null ? Outbox.NOTHING : whole;
        int flags = (head == null ? 0 : FrameLayout.WITH_HEAD) | (whole == null ? 0 : FrameLayout.WITH_MESSAGE);
        if (!fits(head, status, trailers, message)) {
            sendInParts(status, trailers, message);
            return;
        }
        String encoding = encoding();
        if (outgoing.close(
                FrameLayout.CLOSE, flags, out -> writeClose(out, head, encoding, status, trailers), message)) {
            complete();
        }
    }

    private boolean fits(@Nullable Metadata head, Status status, Metadata trailers, byte[] message) {
        if (status.getDescription() == null
                && (head == null || head.keys().isEmpty())
                && trailers.keys().isEmpty()) {
            return true; // a short message, which a frame has room for
        }
        FrameWriter measure = new FrameWriter();
        measure.begin(number, FrameLayout.CLOSE, 0);
        writeClose(measure, head, encoding(), status, trailers);
        return measure.length() + message.length <= link.outbox.maxFrame();
    }

    /** Headers and message by themselves, and trailers that are too long not at all. */
    private void sendInParts(Status status, Metadata trailers, byte[] message) {
        flushHeaders();
        if (message.length > 0) {
            outgoing.message(0, message, 0, message.length, true);
        }
        boolean fits = fits(null, status, trailers, Outbox.NOTHING);
        Status told = fits ? status : tooMuchMetadata();
        closedWith = told;
        if (outgoing.close(
                FrameLayout.CLOSE,
                0,
                out -> writeClose(out, null, null, told, fits ? trailers : new Metadata()),
                Outbox.NOTHING)) {
            complete();
        }
    }

    /** The body of a CLOSE, up to its message. */
    static void writeClose(
            FrameWriter out, @Nullable Metadata head, @Nullable String encoding, Status status, Metadata trailers) {
        int lengthsAt = out.length();
        out.putInt(0);
        out.putInt(0);
        int headAt = out.length();
        if (head != null) {
            out.putText(encoding == null ? "" : encoding);
            MetadataCodec.write(out, head);
        }
        int tailAt = out.length();
        out.putStatus(status);
        MetadataCodec.write(out, trailers);
        out.setInt(lengthsAt, tailAt - headAt);
        out.setInt(lengthsAt + Integer.BYTES, out.length() - tailAt);
    }

    @Override
    public boolean isReady() {
        return !isClosed && !settled && outgoing.isReady();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void setMessageCompression(boolean enabled) {
        compresses = enabled;
    }

    @Override
    public void setCompression(String encoding) {
        if (hasSentHeaders || headers != null) {
            throw new IllegalStateException("sendHeaders has been called");
        }
        Compressor found = settings.compressors().lookupCompressor(encoding);
        if (found == null) {
            throw new IllegalArgumentException("Unable to find compressor by name " + encoding);
        }
        compressor = Unpacking.isIdentity(encoding) ? null : found;
    }

    @Override
    public SecurityLevel getSecurityLevel() {
        return SecurityLevel.PRIVACY_AND_INTEGRITY;
    }

    @Override
    public Attributes getAttributes() {
        return link.attributes();
    }

    @Override
    public String getAuthority() {
        return beginning.authority;
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
        return method;
    }

    @Override
    public String toString() {
        return link.name() + " " + method.getFullMethodName();
    }
}
