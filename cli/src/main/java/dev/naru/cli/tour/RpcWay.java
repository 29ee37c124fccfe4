package dev.naru.cli.tour;

import dev.naru.channels.Address;
import dev.naru.linux.FileStatus;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server of calls at one end, and its client at the other: what is written into an end and what is read out of it are the same object. */
final class RpcWay implements Way {
    private static final String SERVE = "serve-";
    private static final String CALL = "call-";

    private final boolean serves;
    private final Address.Rpc address;
    private String object = "";
    private @Nullable RpcServing server;
    private @Nullable RpcCalling client;

    private RpcWay(boolean serves, Address.Rpc address) {
        this.serves = serves;
        this.address = address;
    }

    /** The end that serves, at a path. */
    static RpcWay serve(Address.Rpc address) {
        return new RpcWay(true, address);
    }

    /** The end that calls. */
    static RpcWay call(Address.Rpc address) {
        return new RpcWay(false, address);
    }

    /** Reads what {@link #toString} wrote; empty when that is something else. */
    static Optional<RpcWay> parse(String text) {
        boolean serves = text.startsWith(SERVE);
        if (!serves && !text.startsWith(CALL)) {
            return Optional.empty();
        }
        Address address = Address.parse(text.substring((serves ? SERVE : CALL).length()));
        return address instanceof Address.Rpc rpc ? Optional.of(new RpcWay(serves, rpc)) : Optional.empty();
    }

    @Override
    public WritableByteChannel openWriter() throws IOException {
        return serves ? server() : client();
    }

    @Override
    public ReadableByteChannel openReader() throws IOException {
        return serves ? server() : client();
    }

    private RpcServing server() throws IOException {
        RpcServing made = server;
        if (made == null) {
            made = RpcServing.at(address);
            object = "%s inode %d"
                    .formatted(
                            address, FileStatus.ofLink(Path.of(address.place())).inode());
            server = made;
        }
        return made;
    }

    private RpcCalling client() {
        RpcCalling made = client;
        if (made == null) {
            made = RpcCalling.to(address);
            client = made;
        }
        return made;
    }

    @Override
    public String object() {
        return object;
    }

    /** Both ends in this process: pieces that go, and pings that are answered. */
    @Override
    public void warmUp() throws IOException {
        Address.Rpc own = new Address.Rpc(
                address.place() + "-warm-up-" + ProcessHandle.current().pid());
        try (RpcServing there = RpcServing.at(own);
                RpcCalling here = RpcCalling.to(own)) {
            there.answerAll();
            WarmUp.run(here, here);
        }
    }

    @Override
    public String toString() {
        return (serves ? SERVE : CALL) + address;
    }
}
