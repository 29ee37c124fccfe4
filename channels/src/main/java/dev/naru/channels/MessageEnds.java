package dev.naru.channels;

import dev.naru.linux.Sockets;
import java.io.IOException;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Opens ends for messages by an {@link Address}, so that a program changes the mechanism by changing a text.
 *
 * <table>
 * <caption>The kinds</caption>
 * <tr><th>address</th><th>is</th><th>module</th></tr>
 * <tr><td>{@code ring:/orders}</td><td>a ring, which must exist; of a broadcast ring each receiver gets all</td><td>memory</td></tr>
 * <tr><td>{@code mq:/jobs}, {@code sysv:0x6a01}</td><td>a message queue of the kernel, which must exist</td><td>queues</td></tr>
 * <tr><td>{@code unix:run/app.sock?type=seqpacket}</td><td>a connection to who listens there</td><td>channels</td></tr>
 * <tr><td>{@code unix:run/app.sock?type=dgram}</td><td>a sender to who is bound there; a receiver is bound there itself</td>
 * <td>channels</td></tr>
 * </table>
 *
 * <p>Each end is closed by itself, with all that was opened for it. What all of them promise is said at {@link MessageSender} and
 * {@link MessageReceiver}; what each kind has besides, its own class shows.
 */
public final class MessageEnds {
    private MessageEnds() {}

    /**
     * An end that sends there.
     *
     * @throws AddressException when nothing sends messages to such an address
     * @throws InterruptedException when the thread was interrupted; nothing is open
     */
    public static MessageSender sender(Address address) throws IOException, InterruptedException {
        if (address instanceof Address.Unix) {
            return MessageConnection.connect(address);
        }
        for (MessageProvider provider : Providers.ALL) {
            Optional<MessageSender> sender = provider.sender(address);
            if (sender.isPresent()) {
                return sender.get();
            }
        }
        throw noMessages(address);
    }

    /**
     * An end that receives from there.
     *
     * @throws AddressException when nothing receives messages from such an address
     * @throws InterruptedException when the thread was interrupted; nothing is open
     */
    public static MessageReceiver receiver(Address address) throws IOException, InterruptedException {
        if (address instanceof Address.Unix unix) {
            return unix.kind() == Sockets.Kind.DATAGRAM ? DatagramPort.bind(unix) : MessageConnection.connect(address);
        }
        for (MessageProvider provider : Providers.ALL) {
            Optional<MessageReceiver> receiver = provider.receiver(address);
            if (receiver.isPresent()) {
                return receiver.get();
            }
        }
        throw noMessages(address);
    }

    private static AddressException noMessages(Address address) {
        return new AddressException(
                address.toString(),
                "it has no messages, or the module that has them is missing: name a ring:, mq:, sysv: or unix: address");
    }

    /** Found once, when first needed. */
    private static final class Providers {
        static final Iterable<MessageProvider> ALL =
                ServiceLoader.load(MessageProvider.class, MessageProvider.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
    }
}
