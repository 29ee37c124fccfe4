package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * sendmsg(2) and recvmsg(2) on one memory that is used again: bytes, and beside them descriptors (SCM_RIGHTS of unix(7)) and where they
 * come from or go to. Neither waits.
 *
 * <p>For one thread at a time. Without descriptors and names nothing is allocated.
 */
public final class SocketMessage {
    /** The most descriptors that go with one message (SCM_MAX_FD). */
    public static final int MOST_DESCRIPTORS = 253;

    // struct msghdr
    private static final long HEADER_BYTES = 56;
    private static final long NAME = 0;
    private static final long NAME_LENGTH = 8;
    private static final long VECTORS = 16;
    private static final long VECTOR_COUNT = 24;
    private static final long CONTROL = 32;
    private static final long CONTROL_LENGTH = 40;
    private static final long FLAGS = 48;

    // struct iovec
    private static final long VECTOR_BYTES = 16;
    private static final long VECTOR_LENGTH = 8;

    // struct cmsghdr, and CMSG_ALIGN
    private static final long PART_HEADER = 16;
    private static final long PART_LEVEL = 8;
    private static final long PART_TYPE = 12;

    /** struct ucred: pid, uid, gid. */
    private static final long CREDENTIALS_BYTES = 12;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final MemorySegment header;
    private final MemorySegment vector;
    private final MemorySegment name;
    private final MemorySegment control;
    private @Nullable SocketName from;
    private Sockets.@Nullable Credentials sender;
    private Sockets.@Nullable Credentials lastSender;
    private List<Descriptor> received = List.of();

    /** With memory of its own, for as long as it can be reached. */
    public static SocketMessage create() {
        return new SocketMessage();
    }

    private SocketMessage() {
        Arena arena = Arena.ofAuto();
        header = arena.allocate(HEADER_BYTES, Long.BYTES);
        vector = arena.allocate(VECTOR_BYTES, Long.BYTES);
        name = arena.allocate(SocketName.Layout.ANY_BYTES, Long.BYTES);
        control = arena.allocate(
                PART_HEADER
                        + aligned((long) MOST_DESCRIPTORS * Integer.BYTES)
                        + PART_HEADER
                        + aligned(CREDENTIALS_BYTES),
                Long.BYTES);
        header.set(LONG, VECTORS, vector.address());
        header.set(LONG, VECTOR_COUNT, 1);
    }

    private static long aligned(long bytes) {
        return (bytes + Long.BYTES - 1) & -Long.BYTES;
    }

    private void fill(MemorySegment bytes, long offset, long count, long nameLength, long controlLength) {
        if (!bytes.isNative()) {
            throw new IllegalArgumentException("memory of the heap");
        }
        long _ = Objects.checkFromIndexSize(offset, count, bytes.byteSize());
        vector.set(LONG, 0, bytes.address() + offset);
        vector.set(LONG, VECTOR_LENGTH, count);
        header.set(LONG, NAME, nameLength == 0 ? 0 : name.address());
        header.set(INT, NAME_LENGTH, (int) nameLength);
        header.set(LONG, CONTROL, controlLength == 0 ? 0 : control.address());
        header.set(LONG, CONTROL_LENGTH, controlLength);
        header.set(INT, FLAGS, 0);
    }

    /**
     * Sends bytes, and with the first of them descriptors: the receiver gets others of the same open files.
     *
     * @param to where, for a datagram; null where it is connected
     * @param descriptors at most {@link #MOST_DESCRIPTORS}, with at least a byte; they stay the caller's
     * @return how many bytes went, or a negated errno
     */
    public long send(
            Descriptor socket,
            MemorySegment bytes,
            long offset,
            long count,
            @Nullable SocketName to,
            List<Descriptor> descriptors)
            throws ErrnoException {
        if (descriptors.size() > MOST_DESCRIPTORS) {
            throw new IllegalArgumentException(descriptors.size() + " descriptors, and the kernel takes 253");
        }
        long nameLength = to == null ? 0 : put(to);
        fill(bytes, offset, count, nameLength, putRights(descriptors));
        return SocketCalls.sendmsg(socket.number(), header, Constants.MSG_DONTWAIT | Constants.MSG_NOSIGNAL);
    }

