package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Limits;
import dev.naru.linux.Problem;
import dev.naru.linux.SocketMessage;
import dev.naru.linux.Sockets;
import java.io.Closeable;
import java.util.List;
import java.util.Optional;

/** A message, and what came with it: close it. */
public final class Received implements Closeable {
    private final byte[] bytes;
    private final List<Descriptor> descriptors;
    private final Optional<Sockets.Credentials> sender;
    private final Optional<Address> from;

    Received(byte[] bytes, List<Descriptor> descriptors, Optional<Sockets.Credentials> sender, Optional<Address> from) {
        this.bytes = bytes;
        this.descriptors = descriptors;
        this.sender = sender;
        this.from = from;
    }

    /** The message; not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    /** What the far side passed: this process's now, and open until {@link #close} or until somebody takes them over. */
    public List<Descriptor> descriptors() {
        return descriptors;
    }

    /** Who sent it, as the kernel knows. */
    public Optional<Sockets.Credentials> sender() {
        return sender;
    }

    /** Where it was sent from; empty when that has no name, or it came by a connection. */
    public Optional<Address> from() {
        return from;
    }

    /** Closes the descriptors; those that were closed or taken over already are left alone. */
    @Override
    public void close() {
        descriptors.forEach(Descriptor::close);
    }

    /** What came with the last bytes, or an error when this process may have no more descriptors. */
    static List<Descriptor> descriptors(SocketMessage message, String target) throws ErrnoException {
        List<Descriptor> taken = message.takeDescriptors();
        if (message.hasLostDescriptors()) {
            taken.forEach(Descriptor::close);
            throw ErrnoException.of(
                    Problem.TOO_MANY_DESCRIPTORS,
                    Errno.EMFILE.number(),
                    "recvmsg",
                    target,
                    Limits.openDescriptors(),
                    "");
        }
        return taken;
    }
}
