package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import dev.naru.linux.Problem;
import dev.naru.linux.SocketMessage;
import dev.naru.linux.SocketName;
import dev.naru.linux.Sockets;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whole messages through one socket. Each try takes a turn, each way its own, and gives it back before it waits. Thread-safe.
 *
 * <p>What is kept between calls is native memory as large as the longest message so far, so that a message makes no garbage but its array.
 */
final class MessageCalls {
    /** There was none now. */
    static final int NONE = -2;

    /** The far side has closed, and all was received. */
    static final int END = -1;

    private static final int EAGAIN = Errno.EAGAIN.number();
    private static final int EINTR = Errno.EINTR.number();
    private static final int EMSGSIZE = Errno.EMSGSIZE.number();

    /** What the kernel keeps of a send buffer for itself (unix_dgram_sendmsg). */
    private static final int RESERVED = 32;

    private static final int LEAST_BYTES = 4096;

    /** The overflow uid. */
    private static final int NOBODY = 65_534;

    private final Descriptor socket;
    private final String address;
    private final boolean fromAnybody;
    private final long maxMessage;
    private final ReentrantLock sending = new ReentrantLock();
    private final ReentrantLock receiving = new ReentrantLock();
    private final SocketMessage outgoing = SocketMessage.create();
    private final SocketMessage incoming = SocketMessage.create();
    private Room out = new Room(LEAST_BYTES);
    private Room in = new Room(LEAST_BYTES);

    /** Native memory, and the buffer that shows it. */
    private static final class Room {
        final MemorySegment memory;
        final ByteBuffer buffer;

        Room(long least) {
            memory = Arena.ofAuto().allocate(Math.max(LEAST_BYTES, Long.highestOneBit(Math.max(1, least - 1)) << 1));
            buffer = memory.asByteBuffer();
        }

        Room atLeast(long bytes) {
            return bytes <= memory.byteSize() ? this : new Room(bytes);
        }
    }

    /**
     * Of a socket that its caller closes.
     *
     * @param fromAnybody whether each message may come from somewhere else
     */
    MessageCalls(Descriptor socket, String address, boolean fromAnybody) throws ErrnoException {
        this.socket = socket;
        this.fromAnybody = fromAnybody;
        this.address = address;
        Sockets.passCredentials(socket, address); // which an empty message has, and the end has not
        this.maxMessage = (long) Sockets.get(socket, Sockets.Option.SEND_BUFFER, address) - RESERVED;
    }

    long maxMessage() {
        return maxMessage;
    }

    /** False when the deadline passed. */
    boolean send(ByteBuffer message, @Nullable SocketName to, List<Descriptor> passed, long deadline)
            throws IOException, InterruptedException {
        DescriptorUse.requireUninterrupted();
        while (!trySend(message, to, passed)) {
            if (Poller.isOver(deadline)) {
                return false;
            }
            if (to == null) {
                if (!DescriptorUse.await(socket, Interest.WRITABLE, deadline)) {
                    return false;
                }
            } else {
                pause();
            }
        }
        return true;
    }

    /** Who is not connected is not told that there is room. */
    private void pause() throws IOException, InterruptedException {
        LockSupport.parkNanos(Connecting.FULL_NANOS);
        DescriptorUse.requireUninterrupted();
        if (!socket.isOpen()) {
            throw new AsynchronousCloseException();
        }
    }

    /** False when there was no room. */
    boolean trySend(ByteBuffer message, @Nullable SocketName to, List<Descriptor> passed) throws IOException {
        if (!socket.enter()) {
            throw new ClosedChannelException();
        }
        sending.lock();
        try {
            long answer = sendOnce(message, to, passed);
            while (answer == -EINTR) {
                answer = sendOnce(message, to, passed);
            }
            if (answer >= 0) {
                message.position(message.limit());
                return true;
            }
            if (answer == -EAGAIN) {
                return false;
            }
            throw refused((int) -answer, message.remaining(), to);
        } finally {
            sending.unlock();
            socket.leave();
        }
    }

    private long sendOnce(ByteBuffer message, @Nullable SocketName to, List<Descriptor> passed) throws IOException {
        int length = message.remaining();
        out = out.atLeast(length);
        out.buffer.put(0, message, message.position(), length);
        return outgoing.send(socket, out.memory, 0, length, to, passed);
    }

    private IOException refused(int errno, int length, @Nullable SocketName to) throws IOException {
        if (errno == EMSGSIZE) {
            throw new IllegalArgumentException(
                    "a message of " + length + " bytes; the longest has " + maxMessage() + ", by its send buffer");
        }
        return ErrnoException.of(errno, "sendmsg", to == null ? address : to.toString());
    }

