package dev.naru.queues;

import dev.naru.channels.Address;
import dev.naru.channels.AddressException;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.channels.SystemV;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.KernelCalls;
import dev.naru.linux.Limits;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.linux.Sleepers;
import dev.naru.linux.SystemVQueues;
import dev.naru.linux.SystemVQueues.Selection;
import dev.naru.linux.SystemVQueues.Status;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;

/**
 * A System V message queue (msgget(2), msgop(2)): messages, each with a type above 0, which a receiver selects by. Any program of
 * the machine can use it, and it lives until it is removed, whether anybody uses it or not.
 *
 * {@snippet file="QueueSnippets.java" region="sysv"}
 *
 * <table>
 * <caption>Forms of every call</caption>
 * <tr><th>form</th><th>without room, or without a message</th></tr>
 * <tr><td>{@code send(…)}, {@code receive(…)}</td><td>waits; an interrupt ends it</td></tr>
 * <tr><td>with a {@link Duration}</td><td>waits so long, then answers false or empty</td></tr>
 * <tr><td>{@code trySend}, {@code tryReceive}</td><td>answers at once</td></tr>
 * </table>
 *
 * <p>Without a type, {@link #USUAL_TYPE} is sent, and the first message received, whatever its type. When somebody removes the queue,
 * whoever waits for it, or uses it later, gets {@link Problem#QUEUE_REMOVED}, and what waited in it is gone. What a receiver
 * has taken is gone with it when it is killed; what was sent stays, whoever is killed.
 *
 * <p>Thread-safe. {@link #close} ends the waits of this object, and leaves the queue alone: nothing is open of it. <b>Garbage</b>: none
 * by the sends and by {@link #receive(ByteBuffer, Selection)}, on platform threads.
 */
public final class SystemVQueue implements MessageSender, MessageReceiver {
    /** The type of a message for which none is named. */
    public static final long USUAL_TYPE = 1;

    /** The first message, of any type. */
    private static final Selection FIRST = Selection.first();

    private static final int OWNER_ONLY = 0600;
    private static final int EAGAIN = Errno.EAGAIN.number();
    private static final int ENOMSG = Errno.ENOMSG.number();
    private static final int E2BIG = Errno.E2BIG.number();
    private static final int EINVAL = Errno.EINVAL.number();
    private static final int EIDRM = Errno.EIDRM.number();

    /** Room for a text at first; as long as a message may be on a machine that nobody has tuned. */
    private static final int USUAL_ROOM = 8192;

    private final int id;
    private final String target;
    private final long maxMessage;
    private final NativeMessage.Pool messages = new NativeMessage.Pool(SystemVQueues.TYPE_SIZE, 0);
    private final Outlook room = new Outlook();
    private final Outlook supply = new Outlook();
    private final Sleepers sleepers = Sleepers.create();

    private SystemVQueue(int id, String target) throws IOException {
        this.id = id;
        this.target = target;
        long mostBytes = require(SystemVQueues.status(id), target).mostBytes();
        long longest = Limits.kernelNumber("kernel/msgmax");
        this.maxMessage = mostBytes == 0 ? longest : Math.min(longest, mostBytes); // 0: we may send, and not look
    }

    /**
     * A new queue of that key, for processes of this user.
     *
     * @param key not 0
     * @throws ErrnoException {@link Problem#EXISTS}, or {@link Problem#QUEUES_FULL} and the limit
     */
    public static SystemVQueue create(int key) throws IOException {
        return create(new Address.SystemVQueue(new SystemV.Key(key)), OWNER_ONLY);
    }

    /**
     * The same, with who may use it.
     *
     * @param address a key, or a file from which it is made
     * @param mode permission bits, such as 0660; the umask does not thin them
     */
    public static SystemVQueue create(Address.SystemVQueue address, int mode) throws IOException {
        int id = SystemVQueues.create(key(address), mode)
                .orElseThrow(
                        () -> ErrnoException.of(Problem.EXISTS, Errno.EEXIST.number(), "msgget", address.toString()));
        return new SystemVQueue(id, address.toString());
    }

    /** A new queue that has no key: only its {@link #id} finds it, which its maker tells the others. */
    public static SystemVQueue createPrivate(int mode) throws IOException {
        int id = SystemVQueues.create(0, mode).orElseThrow();
        return new SystemVQueue(id, new Address.SystemVQueue(new SystemV.Id(id)).toString());
    }

