package dev.naru.rpc;

import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who reads a client's connection: one at a time. A thread that does nothing but wait for the answer of its call reads itself, and
 * so need not be woken by another; meanwhile it takes what comes for others. When it has its answer, it passes the seat on to
 * the next such thread. For calls whose threads do other things there is a reader in the background, from the first such call
 * on; it makes room for a thread that waits when no such call is under way.
 *
 * <p>Thread-safe.
 */
final class Seat {
    /** How long the seat waits for the thread to which it is passed. */
    private static final long OFFER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ClientLink link;

    /** Guarded by this object's monitor, as all below. Null when nobody reads. */
    private @Nullable Object owner;

    /** The thread that reads for the owner. Null until it begins: until then the seat can be taken back. */
    private @Nullable Thread reader;

    private final ArrayDeque<SharedClientCall<?, ?>> next = new ArrayDeque<>();

    /** Calls under way of which no thread waits. */
    private int unattended;

    private boolean hasBackground;

    /** The one in the background is to make room. */
    private volatile boolean wanted;

    Seat(ClientLink link) {
        this.link = link;
    }

    /** A call begins of which no thread waits. */
    synchronized void attend() {
        unattended++;
        if (!hasBackground) {
            hasBackground = true;
            var _ = Thread.ofPlatform().daemon().name("naru-rpc-reader").start(this::readInBackground);
        } else if (owner == null) {
            notifyAll();
        }
    }

    /** It is over. */
    synchronized void unattend() {
        unattended--;
    }

    /**
     * Reads, by the calling thread, until that call's end is known; at once when another thread reads, which tells it then. A call that is made
     * on the very thread that reads, by a callback, fails: it would wait for itself.
     */
    void lead(SharedClientCall<?, ?> call) {
        boolean waitsForItself;
        synchronized (this) {
            if (call.isAnswered() || link.isEnded()) {
                return;
            }
            waitsForItself = reader == Thread.currentThread();
            if (!waitsForItself && reader != null) {
                if (!next.contains(call)) {
                    next.add(call);
                }
                if (owner == this && unattended == 0) {
                    wanted = true;
                    link.wakeReader();
                }
                return;
            }
            if (!waitsForItself) { // nobody reads, though the seat may have been passed on to somebody
                owner = call;
                reader = Thread.currentThread();
                boolean _ = next.remove(call);
            }
        }
        if (waitsForItself) {
            call.fail(Status.INTERNAL.withDescription(link.name()
                    + ": a callback waits for a call on the thread that reads the answers: give it another executor"));
            return;
        }
        try {
            while (!call.isAnswered() && !link.isEnded()) {
                if (!link.read() && !call.isAnswered() && !link.isEnded()) {
                    link.await();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt(); // whoever waits in gRPC's stub cancels the call
        } finally {
            pass();
        }
    }

    /** That call is over: it does not wait for the seat any more, and if it was given it just now, somebody else is. */
    void leave(SharedClientCall<?, ?> call) {
        synchronized (this) {
            boolean _ = next.remove(call);
            if (owner != call || reader == Thread.currentThread()) {
                return; // its own thread sees that it is over
            }
            if (reader != null) {
                link.wakeReader();
                return;
            }
        }
        pass();
    }

    /** To the next thread that waits, or else to the one in the background, or to nobody. */
    private void pass() {
        SharedClientCall<?, ?> heir;
        boolean isLast;
        synchronized (this) {
            heir = next.poll();
            owner = heir;
            reader = null;
            isLast = heir == null && link.isPeerGone();
            if (heir == null && unattended > 0) {
                notifyAll();
            }
        }
        if (heir != null) {
            heir.leadNext();
            SharedClientCall<?, ?> offered = heir;
            var _ = Timers.OF_THIS_PROCESS.after(OFFER_NANOS, () -> passIfIdle(offered));
        }
        if (isLast) {
            readTheRest();
        }
    }

    /** It was offered to a thread that did not come: it does something else, or its stub has given the call up. */
    private void passIfIdle(SharedClientCall<?, ?> offered) {
        synchronized (this) {
            if (owner != offered || reader != null) {
                return;
            }
        }
        pass();
    }

    /** The far side is gone: what it has left is read by whoever reads, or else by this thread. */
    void readTheRest() {
        synchronized (this) {
            if (reader != null) {
                link.wakeReader();
                return;
            }
            owner = link;
            reader = Thread.currentThread();
        }
        while (!link.isEnded()) {
            boolean _ = link.read();
        }
        synchronized (this) {
            owner = null;
            reader = null;
            notifyAll();
        }
    }

    private void readInBackground() {
        while (takeInBackground()) {
            try {
                while (!link.isEnded() && !makesRoom()) {
                    if (!link.read() && !link.isEnded()) {
                        link.await();
                    }
                }
            } catch (InterruptedException notOurs) {
                // nobody has this thread
            } finally {
                pass();
            }
        }
    }

    private boolean makesRoom() {
        if (!wanted) {
            return false;
        }
        synchronized (this) {
            wanted = false;
            return unattended == 0;
        }
    }

    /** False when the connection is over. */
    private synchronized boolean takeInBackground() {
        while (owner != null || unattended == 0) {
            if (link.isEnded()) {
                return false;
            }
            try {
                wait();
            } catch (InterruptedException notOurs) {
                // nobody has this thread
            }
        }
        owner = this;
        reader = Thread.currentThread();
        return !link.isEnded();
    }

    /** The connection is over: whoever sleeps here wakes. */
    synchronized void end() {
        notifyAll();
    }
}
