package dev.naru.rpc;

import dev.naru.channels.Address;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a connection: the calls that are under way on it, by their numbers. Thread-safe.
 */
final class ClientLink extends Link {
    private final SharedChannel channel;
    private final Settings settings;
    private final Attributes attributes;

    /** Used by who reads. */
    private final FrameReader frame = new FrameReader();

    private final Seat seat = new Seat(this);
    private final Map<Integer, SharedClientCall<?, ?>> calls = new ConcurrentHashMap<>();
    private final Object beginning = new Object();

    /** Guarded by {@link #beginning}, as all below. */
    private final Map<String, Integer> methods = new HashMap<>();

    private final Beginning scratch = new Beginning();
    private int lastCall = FrameLayout.NO_CALL;
    private boolean isLeaving;

    ClientLink(SharedChannel channel, Rendezvous.Agreed agreed, Settings settings, Address.Rpc server)
            throws IOException {
        super(agreed.socket(), agreed.toClient(), agreed.toServer(), settings.waiting(), server.toString());
        this.channel = channel;
        this.settings = settings;
        this.attributes = Attributes.newBuilder()
                .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, UnixDomainSocketAddress.of(Rendezvous.socketOf(server)))
                .set(
                        Grpc.TRANSPORT_ATTR_LOCAL_ADDR,
                        new ProcessAddress(ProcessHandle.current().pid()))
                .build();
    }

    /** Where this side and the server are. */
    Attributes attributes() {
        return attributes;
    }

    Seat seat() {
        return seat;
    }

    /** What a call begins with, as it is written. One is used for one call after the other, since it is written at once. */
    static final class Beginning implements Outbox.Head {
        private String method = "";
        private String authority = "";
        private String accepted = "";
        private String encoding = "";
        private long timeoutNanos;
        private Metadata headers = new Metadata();

        /** Given by the connection. */
        private int methodNumber;

        private boolean isNamed;

        Beginning of(String name, String server, String accepts, String packing, long timeout, Metadata metadata) {
            method = name;
            authority = server;
            accepted = accepts;
            encoding = packing;
            timeoutNanos = timeout;
            headers = metadata;
            return this;
        }

        @Override
        public void write(FrameWriter out) {
            out.putLong(timeoutNanos);
            out.putInt(methodNumber);
            int lengthAt = out.length();
            out.putInt(0);
            if (isNamed) {
                out.putText(method);
                out.putText(authority);
                out.putText(accepted);
            }
            out.putText(encoding);
            MetadataCodec.write(out, headers);
            out.setInt(lengthAt, out.length() - lengthAt - Integer.BYTES);
        }
    }

    /** How that went. */
    enum Begun {
        YES,
        /** No more calls begin here. */
        LEAVING,
        /** The metadata do not fit into a frame. */
        TOO_LONG
    }

    /**
     * Begins a call; it has its number then.
     *
     * @param message its one message, which goes along; null for none yet
     */
    Begun begin(
            SharedClientCall<?, ?> call,
            String encoding,
            long timeoutNanos,
            Metadata headers,
            byte @Nullable [] message) {
        synchronized (beginning) {
            Beginning with = scratch.of(
                    call.method().getFullMethodName(),
                    call.authority(),
                    channel.acceptedEncodings(),
                    encoding,
                    timeoutNanos,
                    headers);
            if (isLeaving) {
                return Begun.LEAVING;
            }
            Integer number = nextNumber();
            call.setNumber(number, outbox);
            SharedClientCall<?, ?> _ = calls.put(number, call);
            if (send(number, call, with, message)) {
                return Begun.YES;
            }
            SharedClientCall<?, ?> _ = calls.remove(number);
            return Begun.TOO_LONG;
        }
    }

    /** They come round again after some hours of calls, when some may still be under way. */
    private Integer nextNumber() {
        Integer number;
        do {
            number = ++lastCall;
        } while (number == FrameLayout.NO_CALL || calls.containsKey(number));
        return number;
    }

    private boolean send(Integer number, SharedClientCall<?, ?> call, Beginning with, byte @Nullable [] message) {
        Integer known = call.hasOwnAuthority() ? null : methods.get(with.method);
        boolean numbered = !call.hasOwnAuthority() && methods.size() < FrameLayout.MOST_METHODS;
        with.methodNumber = known != null ? known : numbered ? methods.size() : FrameLayout.NO_METHOD;
        with.isNamed = known == null;
        int flags = (with.isNamed ? FrameLayout.NAMED : 0)
                | (message == null ? 0 : FrameLayout.WITH_MESSAGE | FrameLayout.WITH_END);
        byte[] body = message == null ? Outbox.NOTHING : message;
        boolean sent = outbox.send(number, FrameLayout.BEGIN, flags, with, body, 0, body.length);
        if (sent && known == null && numbered) {
            methods.put(with.method, with.methodNumber);
        }
        return sent;
    }

    /** A call is over. */
    void forget(SharedClientCall<?, ?> call) {
        if (calls.remove(call.number(), call)) {
            seat.leave(call);
            if (calls.isEmpty()) {
                endIfLeft();
            }
        }
    }

    /** No more calls begin here; when the last one is over, so is the connection. */
    void leave() {
        synchronized (beginning) {
            if (!isLeaving) {
                isLeaving = true;
                boolean _ = outbox.send(FrameLayout.NO_CALL, FrameLayout.LAST, 0, null, Outbox.NOTHING, 0, 0);
            }
        }
        endIfLeft();
    }

    private void endIfLeft() {
        boolean isLeft;
        synchronized (beginning) {
            isLeft = isLeaving && calls.isEmpty();
        }
        if (isLeft) {
            end(Status.UNAVAILABLE.withDescription(name() + ": the channel is shut down"));
        }
    }

    @Override
    void onFrame(int number, byte type, int flags, byte[] body) {
        SharedClientCall<?, ?> call = calls.get(number);
        if (call == null) {
            return; // it was cancelled here
        }
        switch (type) {
            case FrameLayout.MESSAGE -> call.onMessage(body, flags);
            case FrameLayout.CLOSE -> call.onClose(frame.of(body), flags, settings.maxMetadata());
            case FrameLayout.HEADERS -> call.onHeaders(frame.of(body), settings.maxMetadata());
            case FrameLayout.WINDOW -> call.onWindow(frame.of(body).getLong());
            default -> throw new BrokenProtocolException("a frame of type " + type);
        }
        tell(call.queue());
    }

    /** The server is going to end: calls begin elsewhere. */
    @Override
    void onWord(byte word) {
        if (word == Rendezvous.GOING_AWAY) {
            channel.onGoingAway(this);
            leave();
        }
    }

    @Override
    void onEnd(Status status) {
        synchronized (beginning) {
            isLeaving = true;
        }
        calls.values().forEach(call -> call.fail(status));
        seat.end();
        channel.onLinkEnd(this);
    }

    @Override
    void readTheRest() {
        seat.readTheRest();
    }
}
