package dev.naru.linux.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Something that runs in another thread and most likely waits there: what it answered or threw, and whether it is waiting
 * now.
 *
 * @param <T> its answer
 */
public final class Task<T> {
    private final Callable<T> body;
    private final Thread thread;
    private volatile @Nullable Path native_;
    private volatile @Nullable T answer;
    private volatile @Nullable Throwable thrown;
    private volatile boolean interruptedAtEnd;
    private volatile boolean done;

    private Task(ThreadKind kind, Callable<T> body) {
        this.body = body;
        this.thread = kind.start(this::run);
    }

    /** Starts it. */
    public static <T> Task<T> start(ThreadKind kind, Callable<T> body) {
        return new Task<>(kind, body);
    }

    private void run() {
        try {
            if (!Thread.currentThread().isVirtual()) {
                native_ = Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
            }
            answer = body.call();
        } catch (Throwable failure) {
            thrown = failure;
        }
        interruptedAtEnd = Thread.currentThread().isInterrupted();
        done = true;
    }

    /** The thread in which it runs. */
    public Thread thread() {
        return thread;
    }

    /** Whether it has ended. */
    public boolean isDone() {
        return done;
    }

    /** Waits until it sleeps in the poller: a platform thread in ppoll(2), a virtual one parked there. */
    public Task<T> awaitPolling() {
        Await.until("the task polls", () -> failEarly() && isPolling());
        return this;
    }

    private boolean isPolling() throws IOException {
        Path folder = native_;
        if (thread.isVirtual()) {
            return isWaiting() && standsIn("dev.naru.linux.Poller");
        }
        return folder != null && ProcessState.isBlockedIn(ProcessState.Call.PPOLL, folder);
    }

    /** Waits until it is in that call, without a descriptor: a virtual thread, until another is so for it. */
    public Task<T> awaitInCall(ProcessState.Call... calls) {
        Await.until("the task waits in a call", () -> failEarly() && isIn(calls));
        return this;
    }

    private boolean isIn(ProcessState.Call... calls) {
        Path folder = native_;
        if (thread.isVirtual()) {
            return isWaiting()
                    && (standsIn("dev.naru.linux.internal.BlockingCall") || standsIn("dev.naru.linux.Poller"));
        }
        return folder != null && Arrays.stream(calls).anyMatch(call -> ProcessState.isBlockedIn(call, folder));
    }

    /** Waits until it sleeps for a word: a platform thread in the kernel, a virtual one parked. */
    public Task<T> awaitInFutex() {
        Await.until("the task waits for a word", () -> failEarly() && isInFutex());
        return this;
    }

    private boolean isInFutex() {
        Path folder = native_;
        if (thread.isVirtual()) {
            return isWaiting() && standsIn("dev.naru.linux.Futex");
        }
        return folder != null
                && (ProcessState.isBlockedIn(ProcessState.Call.FUTEX_WAITV, folder)
                        || (ProcessState.isBlockedIn(ProcessState.Call.FUTEX, folder)
                                && standsIn("dev.naru.linux.internal.FutexCalls")));
    }

    /** Waits until it sleeps for one word or for several. */
    public Task<T> awaitWaitingOrInFutex() {
        Await.until(
                "the task waits for words",
                () -> failEarly() && (isInFutex() || (isWaiting() && standsIn("dev.naru.linux.Futex"))));
        return this;
    }

    /** Waits until it sleeps in Java, in a method of that class or called from there. */
    public Task<T> awaitWaitingIn(String className) {
        Await.until("the task waits in " + className, () -> failEarly() && isWaiting() && standsIn(className));
        return this;
    }

    private boolean isWaiting() {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    private boolean standsIn(String className) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(className));
    }

    private boolean failEarly() {
        if (done) {
            throw new AssertionError("the task was to wait, but ended with " + answer, thrown);
        }
        return true;
    }

    /** Interrupts its thread. */
    public Task<T> interrupt() {
        thread.interrupt();
        return this;
    }

    /** Waits for its end: the answer. */
    public T result() throws InterruptedException {
        thread.join();
        if (thrown != null) {
            throw new AssertionError("the task threw", thrown);
        }
        return answer;
    }

    /** Waits for its end: what it threw; null when it gave an answer. */
    public @Nullable Throwable failure() throws InterruptedException {
        thread.join();
        return thrown;
    }

    /** Waits for its end: whether the thread's interrupt status was set then. */
    public boolean interruptedAtEnd() throws InterruptedException {
        thread.join();
        return interruptedAtEnd;
    }
}
