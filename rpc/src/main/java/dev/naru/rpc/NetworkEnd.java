package dev.naru.rpc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** What a stock channel and a stock server have in common: how they are made, and how they end. */
final class NetworkEnd {
    private final Duration grace;
    private final Threads.Termination termination;
    private final Netty.Loops loops;
    private final AtomicBoolean begun = new AtomicBoolean();

    /**
     * Of a channel or a server.
     *
     * @param grace how long its close waits for calls
     * @param termination waits until all calls are over
     * @param loops what it gives back when it has ended
     */
    NetworkEnd(Duration grace, Threads.Termination termination, Netty.Loops loops) {
        this.grace = grace;
        this.termination = termination;
        this.loops = loops;
    }

    /** What is made of loops, which are given back if it is not; or an error that names what is missing from the class path. */
    static <T> T needingNetty(String address, Function<Netty.Loops, T> made) {
        try {
            Netty.Loops loops = Netty.Loops.take();
            try {
                return made.apply(loops);
            } catch (RuntimeException refused) {
                loops.close();
                throw refused;
            }
        } catch (NoClassDefFoundError missing) {
            throw new IllegalStateException(
                    address + ": for addresses other than rpc: have io.grpc:grpc-netty on the class path, and for unix:"
                            + " io.netty:netty-transport-native-epoll of classifier linux-x86_64 or linux-aarch_64 too",
                    missing);
        }
    }

    /** It takes no more calls; its threads end with the last one. */
    void begin() {
        if (begun.compareAndSet(false, true)) {
            Thread _ = Thread.ofVirtual().name("naru-rpc-end").start(this::giveBack);
        }
    }

    private void giveBack() {
        try {
            boolean _ = termination.await(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException nobodys) {
            throw new AssertionError(nobodys);
        } finally {
            loops.close();
        }
    }

    /** Waits for the calls of what was shut down, and when the grace is over, or the thread interrupted, cancels them. */
    void drain(Runnable shutdownNow) {
        Threads.closeWithin(grace, termination, shutdownNow);
    }
}
