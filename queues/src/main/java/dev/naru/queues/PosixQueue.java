package dev.naru.queues;

import dev.naru.channels.Address;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.KernelCalls;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.PosixQueues.Access;
import dev.naru.linux.PosixQueues.Attributes;
import dev.naru.linux.Problem;
import dev.naru.linux.Sleepers;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;

/**
 * A POSIX message queue (mq_overview(7)): messages, each with a priority, of which the oldest with the highest is received first. Any
 * program of the machine can use it, and it lives until it is removed, or the machine stops.
 *
 * {@snippet file="QueueSnippets.java" region="posix"}
 *
 * <table>
 * <caption>Forms of every call</caption>
 * <tr><th>form</th><th>without room, or without a message</th></tr>
 * <tr><td>{@code send(…)}, {@code receive(…)}</td><td>waits; an interrupt ends it</td></tr>
 * <tr><td>with a {@link Duration}</td><td>waits so long, then answers false or empty</td></tr>
 * <tr><td>{@code trySend}, {@code tryReceive}</td><td>answers at once</td></tr>
 * </table>
 *
 * <p>Without a priority, 0 is sent, the lowest. To wait for several queues, or for a queue and something else, {@link #descriptor} can
 * be polled: it is readable when there is a message, and writable when there is room (mq_notify(3) is not used). Who has the
 * queue open keeps it when it is removed. What a receiver has taken is gone with it when it is killed; what was sent stays,
 * whoever is killed.
 *
 * <p>Thread-safe. <b>Garbage</b>: none by the sends and by {@link #receive(ByteBuffer)}, on platform threads.
 */
public final class PosixQueue implements MessageSender, MessageReceiver {
    private static final int ETIMEDOUT = Errno.ETIMEDOUT.number();
    private static final int EINTR = Errno.EINTR.number();
    private static final int NONE = -1;

    private final Descriptor queue;
    private final String target;
    private final int longest;
    private final NativeMessage.Pool messages = new NativeMessage.Pool(0, 2 * Integer.BYTES);
    private final Outlook room = new Outlook();
    private final Outlook supply = new Outlook();
    private final Sleepers sleepers = Sleepers.create();

    private PosixQueue(Descriptor queue, String name) throws ErrnoException {
        this.queue = queue;
        this.target = PosixQueues.address(name);
        try {
            this.longest = (int) PosixQueues.attributes(queue, target).longest();
        } catch (ErrnoException | RuntimeException | Error failed) {
            queue.close();
            throw failed;
        }
    }

    /**
     * A new queue of that name.
     *
     * @param name a POSIX name, as {@code /jobs}
     * @throws ErrnoException {@link Problem#EXISTS}; {@link Problem#QUEUE_CAPACITY}, {@link Problem#QUEUES_FULL} or
     *     {@link Problem#QUEUE_MEMORY}, and the limit
     */
    public static PosixQueue create(String name, PosixQueueSpec spec) throws IOException {
        Descriptor made = PosixQueues.create(name, spec.mode(), spec.mostMessages(), spec.longest())
                .orElseThrow(() ->
                        ErrnoException.of(Problem.EXISTS, Errno.EEXIST.number(), "mq_open", PosixQueues.address(name)));
        return new PosixQueue(made, name);
    }

    /** The queue of that name, which must exist, to send and to receive. */
    public static PosixQueue open(String name) throws IOException {
        return open(name, Access.READ_WRITE);
    }

    /** The same, for one of the two alone: who may do only that can open it. */
    public static PosixQueue open(String name, Access access) throws IOException {
        return new PosixQueue(PosixQueues.open(name, access).orElseThrow(() -> noQueue(name, "mq_open")), name);
    }

    /** The queue of that name, made so when there is none; one that is there is taken as it is. */
    public static PosixQueue openOrCreate(String name, PosixQueueSpec spec) throws IOException {
        while (true) {
            Optional<Descriptor> opened = PosixQueues.create(name, spec.mode(), spec.mostMessages(), spec.longest());
            if (opened.isEmpty()) {
                opened = PosixQueues.open(name, Access.READ_WRITE);
            }
            if (opened.isPresent()) { // else it was removed between the two
                return new PosixQueue(opened.get(), name);
            }
        }
    }

    /** Takes the name away. Who has the queue open keeps it; it goes with what waits in it when the last has closed it. */
    public static void remove(String name) throws ErrnoException {
        if (!PosixQueues.remove(name)) {
            throw noQueue(name, "mq_unlink");
        }
    }

    /** Removes what is at that address. */
    public static void remove(Address.PosixQueue address) throws ErrnoException {
        remove(address.name());
    }

