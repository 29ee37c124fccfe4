package dev.naru.rpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The server's side of a connection: a thread reads it, and calls come and go on it. Thread-safe. */
final class ServerLink extends Link {
    /** Of answers that a client does not take, in bytes: its calls are not read any more then. */
    private static final long MOST_KEPT = 4 << 20;

    /** Of a method's name, and of what else comes with it. */
    private static final int MOST_NAME = 1_024;

    private final SharedServer server;
    private static final System.Logger LOG = System.getLogger("dev.naru.rpc");

    private final Settings settings;

    /** Used by who reads. */
    private final FrameReader frame = new FrameReader();

    private final Attributes attributes;
    private final Map<Integer, SharedServerCall<?, ?>> calls = new ConcurrentHashMap<>();

    /** By the numbers that the client gave them. Used by the thread that reads. */
    private final List<Entry> methods = new ArrayList<>();

    /** The client begins no more calls. */
    private volatile boolean clientLeaves;

    /** A method as the client calls it; {@code definition} is null when only a fallback may know it, which is asked each time. */
    private record Entry(
            String name,
            String authority,
            String accepted,
            @Nullable ServerMethodDefinition<?, ?> definition) {}

    ServerLink(SharedServer server, Rendezvous.Agreed agreed, Settings settings, Attributes attributes, String name)
            throws IOException {
        super(agreed.socket(), agreed.toServer(), agreed.toClient(), settings.waiting(), name);
        this.server = server;
        this.settings = settings;
        this.attributes = attributes;
    }

    Attributes attributes() {
        return attributes;
    }

    /** Begins to read. */
    void start() {
        watch();
        var _ = Thread.ofPlatform().daemon().name("naru-rpc-server").start(this::readOn);
    }

    private void readOn() {
        while (!isEnded()) {
            try {
                if (!read() && !isEnded()) {
                    await();
                }
                outbox.awaitLessThan(MOST_KEPT); // who does not take its answers gets no more of them
            } catch (InterruptedException notOurs) {
                // nobody has this thread but a service that was run on it
            }
        }
    }

    /** Asks the client to begin no more calls here. */
    void goAway() {
        say(Rendezvous.GOING_AWAY);
        endIfLeft();
    }

    @Override
    void onFrame(int number, byte type, int flags, byte[] body) {
        if (type == FrameLayout.BEGIN) {
            begin(number, flags, frame.of(body));
            return;
        }
        if (type == FrameLayout.LAST) {
            clientLeaves = true;
            endIfLeft();
            return;
        }
        SharedServerCall<?, ?> call = calls.get(number);
        if (call == null) {
            return; // it is over here
        }
        switch (type) {
            case FrameLayout.MESSAGE -> call.onMessage(body, 0, flags, FrameLayout.cost(body.length));
            case FrameLayout.END -> call.onHalfClose();
            case FrameLayout.CANCEL -> call.onCancel(Status.CANCELLED.withDescription("the client cancelled the call"));
            case FrameLayout.WINDOW -> call.onWindow(frame.of(body).getLong());
            default -> throw new BrokenProtocolException("a frame of type " + type);
        }
        tell(call.queue());
    }

    private void begin(Integer number, int flags, FrameReader body) {
        if (clientLeaves || number == FrameLayout.NO_CALL || calls.containsKey(number)) {
            throw new BrokenProtocolException("call " + number + " begins where it cannot");
        }
        long timeout = body.getLong();
        int methodNumber = body.getInt();
        int headLength = body.getInt();
        int from = body.position();
        Entry method = method(methodNumber, (flags & FrameLayout.NAMED) != 0 ? body : null);
        if (headLength > settings.maxMetadata()) {
            refuse(
                    number,
                    Status.RESOURCE_EXHAUSTED.withDescription("metadata of " + headLength + " B are more than "
                            + settings.maxMetadata() + " B: raise maxInboundMetadataSize"));
            return;
        }
        String encoding = body.getText();
        Metadata headers = MetadataCodec.read(body);
        body.requireAt(from + headLength);
        SharedServerCall<?, ?> call = call(
                number,
                method,
                new SharedServerCall.Beginning(method.authority, method.accepted, encoding, timeout, headers));
        if (call != null) {
            begin(call, flags, body);
        }
    }

