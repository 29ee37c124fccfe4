package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.memory.Broadcast;
import dev.naru.memory.Ring;
import java.io.Closeable;
import java.io.IOException;

/** A ring of either kind that is open, and an end of it, which is closed with it. */
record OpenRing<E>(Closeable ring, E end) implements Closeable {
    /** With an end that sends. */
    static OpenRing<MessageSender> toSend(Address.Ring named) throws IOException {
        return RingKinds.open(
                () -> {
                    Ring ring = Ring.open(named);
                    return of(ring, ring::writer);
                },
                () -> {
                    Broadcast ring = Broadcast.open(named);
                    return of(ring, ring::writer);
                });
    }

    /** With an end that receives. */
    static OpenRing<MessageReceiver> toReceive(Address.Ring named) throws IOException {
        return RingKinds.open(
                () -> {
                    Ring ring = Ring.open(named);
                    return of(ring, ring::reader);
                },
                () -> {
                    Broadcast ring = Broadcast.open(named);
                    return of(ring, ring::reader);
                });
    }

    private static <E> OpenRing<E> of(Closeable ring, RingKinds.Opening<? extends E> end) throws IOException {
        try {
            return new OpenRing<>(ring, end.open());
        } catch (IOException | RuntimeException refused) {
            ring.close();
            throw refused;
        }
    }

    @Override
    public void close() throws IOException {
        ring.close();
    }
}
