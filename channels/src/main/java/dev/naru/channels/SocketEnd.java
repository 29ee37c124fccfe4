package dev.naru.channels;

import dev.naru.linux.Descriptor;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One direction of a {@link Connection}. Each has its own turn, so that one thread reads while another writes; closing either, or an
 * interrupt in either, closes the connection, as with the JDK's socket channels. Thread-safe.
 */
final class SocketEnd extends DescriptorChannel {
    private final Reading reading = new Reading(this);
    private final Writing writing = new Writing(this);

    SocketEnd(Descriptor socket, String address) {
        super(socket, Mode.SOCKET, address);
    }

    int read(ByteBuffer dst, long deadline) throws IOException {
        return reading.read(dst, deadline);
    }

    long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
        return reading.read(dsts, offset, length);
    }

    int write(ByteBuffer src, long deadline) throws IOException {
        return writing.write(src, deadline);
    }

    long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
        return writing.write(srcs, offset, length);
    }
}
