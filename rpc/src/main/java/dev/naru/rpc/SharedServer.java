package dev.naru.rpc;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.ListenOptions;
import dev.naru.channels.Listener;
import dev.naru.linux.Sockets;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InternalServer;
import io.grpc.Metadata;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A server through shared memory: a socket by which it is found, and a {@link ServerLink} for each client. */
final class SharedServer extends RpcServer {
    private static final System.Logger LOG = System.getLogger("dev.naru.rpc");

    /** Between two tries to accept a client when this process lacks something. */
    private static final long AFTER_REFUSAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** For the first words of who is refused anyway: it waits for an answer only when it has said them. */
    private static final Duration FOR_STRANGERS = Duration.ofSeconds(1);

    private final Address.Rpc address;
    private final ServerSettings settings;
    private final ServiceTable table;
    private final Context context;
    private final CountDownLatch terminated = new CountDownLatch(1);

    /** Guarded by this object's monitor, as all below. */
    private @Nullable Listener listener;

    private final Set<ServerLink> links = new HashSet<>();

    /** Clients that are being let in. */
    private final Set<Connection> guests = new HashSet<>();

    private boolean isShutdown;
    private boolean isStopped;

    SharedServer(Address.Rpc address, ServerSettings settings, ServiceTable table) {
        this.address = address;
        this.settings = settings;
        this.table = table;
        // By this gRPC's own reflection service finds what it is to tell of.
        this.context = Context.ROOT.withValue(InternalServer.SERVER_CONTEXT_KEY, this);
    }

    @Override
    public String address() {
        return address.toString();
    }

    Settings settings() {
        return settings.common();
    }

    ServiceTable table() {
        return table;
    }

    Context context() {
        return context;
    }

    int maxCalls() {
        return settings.maxCalls();
    }

    Tracers tracersOf(String method, Metadata headers) {
        return settings.tracers().isEmpty()
                ? Tracers.NONE
                : new Tracers(settings.tracers().stream()
                        .map(factory -> factory.newServerStreamTracer(method, headers))
                        .toList());
    }

    @Override
    public synchronized RpcServer start() throws IOException {
        if (listener != null || isShutdown) {
            throw new IllegalStateException(address + (isShutdown ? ": it is shut down" : ": already started"));
        }
        try {
            Listener bound = Listener.listen(
                    new Address.UnixFile(Rendezvous.socketOf(address)),
                    ListenOptions.usual().withMode(settings.mode()));
            listener = bound;
            var _ = Thread.ofPlatform().daemon().name("naru-rpc-accept").start(() -> accept(bound));
            return this;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException(address.toString()).initCause(interrupted);
        }
    }

    private void accept(Listener bound) {
        while (true) {
            try {
                Connection guest = bound.accept();
                var _ = Thread.ofVirtual().name("naru-rpc-welcome").start(() -> welcome(guest));
            } catch (ClosedChannelException | InterruptedException over) {
                return;
            } catch (IOException refused) { // too many descriptors, say: the next one may find some
                LOG.log(System.Logger.Level.WARNING, address + ": a client could not be accepted", refused);
                LockSupport.parkNanos(AFTER_REFUSAL_NANOS);
            }
        }
    }

    private void welcome(Connection guest) {
        if (!enter(guest)) {
            return;
        }
        try {
            Sockets.Credentials who = guest.credentials();
            Status refusal = refusal(who);
            Rendezvous.requireClient(guest, refusal == null ? settings.handshake() : FOR_STRANGERS);
            if (refusal == null) {
                Attributes attributes = attributes(who);
                ServerLink link = new ServerLink(
                        this,
                        Rendezvous.welcome(guest, settings.ringBytes(), address.toString()),
                        settings.common(),
                        attributes,
                        address + " (pid " + who.pid() + ")");
                keep(link, guest);
                link.start();
            } else {
                Rendezvous.refuse(guest, refusal);
            }
        } catch (IOException refused) {
            LOG.log(System.Logger.Level.INFO, address + ": a client was not let in: " + refused.getMessage());
            guest.close();
        } catch (RuntimeException | Error failed) { // a filter refuses, say
            LOG.log(System.Logger.Level.WARNING, address + ": a client was not let in", failed);
            Rendezvous.refuse(
                    guest,
                    Status.PERMISSION_DENIED.withDescription(address + ": the server lets nobody in now: " + failed));
        } finally {
            leave(guest);
        }
    }