    private long put(SocketName to) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = SocketName.encode(to, arena);
            MemorySegment.copy(address, 0, name, 0, address.byteSize());
            return address.byteSize();
        }
    }

    private long putRights(List<Descriptor> descriptors) {
        if (descriptors.isEmpty()) {
            return 0;
        }
        long length = PART_HEADER + (long) descriptors.size() * Integer.BYTES;
        control.set(LONG, 0, length);
        control.set(INT, PART_LEVEL, Constants.SOL_SOCKET);
        control.set(INT, PART_TYPE, Constants.SCM_RIGHTS);
        for (int i = 0; i < descriptors.size(); i++) {
            control.set(
                    INT,
                    PART_HEADER + (long) i * Integer.BYTES,
                    descriptors.get(i).number());
        }
        return aligned(length);
    }

    /**
     * How long the next message is, which stays where it is; a negated errno when there is none. At the end 0, and then
     * {@link #receive} tells it from an empty one.
     */
    public long lengthOfNext(Descriptor socket) {
        fill(control, 0, 0, 0, 0);
        int flags = Constants.MSG_DONTWAIT | Constants.MSG_PEEK | Constants.MSG_TRUNC;
        return SocketCalls.recvmsg(socket.number(), header, flags);
    }

    /**
     * Receives bytes. What else came with them is asked for afterwards, until the next call: {@link #takeDescriptors}, {@link #from},
     * {@link #sender}, {@link #isTruncated}. Descriptors that nobody took are closed by the next call.
     *
     * @param withName whether to note where they come from, of a datagram
     * @return how many bytes came, 0 at the end, or a negated errno
     */
    public long receive(Descriptor socket, MemorySegment bytes, long offset, long count, boolean withName) {
        dropDescriptors();
        sender = null;
        if (bytes.isReadOnly()) {
            throw new IllegalArgumentException("read-only memory");
        }
        fill(bytes, offset, count, withName ? name.byteSize() : 0, control.byteSize());
        long answer = SocketCalls.recvmsg(socket.number(), header, Constants.MSG_DONTWAIT | Constants.MSG_CMSG_CLOEXEC);
        if (answer >= 0) {
            readParts(header.get(LONG, CONTROL_LENGTH));
            from = withName ? SocketName.decode(name, header.get(INT, NAME_LENGTH)) : null;
        }
        return answer;
    }

    private void readParts(long length) {
        for (long at = 0; at + PART_HEADER <= length; ) {
            long part = control.get(LONG, at);
            if (control.get(INT, at + PART_LEVEL) == Constants.SOL_SOCKET) {
                switch (control.get(INT, at + PART_TYPE)) {
                    case Constants.SCM_RIGHTS -> adoptRights(at + PART_HEADER, at + part);
                    case Constants.SCM_CREDENTIALS -> readSender(at + PART_HEADER);
                    default -> {}
                }
            }
            at += Math.max(PART_HEADER, aligned(part));
        }
    }

    private void adoptRights(long from, long to) {
        List<Descriptor> adopted = new ArrayList<>();
        for (long each = from; each + Integer.BYTES <= to; each += Integer.BYTES) {
            adopted.add(Descriptor.adopt(control.get(INT, each)));
        }
        received = adopted;
    }

    /** Made anew only when it is somebody else, so that one who sends much makes no garbage here. */
    private void readSender(long at) {
        int pid = control.get(INT, at);
        int uid = control.get(INT, at + 4);
        int gid = control.get(INT, at + 8);
        Sockets.Credentials known = lastSender;
        if (known == null || known.pid() != pid || known.uid() != uid || known.gid() != gid) {
            known = new Sockets.Credentials(pid, uid, gid);
            lastSender = known;
        }
        sender = known;
    }

    /** The descriptors that came with the last bytes: from now on the caller's to close. */
    public List<Descriptor> takeDescriptors() {
        List<Descriptor> taken = received;
        received = List.of();
        return taken;
    }

    /** Closes those that nobody took. */
    public void dropDescriptors() {
        if (!received.isEmpty()) {
            takeDescriptors().forEach(Descriptor::close);
        }
    }

    /** Where the last bytes came from; null when it was not asked for. */
    public @Nullable SocketName from() {
        return from;
    }

    /**
     * Who sent the last message, where {@link Sockets#passCredentials} asks for it; null otherwise, and at the end.
     */
    public Sockets.@Nullable Credentials sender() {
        return sender;
    }

    /** Whether the last message was longer than there was room for; the rest of it is gone. */
    public boolean isTruncated() {
        return (header.get(INT, FLAGS) & Constants.MSG_TRUNC) != 0;
    }

    /** Whether descriptors were lost, since this process may have no more. */
    public boolean hasLostDescriptors() {
        return (header.get(INT, FLAGS) & Constants.MSG_CTRUNC) != 0;
    }
}