    private static ErrnoException noQueue(String name, String call) {
        return ErrnoException.of(Problem.NO_QUEUE, Errno.ENOENT.number(), call, PosixQueues.address(name));
    }

    /** How much it holds, and how much waits in it now. */
    public Attributes attributes() throws IOException {
        enter();
        try {
            return PosixQueues.attributes(queue, target);
        } finally {
            queue.leave();
        }
    }

    /** To poll, with {@link Poller}: readable when there is a message, writable when there is room. It stays this queue's. */
    public Descriptor descriptor() {
        return queue;
    }

    /** Waits until there is a message, which stays: false when none came in that time. Others may take it first. */
    public boolean awaitMessage(Duration timeout) throws IOException, InterruptedException {
        enter();
        try {
            requireUninterrupted();
            return await(Interest.READABLE, Poller.deadlineIn(timeout));
        } finally {
            queue.leave();
        }
    }

    @Override
    public long maxMessage() {
        return longest;
    }

    @Override
    public void send(ByteBuffer message) throws IOException, InterruptedException {
        boolean _ = send(message, 0, Poller.NEVER);
    }

    @Override
    public boolean send(ByteBuffer message, Duration timeout) throws IOException, InterruptedException {
        return send(message, 0, Poller.deadlineIn(timeout));
    }

    @Override
    public boolean trySend(ByteBuffer message) throws IOException {
        return trySend(message, 0);
    }

    /**
     * Sends a message of that priority, and waits for room.
     *
     * @param priority 0 to 32767
     */
    public void send(ByteBuffer message, int priority) throws IOException, InterruptedException {
        boolean _ = send(message, priority, Poller.NEVER);
    }

    /** The same, for at most so long: false when there was no room in time. */
    public boolean send(ByteBuffer message, int priority, Duration timeout) throws IOException, InterruptedException {
        return send(message, priority, Poller.deadlineIn(timeout));
    }

    /** Sends a message of that priority if there is room now. */
    public boolean trySend(ByteBuffer message, int priority) throws IOException {
        NativeMessage sent = outgoing(message, priority);
        try {
            return isSent(PosixQueues.trySend(queue, sent.memory(), message.remaining(), priority), message);
        } finally {
            messages.giveBack(sent);
            queue.leave();
        }
    }

    private boolean send(ByteBuffer message, int priority, long deadline) throws IOException, InterruptedException {
        NativeMessage sent = outgoing(message, priority);
        try {
            requireUninterrupted();
            int size = message.remaining();
            boolean waits = deadline == Poller.NEVER && room.isGloomy();
            long answer = waits ? -ETIMEDOUT : PosixQueues.trySend(queue, sent.memory(), size, priority);
            if (answer == -ETIMEDOUT) {
                room.note(!waits);
            }
            while (waits(answer, deadline)) {
                answer = Thread.currentThread().isVirtual()
                        ? await(Interest.WRITABLE, deadline)
                                ? PosixQueues.trySend(queue, sent.memory(), size, priority)
                                : KernelCalls.TIMED_OUT
                        : PosixQueues.send(queue, sent.memory(), size, priority, deadline, sleepers);
            }
            return isSent(answer, message);
        } finally {
            messages.giveBack(sent);
            queue.leave();
        }
    }

    /** Enters the queue, too. */
    private NativeMessage outgoing(ByteBuffer message, int priority) throws ClosedChannelException {
        if (priority < 0 || priority >= PosixQueues.PRIORITIES) {
            throw new IllegalArgumentException("priority " + priority + ": it is 0 to " + (PosixQueues.PRIORITIES - 1));
        }
        if (message.remaining() > longest) {
            throw new IllegalArgumentException(
                    "a message of " + message.remaining() + " bytes; the longest has " + longest + ", as it was made");
        }
        enter();
        NativeMessage taken = messages.take(message.remaining());
        taken.put(message);
        return taken;
    }

    private boolean isSent(long answer, ByteBuffer message) throws ErrnoException {
        if (answer == 0) {
            message.position(message.limit());
            return true;
        }
        if (isNone(answer)) {
            return false;
        }
        throw KernelCalls.refusal(answer, "mq_send", target);
    }

    @Override
    public byte[] receive() throws IOException, InterruptedException {
        return receiveRanked().bytes();
    }

    @Override
    public Optional<byte[]> receive(Duration timeout) throws IOException, InterruptedException {
        return receiveRanked(timeout).map(RankedMessage::bytes);
    }

    @Override
    public Optional<byte[]> tryReceive() throws IOException {
        return tryReceiveRanked().map(RankedMessage::bytes);
    }

    /** The next message, with its priority; waits for it. */
    public RankedMessage receiveRanked() throws IOException, InterruptedException {
        return receiveRanked(Poller.NEVER).orElseThrow();
    }