    /** The queue of that key, which must exist. */
    public static SystemVQueue open(int key) throws IOException {
        return open(new Address.SystemVQueue(new SystemV.Key(key)));
    }

    /** The queue at that address, which must exist. */
    public static SystemVQueue open(Address.SystemVQueue address) throws IOException {
        return new SystemVQueue(find(address), address.toString());
    }

    /** The queue of that key, made for processes of this user when there is none. */
    public static SystemVQueue openOrCreate(int key) throws IOException {
        return openOrCreate(new Address.SystemVQueue(new SystemV.Key(key)), OWNER_ONLY);
    }

    /** The queue at that address, made with those permission bits when there is none. */
    public static SystemVQueue openOrCreate(Address.SystemVQueue address, int mode) throws IOException {
        if (address.name() instanceof SystemV.Id) {
            return open(address);
        }
        while (true) {
            Optional<Integer> id = SystemVQueues.create(key(address), mode);
            if (id.isEmpty()) {
                id = SystemVQueues.find(key(address));
            }
            if (id.isPresent()) { // else it was removed between the two
                return new SystemVQueue(id.get(), address.toString());
            }
        }
    }

    /** Removes the queue, with what waits in it. */
    public static void remove(Address.SystemVQueue address) throws ErrnoException {
        if (!SystemVQueues.remove(find(address), address.toString())) {
            throw noQueue(address.toString());
        }
    }

    private static int key(Address.SystemVQueue address) throws ErrnoException {
        return switch (address.name()) {
            case SystemV.Key(int key) -> key;
            case SystemV.File file -> file.key();
            case SystemV.Id _ ->
                throw new AddressException(address.toString(), "the kernel chooses that number: name a key, as 0x6a01");
        };
    }

    private static int find(Address.SystemVQueue address) throws ErrnoException {
        return address.name() instanceof SystemV.Id(int id)
                ? id
                : SystemVQueues.find(key(address)).orElseThrow(() -> noQueue(address.toString()));
    }

    private static Status require(Optional<Status> status, String target) throws ErrnoException {
        return status.orElseThrow(() -> noQueue(target));
    }

    private static ErrnoException noQueue(String target) {
        return ErrnoException.of(Problem.NO_QUEUE, Errno.ENOENT.number(), "msgget", target);
    }

    /** The kernel's number for it, the msqid, by which every process of the machine finds it. */
    public int id() {
        return id;
    }

    /** What the kernel tells of it: how full it is, who may use it and who used it last. */
    public Status stat() throws IOException {
        return SystemVQueues.status(id).orElseThrow(this::removed);
    }

    /**
     * Changes who may use it.
     *
     * @param mode permission bits
     */
    public void changeMode(int mode) throws IOException {
        Status now = stat();
        SystemVQueues.change(id, now.owner(), now.group(), mode, now.mostBytes(), target);
    }

    /** Changes whose it is. */
    public void changeOwner(int owner, int group) throws IOException {
        Status now = stat();
        SystemVQueues.change(id, owner, group, now.mode(), now.mostBytes(), target);
    }

    /**
     * Changes how much may wait in it.
     *
     * @param bytes beyond {@code kernel.msgmnb} only for root
     * @throws ErrnoException {@link Problem#QUEUE_CAPACITY}, and the limit
     */
    public void changeCapacity(long bytes) throws IOException {
        Status now = stat();
        SystemVQueues.change(id, now.owner(), now.group(), now.mode(), bytes, target);
    }

    /** {@inheritDoc} {@code kernel.msgmax}, or all that may wait in the queue, as it was when this was opened. */
    @Override
    public long maxMessage() {
        return maxMessage;
    }

    @Override
    public void send(ByteBuffer message) throws IOException, InterruptedException {
        boolean _ = send(USUAL_TYPE, message, Poller.NEVER);
    }

    @Override
    public boolean send(ByteBuffer message, Duration timeout) throws IOException, InterruptedException {
        return send(USUAL_TYPE, message, Poller.deadlineIn(timeout));
    }

    @Override
    public boolean trySend(ByteBuffer message) throws IOException {
        return trySend(USUAL_TYPE, message);
    }

    /**
     * Sends a message of that type, and waits for room.
     *
     * @param type above 0
     */
    public void send(long type, ByteBuffer message) throws IOException, InterruptedException {
        boolean _ = send(type, message, Poller.NEVER);
    }