    /** False when it is too late, or there are too many already. */
    private boolean enter(Connection guest) {
        synchronized (this) {
            if (!isShutdown && guests.size() < settings.maxConnections()) {
                return guests.add(guest);
            }
        }
        guest.close();
        return false;
    }

    /** Guests count: each of them may become a connection. */
    private synchronized @Nullable Status refusal(Sockets.Credentials who) {
        if (!settings.admission().test(who)) {
            return Status.PERMISSION_DENIED.withDescription(
                    address + ": the server does not admit uid " + who.uid() + " (pid " + who.pid() + ")");
        }
        if (links.size() + guests.size() > settings.maxConnections()) {
            return Status.RESOURCE_EXHAUSTED.withDescription(
                    address + ": the server has all of its " + settings.maxConnections() + " connections");
        }
        return null;
    }

    private Attributes attributes(Sockets.Credentials who) throws IOException {
        Attributes attributes = Attributes.newBuilder()
                .set(RpcServer.PEER, who)
                .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, new ProcessAddress(who.pid()))
                .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, UnixDomainSocketAddress.of(Rendezvous.socketOf(address)))
                .build();
        for (ServerTransportFilter filter : settings.filters()) {
            attributes = filter.transportReady(attributes);
        }
        return attributes;
    }

    private void keep(ServerLink link, Connection guest) {
        boolean isLate;
        boolean isTooLate;
        synchronized (this) {
            boolean _ = links.add(link);
            boolean _ = guests.remove(guest); // it is not closed any more when the server is shut down
            isLate = isShutdown;
            isTooLate = isStopped;
        }
        if (isTooLate) {
            link.end(stopped());
        } else if (isLate) {
            link.goAway();
        }
    }

    private void leave(Connection guest) {
        synchronized (this) {
            boolean _ = guests.remove(guest);
        }
        terminateIfDone();
    }

    void onLinkEnd(ServerLink link) {
        try {
            for (ServerTransportFilter filter : settings.filters()) {
                filter.transportTerminated(link.attributes());
            }
        } catch (RuntimeException | Error thrown) {
            LOG.log(System.Logger.Level.WARNING, address + ": a filter throws", thrown);
        }
        synchronized (this) {
            boolean _ = links.remove(link);
        }
        terminateIfDone();
    }

    private synchronized void terminateIfDone() {
        if (isShutdown && links.isEmpty() && guests.isEmpty()) {
            terminated.countDown();
        }
    }

    @Override
    public RpcServer shutdown() {
        List<ServerLink> told;
        List<Connection> tooLate;
        Listener bound;
        synchronized (this) {
            isShutdown = true;
            bound = listener;
            told = List.copyOf(links);
            tooLate = List.copyOf(guests);
        }
        if (bound != null) {
            Rendezvous.closeAll(bound);
        }
        told.forEach(ServerLink::goAway);
        tooLate.forEach(Connection::close);
        terminateIfDone();
        return this;
    }

    @Override
    public RpcServer shutdownNow() {
        RpcServer _ = shutdown();
        List<ServerLink> left;
        synchronized (this) {
            isStopped = true;
            left = List.copyOf(links);
        }
        left.forEach(link -> link.end(stopped()));
        return this;
    }

    private static Status stopped() {
        return Status.UNAVAILABLE.withDescription("Server shutdownNow invoked");
    }

    @Override
    public synchronized boolean isShutdown() {
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
    public void awaitTermination() throws InterruptedException {
        terminated.await();
    }

    @Override
    public void close() {
        RpcServer _ = shutdown();
        Threads.closeWithin(settings.common().grace(), this::awaitTermination, this::shutdownNow);
    }

    @Override
    public List<SocketAddress> getListenSockets() {
        try {
            return List.of(UnixDomainSocketAddress.of(Rendezvous.socketOf(address)));
        } catch (IOException noName) { // which the start says
            return List.of();
        }
    }

    @Override
    public List<ServerServiceDefinition> getServices() {
        List<ServerServiceDefinition> all = new ArrayList<>(table.services());
        all.addAll(table.mutableServices());
        return List.copyOf(all);
    }

    @Override
    public List<ServerServiceDefinition> getImmutableServices() {
        return table.services();
    }

    @Override
    public List<ServerServiceDefinition> getMutableServices() {
        return table.mutableServices();
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
