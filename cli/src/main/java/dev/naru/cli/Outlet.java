package dev.naru.cli;

import dev.naru.channels.MessageSender;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a relay puts messages. */
@FunctionalInterface
interface Outlet {
    /** Waits until it went. */
    void put(Message message) throws IOException, InterruptedException, CliException;

    /** That sends them, each of which has to fit. */
    static Outlet of(MessageSender sender, String target) {
        return message -> {
            requireFits(sender, message.bytes(), "send", target);
            sender.send(ByteBuffer.wrap(message.bytes()));
        };
    }

    /**
     * Refuses one that would never go.
     *
     * @param call what refuses it
     */
    static void requireFits(MessageSender sender, byte[] message, String call, String target) throws ErrnoException {
        if (message.length > sender.maxMessage()) {
            throw ErrnoException.of(
                    Problem.MESSAGE_TOO_LONG,
                    Errno.EMSGSIZE.number(),
                    call,
                    target,
                    sender.maxMessage() + " B",
                    message.length + " B");
        }
    }
}
