package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.channels.MessageProvider;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** Rings of both kinds by their addresses; {@link java.util.ServiceLoader} makes one. */
public final class RingProvider implements MessageProvider {
    /** For {@link java.util.ServiceLoader}. */
    public RingProvider() {}

    @Override
    public Optional<MessageSender> sender(Address address) throws IOException {
        return address instanceof Address.Ring ring
                ? Optional.of(open(
                        () -> alone(Ring.open(ring), Ring::writer, Ring::closeWithTheLast),
                        () -> alone(Broadcast.open(ring), Broadcast::writer, Broadcast::closeWithTheLast)))
                : Optional.empty();
    }

    @Override
    public Optional<MessageReceiver> receiver(Address address) throws IOException {
        return address instanceof Address.Ring ring
                ? Optional.of(open(
                        () -> alone(Ring.open(ring), Ring::reader, Ring::closeWithTheLast),
                        () -> alone(Broadcast.open(ring), Broadcast::reader, Broadcast::closeWithTheLast)))
                : Optional.empty();
    }

    /** Opens an end. */
    @FunctionalInterface
    private interface Opening<T> {
        T open() throws IOException;
    }

    /** Takes an end of a ring. */
    @FunctionalInterface
    private interface End<R, T> {
        T of(R ring) throws IOException;
    }

    /** Rings of both kinds have their names together: what is there is opened as what it is. */
    private static <T> T open(Opening<? extends T> ring, Opening<? extends T> broadcast) throws IOException {
        try {
            return ring.open();
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.WRONG_KIND) {
                throw refused;
            }
            try {
                return broadcast.open();
            } catch (ErrnoException again) {
                throw again.problem() == Problem.WRONG_KIND ? refused : again;
            }
        }
    }

    /** An end with which its ring is closed. */
    private static <R extends Closeable, T> T alone(R ring, End<R, T> end, Consumer<R> closeWithTheLast)
            throws IOException {
        try {
            T taken = end.of(ring);
            closeWithTheLast.accept(ring);
            return taken;
        } catch (IOException | RuntimeException refused) {
            ring.close();
            throw refused;
        }
    }
}
