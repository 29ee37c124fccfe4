package dev.naru.rpc;

import io.grpc.ConnectivityState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** The state of a channel, and who waits for another one. Thread-safe. */
final class ConnectivityStates {
    private final Executor executor;

    /** Guarded by this object's monitor, as all below. */
    private ConnectivityState state = ConnectivityState.IDLE;

    private final List<Runnable> waiting = new ArrayList<>();
    private final List<Runnable> due = new ArrayList<>();

    ConnectivityStates(Executor executor) {
        this.executor = executor;
    }

    synchronized ConnectivityState current() {
        return state;
    }

    /** Goes over to that state; {@link #tell} is to follow, under no lock. Nothing comes after the shutdown. */
    synchronized void set(ConnectivityState next) {
        if (state != next && state != ConnectivityState.SHUTDOWN) {
            state = next;
            due.addAll(waiting);
            waiting.clear();
        }
    }

    /** Tells those whose time has come. */
    void tell() {
        List<Runnable> told;
        synchronized (this) {
            told = List.copyOf(due);
            due.clear();
        }
        told.forEach(executor::execute);
    }

    /** Does it once when the state is not that any more. */
    void whenNot(ConnectivityState source, Runnable callback) {
        synchronized (this) {
            (state == source ? waiting : due).add(callback);
        }
        tell();
    }
}