    /** The same, of all bytes of an array. */
    public void send(long type, byte[] message) throws IOException, InterruptedException {
        send(type, ByteBuffer.wrap(message));
    }

    /** The same, for at most so long: false when there was no room in time. */
    public boolean send(long type, ByteBuffer message, Duration timeout) throws IOException, InterruptedException {
        return send(type, message, Poller.deadlineIn(timeout));
    }

    /** Sends a message of that type if there is room now. */
    public boolean trySend(long type, ByteBuffer message) throws IOException {
        NativeMessage sent = outgoing(type, message);
        try {
            return isSent(SystemVQueues.trySend(id, sent.memory(), message.remaining()), message);
        } finally {
            messages.giveBack(sent);
        }
    }

    private boolean send(long type, ByteBuffer message, long deadline) throws IOException, InterruptedException {
        NativeMessage sent = outgoing(type, message);
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            int size = message.remaining();
            boolean waits = deadline == Poller.NEVER && room.isGloomy();
            long answer = waits ? -EAGAIN : SystemVQueues.trySend(id, sent.memory(), size);
            if (answer == -EAGAIN && !Poller.isOver(deadline)) {
                room.note(!waits);
                answer = SystemVQueues.send(id, sent.memory(), size, deadline, sleepers);
            }
            return isSent(answer, message);
        } finally {
            messages.giveBack(sent);
        }
    }

    private NativeMessage outgoing(long type, ByteBuffer message) throws ClosedChannelException {
        requireOpen();
        if (type < 1) {
            throw new IllegalArgumentException("type " + type + ": a type is above 0");
        }
        if (message.remaining() > maxMessage) {
            throw new IllegalArgumentException("a message of " + message.remaining() + " bytes; the longest has "
                    + maxMessage + ", by " + Limits.kernel("kernel/msgmax") + " and the queue's size");
        }
        NativeMessage taken = messages.take(message.remaining());
        taken.memory().set(ValueLayout.JAVA_LONG, 0, type);
        taken.put(message);
        return taken;
    }

    private boolean isSent(long answer, ByteBuffer message) throws ErrnoException {
        if (answer == 0) {
            message.position(message.limit());
            return true;
        }
        if (answer == -EAGAIN || answer == KernelCalls.TIMED_OUT) {
            return false;
        }
        throw refused(answer, "msgsnd", message.remaining());
    }

    @Override
    public byte[] receive() throws IOException, InterruptedException {
        return receive(FIRST).text();
    }

    @Override
    public Optional<byte[]> receive(Duration timeout) throws IOException, InterruptedException {
        return receive(FIRST, timeout).map(TypedMessage::text);
    }

    @Override
    public Optional<byte[]> tryReceive() throws IOException {
        return tryReceive(FIRST).map(TypedMessage::text);
    }

    /** The first message that is selected; waits for it. One of any length is received, whether the selection cuts or not. */
    public TypedMessage receive(Selection selection) throws IOException, InterruptedException {
        return receive(selection, Poller.NEVER).orElseThrow();
    }

    /** The same, if it comes in that time. */
    public Optional<TypedMessage> receive(Selection selection, Duration timeout)
            throws IOException, InterruptedException {
        return receive(selection, Poller.deadlineIn(timeout));
    }

    /** The same, if there is one now. */
    public Optional<TypedMessage> tryReceive(Selection selection) throws IOException {
        return copied((message, room) -> SystemVQueues.tryReceive(id, message.memory(), room, selection.whole()));
    }

    private Optional<TypedMessage> receive(Selection selection, long deadline)
            throws IOException, InterruptedException {
        requireOpen();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return copied((message, room) -> await(message, room, selection.whole(), deadline));
    }

    /**
     * The message at that place in the queue, which stays there (MSG_COPY).
     *
     * @param index 0 for the one that is received next, by whoever takes any type
     * @return empty when there are not so many
     * @throws ErrnoException {@link Problem#UNSUPPORTED} where the kernel was built without CONFIG_CHECKPOINT_RESTORE
     */
    public Optional<TypedMessage> peek(long index) throws IOException {
        if (index < 0) {
            throw new IllegalArgumentException("index " + index + ": it is 0 or more");
        }
        return copied((message, room) -> SystemVQueues.peek(id, message.memory(), room, index));
    }

    /**
     * Waits for the first message that is selected, and puts its text into a buffer.
     *
     * @return its type
     * @throws BufferOverflowException when it is longer than the buffer has room, and the selection does not cut; it stays
     */
    public long receive(ByteBuffer dst, Selection selection) throws IOException, InterruptedException {
        requireOpen();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        int room = dst.remaining();
        NativeMessage message = messages.take(room);
        try {
            return taken(await(message, room, selection, Poller.NEVER), message, dst);
        } finally {
            messages.giveBack(message);
        }
    }

    /** The same if there is one now; otherwise 0, which is no type. */
    public long tryReceive(ByteBuffer dst, Selection selection) throws IOException {
        requireOpen();
        int room = dst.remaining();
        NativeMessage message = messages.take(room);
        try {
            return taken(SystemVQueues.tryReceive(id, message.memory(), room, selection), message, dst);
        } finally {
            messages.giveBack(message);
        }
    }

    private long await(NativeMessage message, int most, Selection selection, long deadline)
            throws IOException, InterruptedException {
        boolean waits = deadline == Poller.NEVER && supply.isGloomy();
        long answer = waits ? -ENOMSG : SystemVQueues.tryReceive(id, message.memory(), most, selection);
        if (answer == -ENOMSG && !Poller.isOver(deadline)) {
            supply.note(!waits);
            answer = SystemVQueues.receive(id, message.memory(), most, selection, deadline, sleepers);
        }
        return answer;
    }

    /** What came into the buffer: the type of the message, or 0. */
    private long taken(long answer, NativeMessage message, ByteBuffer dst) throws ErrnoException {
        if (isNone(answer)) {
            return 0;
        }
        if (answer == -E2BIG) {
            throw new BufferOverflowException();
        }
        if (answer < 0) {
            throw refused(answer, "msgrcv", 0);
        }
        message.copy((int) answer, dst);
        return message.memory().get(ValueLayout.JAVA_LONG, 0);
    }

    /** A call that puts a message into memory. */
    @FunctionalInterface
    private interface Fetch<X extends Exception> {
        long into(NativeMessage message, int room) throws IOException, X;
    }

    /** A message of whatever length. One that is too long stays, so it is asked for again, with more room. */
    private <X extends Exception> Optional<TypedMessage> copied(Fetch<X> fetch) throws IOException, X {
        requireOpen();
        int room = USUAL_ROOM;
        while (true) {
            NativeMessage message = messages.take(room);
            try {
                long answer = fetch.into(message, message.room());
                if (isNone(answer)) {
                    return Optional.empty();
                }
                if (answer >= 0) {
                    long type = message.memory().get(ValueLayout.JAVA_LONG, 0);
                    return Optional.of(new TypedMessage(type, message.copy((int) answer)));
                }
                if (answer != -E2BIG) {
                    throw refused(answer, "msgrcv", 0);
                }
                room = 2 * message.room();
            } finally {
                messages.giveBack(message);
            }
        }
    }

    private static boolean isNone(long answer) {
        return answer == -ENOMSG || answer == KernelCalls.TIMED_OUT;
    }

    /** EINVAL is said of a queue that is gone, and of a message that is longer than is allowed by now. */
    private ErrnoException refused(long answer, String call, int size) {
        if (answer == -EIDRM || (answer == -EINVAL && isGone())) {
            return removed();
        }
        return answer == -EINVAL
                ? ErrnoException.of(
                        Problem.MESSAGE_TOO_LONG, EINVAL, call, target, Limits.kernel("kernel/msgmax"), size + " B")
                : KernelCalls.refusal(answer, call, target);
    }

    private boolean isGone() {
        try {
            return SystemVQueues.status(id).isEmpty();
        } catch (IOException unknown) {
            return false;
        }
    }

    private ErrnoException removed() {
        return ErrnoException.of(Problem.QUEUE_REMOVED, EIDRM, "msgctl", target);
    }

    private void requireOpen() throws ClosedChannelException {
        if (!sleepers.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public boolean isOpen() {
        return sleepers.isOpen();
    }

    /** Ends the waits of this object. The queue stays, with what waits in it: {@link #remove} removes it. */
    @Override
    public void close() {
        sleepers.close();
    }

    @Override
    public String toString() {
        return target;
    }
}
