package dev.naru.rpc;

import dev.naru.channels.Address;
import java.util.concurrent.TimeUnit;

/** A server through shared memory. */
final class SharedServer extends RpcServer {
    SharedServer(Address.Rpc address, ServerSettings settings, ServiceTable table) {
        throw new UnsupportedOperationException(address + "" + settings + table.services());
    }

    @Override
    public String address() {
        return "";
    }

    @Override
    public RpcServer start() {
        return this;
    }

    @Override
    public RpcServer shutdown() {
        return this;
    }

    @Override
    public RpcServer shutdownNow() {
        return this;
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }

    @Override
    public void awaitTermination() {}

    @Override
    public void close() {}
}
