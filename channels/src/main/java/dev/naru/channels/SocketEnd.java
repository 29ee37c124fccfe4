package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import dev.naru.linux.SocketMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link Connection}. Each has its own turn, so that one thread reads while another writes; closing either, or an
 * interrupt in either, closes the connection, as with the JDK's socket channels. Thread-safe.
 */
final class SocketEnd extends DescriptorChannel {
    private final Reading reading = new Reading(this);
    private final Writing writing = new Writing(this);

    /** Guarded by its turn. */
    private @Nullable SocketMessage message;

    SocketEnd(Descriptor socket, String address) {
        super(socket, Mode.SOCKET, address);
    }

    /** Made when it is needed first: few connections pass descriptors. */
    private SocketMessage message() {
        SocketMessage made = message;
        if (made == null) {
            made = SocketMessage.create();
            message = made;
        }
        return made;
    }

    /**
     * Writes all, the first of it together with descriptors.
     *
     * @param bytes at least one
     */
    void pass(ByteBuffer bytes, List<Descriptor> descriptors) throws IOException {
        Call send =
                (memory, offset, count) -> (int) message().send(descriptor(), memory, offset, count, null, descriptors);
        boolean _ = enter(Poller.NEVER);
        try {
            int sent = writing.drain(bytes, send);
            while (sent < 0) {
                boolean _ = goesOn(-sent, Interest.WRITABLE, Poller.NEVER, "sendmsg");
                sent = writing.drain(bytes, send);
            }
            int _ = writing.write(bytes, Poller.NEVER);
        } finally {
            exit();
        }
    }

    /** Reads some bytes and the descriptors that came with them; empty at the end. */
    Optional<List<Descriptor>> receive(ByteBuffer dst) throws IOException {
        Reading.requireWritable(dst);
        Call receive = (memory, offset, count) -> (int) message().receive(descriptor(), memory, offset, count, false);
        boolean _ = enter(Poller.NEVER);
        try {
            if (!dst.hasRemaining()) {
                return Optional.of(List.of());
            }
            while (true) {
                int received = reading.fill(dst, receive);
                if (received == 0) {
                    return Optional.empty();
                }
                if (received > 0) {
                    return Optional.of(Received.descriptors(message(), toString()));
                }
                boolean _ = goesOn(-received, Interest.READABLE, Poller.NEVER, "recvmsg");
            }
        } finally {
            exit();
        }
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
