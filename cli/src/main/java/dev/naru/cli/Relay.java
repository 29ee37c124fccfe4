package dev.naru.cli;

import dev.naru.channels.AddressException;
import dev.naru.channels.Connection;
import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Joins two ends until both have ended what they say. Each way has a thread of its own, and at its end the other end is told, while what
 * comes back still goes.
 */
final class Relay {
    private static final int PIECE = 256 * 1024;

    /** What an idle way holds; one that is full is used with larger pieces. */
    private static final int FIRST_PIECE = 16 * 1024;

    private final RelayEnd from;
    private final RelayEnd to;
    private final Framing framing;
    private final int maxMessage;

    /** What ended it early; the first of both ways. */
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Whether what fails now is only that it was over. */
    private volatile boolean over;

    private Relay(RelayEnd from, RelayEnd to, FramingOption option) {
        this.from = from;
        this.to = to;
        this.maxMessage = option.maxMessage();
        boolean streams = from instanceof RelayEnd.Bytes && to instanceof RelayEnd.Bytes;
        this.framing = option.or(streams ? Framing.BYTES : Framing.LINES);
    }

    /** Where that goes which nobody wants. */
    private static final RelayEnd NOWHERE = new RelayEnd.Whole(null, null, () -> {});

    /** One way of it. */
    private interface Way {
        void run() throws IOException, InterruptedException, CliException;
    }

    /**
     * Relays until it is over, and closes both.
     *
     * @param oneWay only what comes from the first
     */
    static void join(RelayEnd from, RelayEnd to, FramingOption framing, boolean oneWay)
            throws IOException, InterruptedException, CliException {
        try (from;
                to) {
            new Relay(from, to, framing).run(oneWay);
        }
    }

    /** Sends back what comes, until the end, and closes it. */
    static void echo(RelayEnd end, FramingOption framing) throws IOException, InterruptedException, CliException {
        try (end) {
            new Relay(end, end, framing).run(true);
        }
    }

    private void run(boolean oneWay) throws IOException, InterruptedException, CliException {
        Way there = way(from, to)
                .orElseThrow(() -> new AddressException(
                        from + " to " + to, "nothing can be read from the first, or nothing written to the second"));
        Optional<Way> back = oneWay || (from.isStandard() && to.isStandard()) ? dropping(to) : way(to, from);
        if (back.isPresent()) {
            Thread.Builder thread = Thread.currentThread().isVirtual()
                    ? Thread.ofVirtual()
                    : Thread.ofPlatform().daemon();
            Thread other = thread.name("naru-relay").start(() -> go(back.get(), to, oneWay ? NOWHERE : from));
            go(there, from, to);
            other.join();
        } else {
            go(there, from, to);
        }
        rethrow();
    }

    /** What a far side says that nobody wants is read all the same: TCP would drop what it was sent, were it closed with that unread. */
    @SuppressWarnings("ReferenceEquality") // an echo is one end, not two that are alike
    private Optional<Way> dropping(RelayEnd end) {
        if (from != to && end instanceof RelayEnd.Bytes(Connection connection, var _, var _)) {
            ByteBuffer piece = ByteBuffer.allocateDirect(FIRST_PIECE);
            return Optional.of(() -> {
                while (connection.read(piece.clear()) >= 0) {}
            });
        }
        return Optional.empty();
    }

    private void rethrow() throws IOException, InterruptedException, CliException {
        switch (failure.get()) {
            case null -> {}
            case IOException failed -> throw failed;
            case InterruptedException failed -> throw failed;
            case CliException failed -> throw failed;
            case RuntimeException failed -> throw failed;
            case Error failed -> throw failed;
            case Throwable failed -> throw new AssertionError(failed);
        }
    }

    /** Which way messages or bytes can go. */
    private Optional<Way> way(RelayEnd source, RelayEnd target) {
        if (source instanceof RelayEnd.Bytes in && target instanceof RelayEnd.Bytes out && framing == Framing.BYTES) {
            InputChannel read = in.in();
            OutputChannel written = out.out();
            return read == null || written == null ? Optional.empty() : Optional.of(() -> copy(read, written, target));
        }
        Inlet inlet = inlet(source);
        Outlet outlet = outlet(target);
        return inlet == null || outlet == null ? Optional.empty() : Optional.of(() -> move(inlet, outlet, target));
    }

    private @Nullable Inlet inlet(RelayEnd end) {
        return switch (end) {
            case RelayEnd.Bytes bytes -> bytes.in() == null ? null : framing.inlet(bytes.in(), maxMessage);
            case RelayEnd.Whole whole -> whole.in();
        };
    }

    private @Nullable Outlet outlet(RelayEnd end) {
        return switch (end) {
            case RelayEnd.Bytes bytes -> bytes.out() == null ? null : framing.outlet(bytes.out(), maxMessage);
            case RelayEnd.Whole whole -> whole.out();
        };
    }

    private void copy(InputChannel in, OutputChannel out, RelayEnd target) throws IOException, CliException {
        ByteBuffer piece = ByteBuffer.allocateDirect(FIRST_PIECE);
        boolean taken = true;
        while (taken && in.read(piece.clear()) >= 0) {
            boolean full = !piece.hasRemaining();
            try {
                int _ = out.write(piece.flip());
            } catch (ErrnoException refused) {
                taken = isTaken(refused, target);
            }
            if (full && piece.capacity() < PIECE) {
                piece = ByteBuffer.allocateDirect(PIECE);
            }
        }
    }

    private void move(Inlet in, Outlet out, RelayEnd target) throws IOException, InterruptedException, CliException {
        boolean taken = true;
        for (Message message = in.next(); taken && message != null; message = in.next()) {
            try {
                out.put(message);
            } catch (ErrnoException refused) {
                taken = isTaken(refused, target);
            }
        }
    }

    /** False when the far side has gone: it may have answered before, and that still comes. */
    private boolean isTaken(ErrnoException refused, RelayEnd target) throws ErrnoException, CliException {
        boolean gone = refused.problem() == Problem.READER_GONE || refused.problem() == Problem.CONNECTION_RESET;
        if (gone && target.isStandard()) {
            throw new CliException(Problem.OUTPUT_CLOSED, "standard output");
        }
        if (!gone) {
            throw refused;
        }
        boolean _ = failure.compareAndSet(null, refused);
        return false;
    }

    /** One way to its end. What fails ends the other way too. */
    private void go(Way way, RelayEnd source, RelayEnd target) {
        try {
            way.run();
            if (failure.get() == null) {
                target.endOutput();
            }
            if (target.isTerminal()) { // who types there is not waited for
                over = true;
                target.close();
            }
        } catch (IOException | InterruptedException | CliException | RuntimeException | Error failed) {
            if (!(over && failed instanceof ClosedChannelException)) {
                boolean _ = failure.compareAndSet(null, failed);
            }
            over = true;
            close(source);
            close(target);
        }
    }

    private static void close(RelayEnd end) {
        try {
            end.close();
        } catch (IOException unimportant) {
            // the failure that led here is told
        }
    }
}