    /** Null when it is refused. What runs here is the user's too: a registry, tracers. */
    private @Nullable SharedServerCall<?, ?> call(Integer number, Entry method, SharedServerCall.Beginning beginning) {
        if (calls.size() >= server.maxCalls()) {
            refuse(
                    number,
                    Status.RESOURCE_EXHAUSTED.withDescription("the connection has all of its " + server.maxCalls()
                            + " calls: raise maxConcurrentCallsPerConnection"));
            return null;
        }
        try {
            ServerMethodDefinition<?, ?> definition = method.definition != null
                    ? method.definition
                    : server.table().find(method.name, method.authority);
            if (definition != null) {
                return new SharedServerCall<>(server, this, number, definition, beginning);
            }
            refuse(number, Status.UNIMPLEMENTED.withDescription("Method not found: " + method.name));
        } catch (RuntimeException | Error thrown) {
            LOG.log(System.Logger.Level.WARNING, name() + " " + method.name + ": a registry or tracer throws", thrown);
            refuse(number, Status.INTERNAL.withDescription("a registry or tracer of the server throws"));
        }
        return null;
    }

    private void begin(SharedServerCall<?, ?> call, int flags, FrameReader body) {
        SharedServerCall<?, ?> _ = calls.put(call.number(), call);
        call.begin();
        if ((flags & FrameLayout.WITH_MESSAGE) != 0) {
            int length = body.remaining();
            call.onMessage(body.bytes(), body.position(), flags & FrameLayout.COMPRESSED, FrameLayout.cost(length));
        }
        if ((flags & FrameLayout.WITH_END) != 0) {
            call.onHalfClose();
        }
        tell(call.queue());
        if (isEnded()) { // after it was put: whoever ended it may have been through the calls already
            call.onCancel(Status.UNAVAILABLE.withDescription("the connection is over"));
        }
    }

    private Entry method(int number, @Nullable FrameReader named) {
        if (named == null) {
            if (number < 0 || number >= methods.size()) {
                throw new BrokenProtocolException("method " + number + " has no name");
            }
            return methods.get(number);
        }
        String name = name(named);
        Entry entry = new Entry(name, name(named), name(named), server.table().findOwn(name));
        if (number == methods.size() && number < FrameLayout.MOST_METHODS) {
            methods.add(entry);
        } else if (number != FrameLayout.NO_METHOD) {
            throw new BrokenProtocolException("method " + number + " after " + methods.size());
        }
        return entry;
    }

    /** It is kept as long as the connection is, so it is short. */
    private static String name(FrameReader in) {
        String name = in.getText();
        if (name.length() > MOST_NAME) {
            throw new BrokenProtocolException("a name of " + name.length() + " characters");
        }
        return name;
    }

    private void refuse(int number, Status status) {
        boolean _ = outbox.send(
                number,
                FrameLayout.CLOSE,
                0,
                out -> SharedServerCall.writeClose(out, null, null, status, new Metadata()),
                Outbox.NOTHING,
                0,
                0);
    }

    void forget(SharedServerCall<?, ?> call) {
        if (calls.remove(call.number(), call) && calls.isEmpty()) {
            endIfLeft();
        }
    }

    private void endIfLeft() {
        if (clientLeaves && calls.isEmpty()) { // and their answers are in the ring
            outbox.whenSent(() -> end(Status.UNAVAILABLE.withDescription("the client has left")));
        }
    }

    @Override
    void onWord(byte word) {
        end(Status.INTERNAL.withDescription("a client says nothing on its socket, and this one did"));
    }

    @Override
    void onEnd(Status status) {
        for (SharedServerCall<?, ?> call : calls.values()) {
            call.onCancel(status);
        }
        server.onLinkEnd(this);
    }

    @Override
    void readTheRest() {
        // the thread that reads does, now that it was woken
    }
}
