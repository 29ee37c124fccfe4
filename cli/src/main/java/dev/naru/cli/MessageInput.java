package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Endpoints;
import dev.naru.channels.InputChannel;
import dev.naru.channels.MessageSender;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Sends what a command line has: its arguments, or without any each line of standard input.
 *
 * @param sender whose messages may have what length
 * @param send sends one, and waits for room
 * @param timeout how long, for each
 * @param target what errors call it
 */
record MessageInput(MessageSender sender, Send send, Duration timeout, String target) {
    /** Sends one; false when there was no room in time. */
    @FunctionalInterface
    interface Send {
        boolean send(ByteBuffer message, Duration timeout) throws IOException, InterruptedException;
    }

    void send(Context context, List<String> messages) throws IOException, InterruptedException, CliException {
        if (messages.isEmpty()) {
            new Pump(context).requireStandardStream(Pump.STANDARD_INPUT);
            sendLines();
        }
        for (String message : messages) {
            send(message.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Of bytes, whatever they encode. The last line need not end. */
    private void sendLines() throws IOException, InterruptedException, CliException {
        try (InputChannel standard = Endpoints.openReader(new Address.Standard())) {
            Inlet lines = Framing.LINES.inlet(standard, Integer.MAX_VALUE);
            for (Message line = lines.next(); line != null; line = lines.next()) {
                send(line.bytes());
            }
        }
    }

    private void send(byte[] message) throws IOException, InterruptedException, CliException {
        Outlet.requireFits(sender, message, "send", target);
        if (!send.send(ByteBuffer.wrap(message), timeout)) {
            throw new CliException(Problem.TIMED_OUT, target);
        }
    }
}
