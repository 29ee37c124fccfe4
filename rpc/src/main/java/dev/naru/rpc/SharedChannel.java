package dev.naru.rpc;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A channel through shared memory. It connects for the first call, and anew for the next one after the server has gone; of several
 * calls that wait for a connection one attempt is made.
 *
 * <pre>
 *   IDLE ── a call ──> CONNECTING ── server there ──> READY
 *    ^                  |      ^                        |
 *    |                 none    | a call, or one waits   | server gone, or going
 *    |                  v      | for ready              |
 *    |            TRANSIENT_FAILURE                     |
 *    +--------------------------------------------------+
 * </pre>
 */
final class SharedChannel extends RpcChannel {
    /** For the answer of a server that does not run just now, or has its hands full. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);

    /** How long calls that wait for a server wait between two looks. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Address.Rpc address;
    private final Settings settings;
    private final String authority;
    private final @Nullable String userAgent;
    private final String acceptedEncodings;
    private final Channel intercepted;
    private final CountDownLatch terminated = new CountDownLatch(1);

    /** Where calls begin; null when there is none. Stored under this object's monitor. */
    private volatile @Nullable ClientLink ready;

    /** Guarded by this object's monitor, as all below. */
    private final ConnectivityStates states;

    private final Set<SharedClientCall<?, ?>> calls = new HashSet<>();
    private final List<SharedClientCall<?, ?>> waiting = new ArrayList<>();
    private final Set<ClientLink> links = new HashSet<>();
    private boolean connecting;
    private @Nullable Thread connector;

    /** Stored under this object's monitor. */
    private volatile boolean isShutdown;

    SharedChannel(
            Address.Rpc address,
            Settings settings,
            @Nullable String authority,
            @Nullable String userAgent,
            List<ClientInterceptor> interceptors) {
        this.address = address;
        this.settings = settings;
        this.authority = authority == null ? "localhost" : authority;
        this.userAgent = userAgent;
        this.acceptedEncodings = String.join(",", settings.decompressors().getAdvertisedMessageEncodings());
        this.states = new ConnectivityStates(settings.executor());
        this.intercepted = ClientInterceptors.intercept(new Bare(), interceptors);
    }

    /** The channel below the interceptors. */
    private final class Bare extends Channel {
        @Override
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
            return new SharedClientCall<>(SharedChannel.this, method, options);
        }

