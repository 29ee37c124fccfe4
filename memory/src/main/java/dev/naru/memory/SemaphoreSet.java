package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.channels.AddressException;
import dev.naru.channels.SystemV;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.KernelCalls;
import dev.naru.linux.Limits;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.linux.Sleepers;
import dev.naru.linux.SystemVSemaphores;
import dev.naru.linux.SystemVSemaphores.Status;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * System V semaphores (semget(2), semop(2)): a set of them under one key, on which several operations are done at once or not at all. Any
 * program of the machine can use it, and it lives until it is removed.
 *
 * {@snippet file="SemaphoreSnippets.java" region="set"}
 *
 * <p>With undo, the kernel takes back what a process did when it ends, also when it is killed: a permit that it had acquired is
 * there again. What a permit guarded may be half changed then, and nobody is told: for that, take a {@link SharedLock}.
 *
 * <p>A set is born with its values: nobody finds it before, though semget(2) makes it first and its values come after. When somebody
 * removes it, whoever waits for it, or uses it later, gets {@link Problem#SEMAPHORE_REMOVED}.
 *
 * <p>Thread-safe. {@link #close} ends the waits of {@link #operate}; a semaphore of the set is closed by itself. Nothing is open of it.
 */
public final class SemaphoreSet implements Closeable {
    private static final int OWNER_ONLY = 0600;
    private static final int EAGAIN = Errno.EAGAIN.number();
    private static final int EINVAL = Errno.EINVAL.number();
    private static final int EIDRM = Errno.EIDRM.number();
    private static final int ERANGE = Errno.ERANGE.number();
    private static final int E2BIG = Errno.E2BIG.number();

    private final int id;
    private final int count;
    private final String target;
    private final Sleepers sleepers = Sleepers.create();

    private SemaphoreSet(int id, int count, String target) {
        this.id = id;
        this.count = count;
        this.target = target;
    }

    /**
     * A new set of that key, for processes of this user.
     *
     * @param key not 0
     * @param values how many permits each semaphore has: 0 to 32767
     * @throws ErrnoException {@link Problem#EXISTS}, or {@link Problem#SEMAPHORES_FULL} and the limits
     */
    public static SemaphoreSet create(int key, int... values) throws IOException {
        return create(new Address.SystemVSemaphores(new SystemV.Key(key)), OWNER_ONLY, values);
    }

    /**
     * The same, with who may use it.
     *
     * @param address a key, or a file from which it is made
     * @param mode permission bits, such as 0660; the umask does not thin them
     */
    public static SemaphoreSet create(Address.SystemVSemaphores address, int mode, int... values) throws IOException {
        int key = key(address);
        Optional<Integer> made = SystemVSemaphores.create(key, mode, requireValues(values));
        while (made.isEmpty() && removeUnborn(key)) {
            made = SystemVSemaphores.create(key, mode, values);
        }
        int id = made.orElseThrow(
                () -> ErrnoException.of(Problem.EXISTS, Errno.EEXIST.number(), "semget", address.toString()));
        return new SemaphoreSet(id, values.length, address.toString());
    }

    /** A new set that has no key: only its {@link #id} finds it, which its maker tells the others. */
    public static SemaphoreSet createPrivate(int mode, int... values) throws IOException {
        int id = SystemVSemaphores.create(0, mode, requireValues(values)).orElseThrow();
        return new SemaphoreSet(id, values.length, new Address.SystemVSemaphores(new SystemV.Id(id)).toString());
    }

    /** The set of that key, which must exist. */
    public static SemaphoreSet open(int key) throws IOException {
        return open(new Address.SystemVSemaphores(new SystemV.Key(key)));
    }

    /** The set at that address, which must exist. */
    public static SemaphoreSet open(Address.SystemVSemaphores address) throws IOException {
        Status found = find(address).orElseThrow(() -> none(address.toString()));
        return new SemaphoreSet(found.id(), found.count(), address.toString());
    }

    /**
     * The set at that address, made when there is none.
     *
     * @param mode permission bits of a new one
     * @param values how many permits each semaphore of a new one has
     * @throws ErrnoException {@link Problem#OTHER_SEMAPHORES} when the one that is there has another number of semaphores
     */
    public static SemaphoreSet openOrCreate(Address.SystemVSemaphores address, int mode, int... values)
            throws IOException {
        if (address.name() instanceof SystemV.Id) {
            return requireCount(open(address), values.length);
        }
        while (true) {
            Optional<Status> found = find(address);
            if (found.isPresent()) {
                Status set = found.get();
                boolean settled = !SystemVSemaphores.isUnsettled(set)
                        || SystemVSemaphores.settle(set.id(), mode, address.toString());
                if (settled) {
                    return requireCount(new SemaphoreSet(set.id(), set.count(), address.toString()), values.length);
                }
                continue;
            }
            boolean _ = removeUnborn(key(address));
            Optional<Integer> made = SystemVSemaphores.create(key(address), mode, requireValues(values));
            if (made.isPresent()) {
                return new SemaphoreSet(made.get(), values.length, address.toString());
            }
        }
    }

    private static SemaphoreSet requireCount(SemaphoreSet set, int count) throws ErrnoException {
        if (set.count != count) {
            throw ErrnoException.of(
                    Problem.OTHER_SEMAPHORES,
                    EINVAL,
                    "semget",
                    set.target,
                    Integer.toString(count),
                    set.count + " semaphores");
        }
        return set;
    }

    /** Removes the set. */
    public static void remove(Address.SystemVSemaphores address) throws ErrnoException {
        int id = address.name() instanceof SystemV.Id(int named)
                ? named
                : SystemVSemaphores.find(key(address)).orElseThrow(() -> none(address.toString()));
        if (!SystemVSemaphores.remove(id, address.toString())) {
            throw none(address.toString());
        }
    }

    private static int key(Address.SystemVSemaphores address) throws ErrnoException {
        return switch (address.name()) {
            case SystemV.Key(int key) -> key;
            case SystemV.File file -> file.key();
            case SystemV.Id _ ->
                throw new AddressException(address.toString(), "the kernel chooses that number: name a key, as 0x6a01");
        };
    }

    /** One that has its values. */
    private static Optional<Status> find(Address.SystemVSemaphores address) throws IOException {
        Optional<Integer> id = address.name() instanceof SystemV.Id(int named)
                ? Optional.of(named)
                : SystemVSemaphores.find(key(address));
        Optional<Status> found = id.isEmpty() ? Optional.empty() : SystemVSemaphores.status(id.get());
        return found.filter(set -> !SystemVSemaphores.isUnborn(set));
    }

    /**
     * Removes a set whose maker has not given it its values, and may have been killed: one that lives starts anew.
     *
     * @return whether there is room for a new one
     */
    private static boolean removeUnborn(int key) throws IOException {
        Optional<Integer> id = SystemVSemaphores.find(key);
        if (id.isEmpty()) {
            return true;
        }
        Optional<Status> found = SystemVSemaphores.status(id.get());
        if (found.isPresent() && !SystemVSemaphores.isUnborn(found.get())) {
            return false;
        }
        boolean _ = SystemVSemaphores.remove(id.get(), SystemVSemaphores.address(key));
        return true;
    }

    private static int[] requireValues(int... values) {
        if (values.length == 0
                || Arrays.stream(values).anyMatch(value -> value < 0 || value > SystemVSemaphores.MOST_VALUE)) {
            throw new IllegalArgumentException(
                    "values " + Arrays.toString(values) + ": at least one, each 0 to " + SystemVSemaphores.MOST_VALUE);
        }
        return values;
    }

    private static ErrnoException none(String target) {
        return ErrnoException.of(Problem.NO_SEMAPHORE, Errno.ENOENT.number(), "semget", target);
    }

    /** The kernel's number for it, the semid, by which every process of the machine finds it. */
    public int id() {
        return id;
    }

    /** How many semaphores it has. */
    public int count() {
        return count;
    }

    /** What the kernel tells of the set. */
    public Status stat() throws IOException {
        return SystemVSemaphores.status(id).orElseThrow(this::removed);
    }

    /** What the kernel tells of one: its permits, who waits, who used it last. */
    public SystemVSemaphores.One stat(int number) throws IOException {
        return SystemVSemaphores.one(id, requireNumber(number), target).orElseThrow(this::removed);
    }

    /** One of them, whose permits any process may give back. */
    public SharedSemaphore semaphore(int number) {
        return new SetSemaphore(this, requireNumber(number), false);
    }

    /** One of them, for who releases what he has acquired: of a process that is killed meanwhile, the kernel does. */
    public SharedSemaphore semaphoreWithUndo(int number) {
        return new SetSemaphore(this, requireNumber(number), true);
    }

    private int requireNumber(int number) {
        if (number < 0 || number >= count) {
            throw new IllegalArgumentException("semaphore " + number + ": the set has " + count + ", from 0");
        }
        return number;
    }

    int value(int number) throws ErrnoException {
        int answer = SystemVSemaphores.value(id, number);
        requireDone(answer, 1);
        return answer;
    }

    /**
     * Sets the permits of one, whatever they were (SETVAL); what undo would take back from it is forgotten.
     *
     * @param value 0 to 32767
     */
    public void setValue(int number, int value) throws IOException {
        requireValues(value);
        requireDone(SystemVSemaphores.setValue(id, requireNumber(number), value), 1);
    }

    /** Does all of these at once, and waits until they can be done. */
    public void operate(SemaphoreOperation... operations) throws IOException, InterruptedException {
        boolean _ = operate(Poller.NEVER, operations);
    }

    /** The same, for at most so long: false when they could not be done in time; then none is. */
    public boolean operate(Duration timeout, SemaphoreOperation... operations)
            throws IOException, InterruptedException {
        return operate(Poller.deadlineIn(timeout), operations);
    }

    /** Does all of these at once if they can be done now; otherwise none. */
    public boolean tryOperate(SemaphoreOperation... operations) throws IOException {
        requireOpen();
        try (Arena arena = Arena.ofConfined()) {
            long answer = SystemVSemaphores.operate(id, written(arena, true, operations), operations.length);
            if (answer == -EAGAIN) {
                return false;
            }
            requireDone(answer, operations.length);
            return true;
        }
    }

    private boolean operate(long deadline, SemaphoreOperation... operations) throws IOException, InterruptedException {
        if (tryOperate(operations)) {
            return true;
        }
        try (Arena arena = Arena.ofShared()) { // a virtual thread leaves the wait to another
            return await(written(arena, false, operations), operations.length, deadline, sleepers);
        }
    }

    private MemorySegment written(Arena arena, boolean now, SemaphoreOperation... operations) {
        if (operations.length == 0) {
            throw new IllegalArgumentException("no operation");
        }
        MemorySegment written = arena.allocate(operations.length * SystemVSemaphores.OPERATION_SIZE, Short.BYTES);
        for (int i = 0; i < operations.length; i++) {
            SemaphoreOperation each = operations[i];
            SystemVSemaphores.putOperation(written, i, requireNumber(each.number()), each.delta(), each.undo(), now);
        }
        return written;
    }

    boolean await(MemorySegment operations, int many, long deadline, Sleepers waiting)
            throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (Poller.isOver(deadline)) {
            return false;
        }
        long answer = SystemVSemaphores.operate(id, operations, many, deadline, waiting);
        if (answer == KernelCalls.TIMED_OUT) {
            return false;
        }
        requireDone(answer, many);
        return true;
    }

    /** Of a negated errno, an exception. */
    void requireDone(long answer, int operations) throws ErrnoException {
        if (answer >= 0) {
            return;
        }
        int errno = (int) -answer;
        if (errno == EIDRM || errno == EINVAL) {
            throw removed();
        }
        if (errno == ERANGE) {
            String limit = "limit " + SystemVSemaphores.MOST_VALUE;
            throw ErrnoException.of(Problem.SEMAPHORE_VALUE, errno, "semop", target, limit, "more");
        }
        if (errno == E2BIG) {
            throw ErrnoException.of(
                    Problem.SEMAPHORE_OPERATIONS,
                    errno,
                    "semop",
                    target,
                    Limits.kernel("kernel/sem"),
                    Integer.toString(operations));
        }
        throw KernelCalls.refusal(answer, "semop", target);
    }

    private ErrnoException removed() {
        return ErrnoException.of(Problem.SEMAPHORE_REMOVED, EIDRM, "semop", target);
    }

    private void requireOpen() throws ClosedChannelException {
        if (!sleepers.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    /** Ends the waits of {@link #operate}. The set stays: {@link #remove} removes it. Idempotent. */
    @Override
    public void close() {
        sleepers.close();
    }

    @Override
    public String toString() {
        return target;
    }
}
