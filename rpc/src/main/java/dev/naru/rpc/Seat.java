package dev.naru.rpc;

import java.util.ArrayDeque;
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

    /** Reads, by the calling thread, until that call's user is to be told something; at once when another thread reads, which tells it then. */
    void lead(SharedClientCall<?, ?> call) {
        synchronized (this) {
            if (call.isAnswered() || link.isEnded()) {
                return;
            }
            if (owner == call) { // it was passed on to this thread
                reader = Thread.currentThread();
            } else if (owner == null) {
                owner = call;
                reader = Thread.currentThread();
            } else {
                if (!next.contains(call)) {
                    next.add(call);
                }
                if (owner == this && unattended == 0) {
                    wanted = true;
                    link.wakeReader();
                }
                return;
            }
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
            if (owner != call) {
                return;
            }
            if (reader == Thread.currentThread()) {
                return; // it sees that, and leaves
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
        }
        if (isLast) {
            readTheRest();
        }
    }

    /** The far side is gone: what it has left is read by whoever reads, or else by this thread. */
    void readTheRest() {
        synchronized (this) {
            if (owner != null) {
                link.wakeReader();
                return;
            }
            owner = link;
        }
        while (!link.isEnded()) {
            boolean _ = link.read();
        }
        synchronized (this) {
            owner = null;
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
        return !link.isEnded();
    }

    /** The connection is over: whoever sleeps here wakes. */
    synchronized void end() {
        notifyAll();
    }
}
