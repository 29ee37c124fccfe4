package dev.naru.queues;

import dev.naru.channels.Address;
import dev.naru.channels.MessageProvider;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.linux.PosixQueues.Access;
import java.io.IOException;
import java.util.Optional;

/** Message queues by their addresses; {@link java.util.ServiceLoader} makes one. */
public final class QueueProvider implements MessageProvider {
    /** For {@link java.util.ServiceLoader}. */
    public QueueProvider() {}

    @Override
    public Optional<MessageSender> sender(Address address) throws IOException {
        return switch (address) {
            case Address.SystemVQueue queue -> Optional.of(SystemVQueue.open(queue));
            case Address.PosixQueue queue -> Optional.of(PosixQueue.open(queue.name(), Access.WRITE));
            default -> Optional.empty();
        };
    }

    @Override
    public Optional<MessageReceiver> receiver(Address address) throws IOException {
        return switch (address) {
            case Address.SystemVQueue queue -> Optional.of(SystemVQueue.open(queue));
            case Address.PosixQueue queue -> Optional.of(PosixQueue.open(queue.name(), Access.READ));
            default -> Optional.empty();
        };
    }
}