    /** What a receive does with a message, in its turn. */
    interface Taker<T> {
        /** Its bytes stand at the beginning of the memory. */
        T take(ByteBuffer bytes, SocketMessage message) throws IOException;
    }

    /** Empty when the deadline passed. */
    <T> Optional<T> receive(Taker<T> taker, long deadline) throws IOException, InterruptedException {
        return DescriptorUse.retry(socket, Interest.READABLE, deadline, () -> tryReceive(taker));
    }

    <T> Optional<T> tryReceive(Taker<T> taker) throws IOException {
        if (!socket.enter()) {
            throw new ClosedChannelException();
        }
        receiving.lock();
        try {
            int length = fetch(Integer.MAX_VALUE, fromAnybody);
            if (length == NONE) {
                return Optional.empty();
            }
            if (length == END) {
                throw ErrnoException.of(Problem.ENDED, address);
            }
            return Optional.of(taker.take(in.buffer.slice(0, length), incoming));
        } finally {
            incoming.dropDescriptors();
            receiving.unlock();
            socket.leave();
        }
    }

    /** The next message into that buffer: its length, {@link #NONE} or {@link #END}. */
    int tryReceive(ByteBuffer dst) throws IOException {
        if (!socket.enter()) {
            throw new ClosedChannelException();
        }
        receiving.lock();
        try {
            int length = fetch(dst.remaining(), false);
            if (length > 0) {
                dst.put(dst.position(), in.buffer, 0, length);
                dst.position(dst.position() + length);
            }
            return length;
        } finally {
            incoming.dropDescriptors();
            receiving.unlock();
            socket.leave();
        }
    }

    /** Waits for it: its length, or {@link #END}. */
    int receive(ByteBuffer dst) throws IOException, InterruptedException {
        DescriptorUse.requireUninterrupted();
        int length = tryReceive(dst);
        while (length == NONE) {
            boolean _ = DescriptorUse.await(socket, Interest.READABLE, Poller.NEVER);
            length = tryReceive(dst);
        }
        return length;
    }

    /** Looks how long it is first, so that no message is cut off. */
    private int fetch(int most, boolean withName) throws IOException {
        while (true) {
            long length = incoming.lengthOfNext(socket);
            if (length > most) {
                throw new BufferOverflowException(); // it stays where it is
            }
            if (length >= 0) {
                in = in.atLeast(length);
                length = incoming.receive(socket, in.memory, 0, in.memory.byteSize(), withName);
            }
            if (length >= 0 && incoming.isTruncated()) {
                throw new IOException(
                        address + ": a message was cut off, since another process receives from this socket too");
            }
            if (length >= 0) {
                return length == 0 && incoming.sender() == null ? END : (int) length;
            }
            if (length == -EAGAIN) {
                return NONE;
            }
            if (length != -EINTR) {
                throw ErrnoException.of((int) -length, "recvmsg", address);
            }
        }
    }

    /** A message with all that came with it. */
    Received all(ByteBuffer bytes, SocketMessage message) throws IOException {
        byte[] copied = copy(bytes); // all that may fail comes before the descriptors are taken
        Optional<Sockets.Credentials> sender =
                Optional.ofNullable(message.sender()).filter(MessageCalls::isKnown);
        Optional<Address> from =
                Optional.ofNullable(message.from()).flatMap(MessageCalls::address); // nowhere, of a connection
        List<Descriptor> descriptors = Received.descriptors(message, address);
        return new Received(copied, descriptors, sender, from);
    }

    /** The kernel shows nobody where a message was sent before anybody asked for its sender. */
    private static boolean isKnown(Sockets.Credentials sender) {
        return sender.pid() != 0 || sender.uid() != NOBODY;
    }

    /** Nothing for one without a name. */
    private static Optional<Address> address(SocketName from) {
        return switch (from) {
            case SocketName.UnixFile file -> Optional.of(new Address.UnixFile(file.path(), Sockets.Kind.DATAGRAM));
            case SocketName.UnixAbstract(String name) when name.isEmpty() -> Optional.empty();
            case SocketName.UnixAbstract named ->
                Optional.of(new Address.UnixAbstract(named.name(), Sockets.Kind.DATAGRAM));
            case SocketName.UnixUnnamed _, SocketName.Internet _ -> Optional.empty();
        };
    }

    /** The bytes alone. */
    static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }
}
