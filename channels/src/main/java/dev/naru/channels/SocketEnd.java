package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import dev.naru.linux.SocketMessage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
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
        boolean _ = enter(Poller.NEVER);
        try {
            MemorySegment memory = Natives.of(bytes);
            long sent = message().send(descriptor(), memory, 0, memory.byteSize(), null, descriptors);
            while (sent < 0) {
                boolean _ = goesOn((int) -sent, Interest.WRITABLE, Poller.NEVER, "sendmsg");
                sent = message().send(descriptor(), memory, 0, memory.byteSize(), null, descriptors);
            }
            bytes.position(bytes.position() + (int) sent);
            int _ = writing.write(bytes, Poller.NEVER);
        } finally {
            exit();
        }
    }

    /** Reads some bytes and the descriptors that came with them; empty at the end. */
    Optional<List<Descriptor>> receive(ByteBuffer dst) throws IOException {
        boolean _ = enter(Poller.NEVER);
        try {
            if (!dst.hasRemaining()) {
                return Optional.of(List.of());
            }
            MemorySegment memory = Natives.room(dst);
            while (true) {
                long received = message().receive(descriptor(), memory, 0, memory.byteSize(), false);
                if (received == 0) {
                    return Optional.empty();
                }
                if (received > 0) {
                    Natives.put(memory, (int) received, dst);
                    return Optional.of(Received.descriptors(message(), toString()));
                }
                boolean _ = goesOn((int) -received, Interest.READABLE, Poller.NEVER, "recvmsg");
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
