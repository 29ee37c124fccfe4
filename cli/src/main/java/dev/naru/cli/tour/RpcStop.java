package dev.naru.cli.tour;

import dev.naru.channels.Address;
import java.io.IOException;
import java.nio.file.Path;

/** Unary calls of gRPC through shared memory: the receiver serves, and each piece and each ping is a call of the sender's. */
final class RpcStop implements Stop {
    @Override
    public String mechanism() {
        return "rpc";
    }

    @Override
    public String description() {
        return "gRPC, calls through shared memory";
    }

    /** The processes make all of it. */
    @Override
    public Crossing open(Path scratch) throws IOException {
        Address.Rpc address = new Address.Rpc(scratch.resolve("calls").toString());
        String call = RpcWay.call(address).toString();
        String serve = RpcWay.serve(address).toString();
        return new Crossing(
                address.toString(), new Ends(call, call, child -> {}), new Ends(serve, serve, child -> {}), () -> {});
    }
}
