package dev.naru.rpc;

import java.net.SocketAddress;

/** Where a side of a connection is that listens nowhere: the process it is, as gRPC's attributes want it. */
final class ProcessAddress extends SocketAddress {
    private static final long serialVersionUID = 1;

    private final long pid;

    ProcessAddress(long pid) {
        this.pid = pid;
    }

    @Override
    public String toString() {
        return "pid:" + pid;
    }
}
