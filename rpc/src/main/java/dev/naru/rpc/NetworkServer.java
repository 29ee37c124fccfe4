package dev.naru.rpc;

import dev.naru.channels.Address;
import dev.naru.linux.DirectoryLock;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import dev.naru.linux.SocketName;
import dev.naru.linux.Sockets;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A stock server of grpc-netty. */
final class NetworkServer extends RpcServer {
    /** Nobody beyond this machine is let in unless it is said. */
    private static final String LOOPBACK = "tcp:127.0.0.1:";

    private static final Pattern PORT_ALONE = Pattern.compile("tcp::?([0-9]+)");
    private static final String TARGET = "dns:///";

    private final Address address;
    private final Server stock;
    private final NetworkEnd end;

    /** Of the file of a Unix socket, while it is ours; 0 otherwise. */
    private volatile long inode;

    private NetworkServer(Address address, Server stock, NetworkEnd end) {
        this.address = address;
        this.stock = stock;
        this.end = end;
    }

    /**
     * A server at that address, once it is started.
     *
     * @param address {@code tcp:}, also with a port alone, {@code unix:}, or {@code dns:///HOST:PORT} as its clients have it
     */
    static RpcServer of(
            String address,
            ServerCredentials credentials,
            Settings settings,
            ServiceTable table,
            List<ServerTransportFilter> filters,
            List<ServerStreamTracer.Factory> tracers) {
        Address place = place(address);
        return NetworkEnd.needingNetty(address, loops -> {
            ServerBuilder<?> builder = Netty.server(place, credentials, loops)
                    .executor(settings.executor())
                    .decompressorRegistry(settings.decompressors())
                    .compressorRegistry(settings.compressors())
                    .maxInboundMessageSize(settings.maxMessage())
                    .maxInboundMetadataSize(settings.maxMetadata())
                    .addServices(table.services())
                    .fallbackHandlerRegistry(table.fallback());
            table.interceptors().forEach(builder::intercept);
            filters.forEach(builder::addTransportFilter);
            tracers.forEach(builder::addStreamTracerFactory);
            Server stock = builder.build();
            NetworkEnd end = new NetworkEnd(settings.grace(), stock::awaitTermination, loops);
            return new NetworkServer(place, stock, end);
        });
    }

    private static Address place(String address) {
        var port = PORT_ALONE.matcher(address);
        if (port.matches()) {
            return Address.parse(LOOPBACK + port.group(1));
        }
        return Address.parse(address.startsWith(TARGET) ? "tcp:" + address.substring(TARGET.length()) : address);
    }

    @Override
    public String address() {
        return address instanceof Address.Tcp tcp && stock.getPort() > 0
                ? new Address.Tcp(tcp.host(), stock.getPort()).toString()
                : address.toString();
    }

    @Override
    public RpcServer start() throws IOException {
        try {
            if (address instanceof Address.UnixFile file) {
                startAt(file);
            } else {
                Server _ = stock.start();
            }
            return this;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        } catch (IOException refused) {
            RpcServer _ = shutdownNow();
            throw refused instanceof ErrnoException ? refused : Netty.told(refused, address.toString());
        }
    }

    /** Netty removes what is there. Whoever replaces the file of a dead server holds this lock, so that it is not a living one's. */
    private void startAt(Address.UnixFile file) throws IOException, InterruptedException {
        Path path = file.path();
        Path parent = path.toAbsolutePath().getParent();
        try (DirectoryLock _ = DirectoryLock.take(parent == null ? Path.of("/") : parent, address.toString())) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Sockets.isLeft(new SocketName.UnixFile(path))) {
                throw ErrnoException.of(Errno.EADDRINUSE.number(), "bind", address.toString());
            }
            Server _ = stock.start();
            Netty.keepFile(stock);
            inode = FileStatus.ofLink(path).inode();
            Path _ = Files.setPosixFilePermissions(
                    path, Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
        }
    }

    /** Before the socket is closed: as long as it is bound, nobody of ours replaces it. */
    private synchronized void removeFile() {
        if (inode != 0 && address instanceof Address.UnixFile file) {
            try {
                if (FileStatus.ofLink(file.path()).inode() == inode) {
                    boolean _ = Files.deleteIfExists(file.path());
                }
            } catch (ErrnoException gone) {
                if (gone.problem() != Problem.NOT_FOUND) {
                    System.getLogger("dev.naru.rpc").log(System.Logger.Level.WARNING, gone.getMessage());
                }
            } catch (IOException refused) {
                System.getLogger("dev.naru.rpc").log(System.Logger.Level.WARNING, refused.toString());
            }
            inode = 0;
        }
    }

    @Override
    public RpcServer shutdown() {
        removeFile();
        Server _ = stock.shutdown();
        end.begin();
        return this;
    }

    @Override
    public RpcServer shutdownNow() {
        removeFile();
        Server _ = stock.shutdownNow();
        end.begin();
        return this;
    }

    @Override
    public boolean isShutdown() {
        return stock.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return stock.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return stock.awaitTermination(timeout, unit);
    }

    @Override
    public void awaitTermination() throws InterruptedException {
        stock.awaitTermination();
    }

    @Override
    public int getPort() {
        return stock.getPort();
    }

    @Override
    public List<? extends SocketAddress> getListenSockets() {
        return inode == 0 || !(address instanceof Address.UnixFile file)
                ? stock.getListenSockets()
                : List.of(UnixDomainSocketAddress.of(file.path()));
    }

    @Override
    public List<ServerServiceDefinition> getServices() {
        return stock.getServices();
    }

    @Override
    public List<ServerServiceDefinition> getImmutableServices() {
        return stock.getImmutableServices();
    }

    @Override
    public List<ServerServiceDefinition> getMutableServices() {
        return stock.getMutableServices();
    }

    @Override
    public void close() {
        RpcServer _ = shutdown();
        end.drain(this::shutdownNow);
    }

    @Override
    public String toString() {
        return address();
    }
}
