package dev.naru.channels;

import java.io.IOException;
import java.util.Optional;

/**
 * What opens ends for messages by an address, of the kinds that one module has. {@link MessageEnds} finds them by
 * {@link java.util.ServiceLoader}.
 */
public interface MessageProvider {
    /** An end that sends; empty for an address of another kind. */
    Optional<MessageSender> sender(Address address) throws IOException, InterruptedException;

    /** An end that receives; empty for an address of another kind. */
    Optional<MessageReceiver> receiver(Address address) throws IOException, InterruptedException;
}