        @Override
        public String authority() {
            return authority;
        }
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        return intercepted.newCall(method, options);
    }

    @Override
    public String authority() {
        return authority;
    }

    Settings settings() {
        return settings;
    }

    String acceptedEncodings() {
        return acceptedEncodings;
    }

    @Nullable
    String userAgent() {
        return userAgent;
    }

    String authorityOf(CallOptions options) {
        String own = options.getAuthority();
        return own == null ? authority : own;
    }

    // Calls.

    /** It is under way from now on, until {@link #callEnds}. False when the channel is shut down. */
    boolean callBegins(SharedClientCall<?, ?> call) {
        synchronized (this) {
            return !isShutdown && calls.add(call);
        }
    }

    void callEnds(SharedClientCall<?, ?> call) {
        synchronized (this) {
            boolean _ = calls.remove(call);
            boolean _ = waiting.remove(call);
        }
        endIfDone();
    }

    /** Gives it the connection, now or when there is one. */
    void connect(SharedClientCall<?, ?> call) {
        ClientLink link = ready;
        if (link == null) {
            synchronized (this) {
                link = ready;
                if (link == null && calls.contains(call)) {
                    boolean _ = waiting.add(call);
                    beginToConnect();
                }
            }
        }
        if (link == null) {
            states.tell();
        } else {
            call.onConnection(link);
        }
    }

    // The connection.

    private synchronized void beginToConnect() {
        if (!connecting && ready == null && (!isShutdown || !calls.isEmpty())) {
            connecting = true;
            states.set(ConnectivityState.CONNECTING);
            connector = Thread.ofVirtual().name("naru-rpc-connect").start(this::tryToConnect);
        }
    }

    private void tryToConnect() {
        try {
            Rendezvous.Agreed agreed = Rendezvous.connect(address, CONNECT_TIMEOUT);
            onConnected(new ClientLink(this, agreed, settings, address));
        } catch (StatusException refused) {
            onRefused(refused.getStatus());
        } catch (ErrnoException nobody) {
            onRefused(Status.UNAVAILABLE.withDescription(words(nobody)).withCause(nobody));
        } catch (IOException | InterruptedException failed) {
            onRefused(Status.UNAVAILABLE
                    .withDescription(address + ": " + failed.getMessage())
                    .withCause(failed));
        } catch (RuntimeException | Error failed) {
            onRefused(Status.INTERNAL.withDescription(address + ": " + failed).withCause(failed));
        }
    }

    private String words(ErrnoException refused) {
        return switch (refused.problem()) {
            case NOT_FOUND, NOBODY_LISTENS ->
                address + ": no server is there: start it, or let the call wait for it (withWaitForReady)";
            default -> address + ": " + refused.getMessage();
        };
    }

    private void onConnected(ClientLink link) {
        List<SharedClientCall<?, ?>> due;
        synchronized (this) {
            connecting = false;
            boolean _ = links.add(link);
            ready = link;
            due = List.copyOf(waiting);
            waiting.clear();
            states.set(ConnectivityState.READY);
        }
        link.watch();
        states.tell();
        due.forEach(call -> call.onConnection(link));
        endIfDone(); // it may have been shut down meanwhile
    }

    private void onRefused(Status why) {
        List<SharedClientCall<?, ?>> failed = new ArrayList<>();
        synchronized (this) {
            connecting = false;
            for (SharedClientCall<?, ?> call : waiting) {
                if (!call.isWaitForReady()) {
                    failed.add(call);
                }
            }
            waiting.removeAll(failed);
            states.set(ConnectivityState.TRANSIENT_FAILURE);
            if (!waiting.isEmpty()) {
                var _ = Timers.OF_THIS_PROCESS.after(LOOK_AGAIN_NANOS, this::lookAgain);
            }
        }
        states.tell();
        failed.forEach(call -> call.fail(why));
        endIfDone();
    }

    private void lookAgain() {
        synchronized (this) {
            if (!waiting.isEmpty()) {
                beginToConnect();
            }
        }
        states.tell();
    }

    /** The server wants no more calls from that connection. */
    void onGoingAway(ClientLink link) {
        synchronized (this) {
            if (ready == link) {
                ready = null;
                states.set(ConnectivityState.IDLE);
            }
        }
        states.tell();
    }

    /** That connection is over. */
    void onLinkEnd(ClientLink link) {
        onGoingAway(link);
        synchronized (this) {
            boolean _ = links.remove(link);
        }
        endIfDone();
    }

    // The end.

    private void endIfDone() {
        if (!isShutdown) {
            return;
        }
        List<ClientLink> leaving;
        synchronized (this) {
            if (!isShutdown || !calls.isEmpty()) {
                return;
            }
            if (connecting && connector != null) {
                connector.interrupt(); // nobody waits for it any more
                return;
            }
            leaving = List.copyOf(links);
        }
        leaving.forEach(ClientLink::leave);
        synchronized (this) {
            if (links.isEmpty()) {
                terminated.countDown();
            }
        }
    }

    @Override
    public ManagedChannel shutdown() {
        synchronized (this) {
            isShutdown = true;
            states.set(ConnectivityState.SHUTDOWN);
        }
        states.tell();
        endIfDone();
        return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
        ManagedChannel _ = shutdown();
        List<SharedClientCall<?, ?>> left;
        synchronized (this) {
            left = List.copyOf(calls);
        }
        left.forEach(call -> call.fail(Status.UNAVAILABLE.withDescription("Channel shutdownNow invoked")));
        return this;
    }

    @Override
    public boolean isShutdown() {
        return isShutdown;
    }

    @Override
    public boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return terminated.await(timeout, unit);
    }

    @Override
    public void close() {
        ManagedChannel _ = shutdown();
        Threads.closeWithin(settings.grace(), this::awaitTermination, this::shutdownNow);
    }

    // Its state.

    @Override
    public ConnectivityState getState(boolean requestConnection) {
        if (requestConnection) {
            synchronized (this) {
                if (!isShutdown) {
                    beginToConnect();
                }
            }
            states.tell();
        }
        return states.current();
    }

    @Override
    public void notifyWhenStateChanged(ConnectivityState source, Runnable callback) {
        states.whenNot(source, callback);
    }

    /** There is no time to wait for: each call tries at once. */
    @Override
    public void resetConnectBackoff() {
        lookAgain();
    }

    /** Leaves its connection when the calls on it are over; the next call makes another. */
    @Override
    public void enterIdle() {
        ClientLink link = ready;
        if (link != null) {
            onGoingAway(link);
            link.leave();
        }
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
