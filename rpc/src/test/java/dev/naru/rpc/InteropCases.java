package dev.naru.rpc;

import io.grpc.ManagedChannelBuilder;
import io.grpc.testing.integration.AbstractInteropTest;

/** gRPC's own cases for a transport, through shared memory to the server of another process. Run by {@link InteropTest}. */
public final class InteropCases extends AbstractInteropTest {
    /** Where the server is. JUnit makes the objects of this class, so nobody can tell them. */
    static String address = "";

    /** As gRPC's own transports have it in these cases. */
    private static final int MOST_BYTES = 16 << 20;

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
        return RpcChannel.builder(address).maxInboundMessageSize(MOST_BYTES);
    }

    /** Census counts what goes through HTTP/2. */
    @Override
    protected boolean metricsExpected() {
        return false;
    }
}
