package dev.naru.cli.tour;

import dev.naru.channels.Address;
import dev.naru.rpc.RpcChannel;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Bytes as the requests and the answers of unary calls. A piece that is written waits for what comes next: when that is a read, it is
 * the request that is to be answered with what is read; else it is one that is answered with nothing.
 */
final class RpcCalling extends PieceReader implements WritableByteChannel {
    private static final byte[] NOTHING = {};

    private final RpcChannel channel;
    private byte[] pending = NOTHING;
    private boolean isOpen = true;

    private RpcCalling(RpcChannel channel) {
        this.channel = channel;
    }

    /** A client of that server, which may come later. */
    static RpcCalling to(Address.Rpc address) {
        return new RpcCalling(
                RpcChannel.builder(address.toString()).directExecutor().build());
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        send();
        pending = new byte[bytes.remaining()];
        bytes.get(pending);
        return pending.length;
    }

    private void send() throws IOException {
        if (pending.length > 0) {
            byte[] _ = call(RpcServing.SEND);
        }
    }

    @Override
    void next(ByteBuffer into) throws IOException {
        take(into, MemorySegment.ofArray(call(RpcServing.ASK)));
    }

    private byte[] call(MethodDescriptor<byte[], byte[]> method) throws IOException {
        byte[] request = pending;
        pending = NOTHING;
        try {
            return ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT.withWaitForReady(), request);
        } catch (StatusRuntimeException failed) {
            throw new IOException(failed);
        }
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    /** What still waits is sent first. */
    @Override
    public void close() throws IOException {
        if (isOpen) {
            isOpen = false;
            try (channel) {
                send();
            }
        }
    }
}