    /** The same, if it comes in that time. */
    public Optional<RankedMessage> receiveRanked(Duration timeout) throws IOException, InterruptedException {
        return receiveRanked(Poller.deadlineIn(timeout));
    }

    /** The same, if there is one now. */
    public Optional<RankedMessage> tryReceiveRanked() throws IOException {
        NativeMessage message = incoming();
        try {
            return ranked(PosixQueues.tryReceive(queue, message.memory(), longest), message);
        } finally {
            messages.giveBack(message);
            queue.leave();
        }
    }

    private Optional<RankedMessage> receiveRanked(long deadline) throws IOException, InterruptedException {
        NativeMessage message = incoming();
        try {
            return ranked(await(message, deadline), message);
        } finally {
            messages.giveBack(message);
            queue.leave();
        }
    }

    private Optional<RankedMessage> ranked(long answer, NativeMessage message) throws ErrnoException {
        if (isNone(answer)) {
            return Optional.empty();
        }
        requireReceived(answer);
        return Optional.of(new RankedMessage(priority(message), message.copy((int) answer)));
    }

    /**
     * Waits for the next message, and puts it into a buffer.
     *
     * @return its priority
     * @throws BufferOverflowException when the buffer has no room for the longest message of the queue; none is taken
     */
    public int receive(ByteBuffer dst) throws IOException, InterruptedException {
        requireRoom(dst);
        NativeMessage message = incoming();
        try {
            return taken(await(message, Poller.NEVER), message, dst);
        } finally {
            messages.giveBack(message);
            queue.leave();
        }
    }

    /** The same if there is one now; otherwise -1, which is no priority. */
    public int tryReceive(ByteBuffer dst) throws IOException {
        requireRoom(dst);
        NativeMessage message = incoming();
        try {
            return taken(PosixQueues.tryReceive(queue, message.memory(), longest), message, dst);
        } finally {
            messages.giveBack(message);
            queue.leave();
        }
    }

    private void requireRoom(ByteBuffer dst) {
        if (dst.remaining() < longest) {
            throw new BufferOverflowException();
        }
    }

    private int taken(long answer, NativeMessage message, ByteBuffer dst) throws ErrnoException {
        if (isNone(answer)) {
            return NONE;
        }
        requireReceived(answer);
        message.copy((int) answer, dst);
        return priority(message);
    }

    /** Enters the queue, too. */
    private NativeMessage incoming() throws ClosedChannelException {
        enter();
        return messages.take(longest);
    }

    private long await(NativeMessage message, long deadline) throws IOException, InterruptedException {
        requireUninterrupted();
        boolean waits = deadline == Poller.NEVER && supply.isGloomy();
        long answer = waits ? -ETIMEDOUT : PosixQueues.tryReceive(queue, message.memory(), longest);
        if (answer == -ETIMEDOUT) {
            supply.note(!waits);
        }
        while (waits(answer, deadline)) {
            answer = Thread.currentThread().isVirtual()
                    ? await(Interest.READABLE, deadline)
                            ? PosixQueues.tryReceive(queue, message.memory(), longest)
                            : KernelCalls.TIMED_OUT
                    : PosixQueues.receive(queue, message.memory(), longest, deadline, sleepers);
        }
        return answer;
    }

    private static boolean waits(long answer, long deadline) {
        return answer == -EINTR || (answer == -ETIMEDOUT && !Poller.isOver(deadline));
    }

    private boolean await(Interest interest, long deadline) throws IOException, InterruptedException {
        return switch (Poller.await(queue, interest, deadline)) {
            case READY -> true;
            case TIMED_OUT -> false;
            case INTERRUPTED -> {
                boolean _ = Thread.interrupted();
                throw new InterruptedException();
            }
            case CLOSED -> throw new AsynchronousCloseException();
        };
    }

    private int priority(NativeMessage message) {
        return message.memory().get(ValueLayout.JAVA_INT, PosixQueues.priorityAt(longest));
    }

    private static boolean isNone(long answer) {
        return answer == -ETIMEDOUT || answer == KernelCalls.TIMED_OUT;
    }

    private void requireReceived(long answer) throws ErrnoException {
        if (answer < 0) {
            throw KernelCalls.refusal(answer, "mq_receive", target);
        }
    }

    private static void requireUninterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void enter() throws ClosedChannelException {
        if (!queue.enter()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public boolean isOpen() {
        return queue.isOpen();
    }

    /** Ends the waits of this object, and its use of the queue, which stays: {@link #remove} removes it. */
    @Override
    public void close() {
        queue.close();
        sleepers.close();
    }

    @Override
    public String toString() {
        return target;
    }
}
