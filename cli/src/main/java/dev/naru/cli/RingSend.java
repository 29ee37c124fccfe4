package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Endpoints;
import dev.naru.channels.InputChannel;
import dev.naru.channels.MessageSender;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.Broadcast;
import dev.naru.memory.Ring;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code naru ring send}. */
@Command(
        name = "send",
        description = {
            "Send messages: the arguments, or without any each line of standard input.",
            "When the ring is full, wait for its reader."
        })
final class RingSend implements Callable<Integer> {
    private final Context context;

    @Mixin
    private MessageWait waiting = new MessageWait();

    @Parameters(
            index = "0",
            arity = "1",
            paramLabel = "RING",
            description = RingPlace.DESCRIPTION,
            converter = RingPlace.class)
    private Address.@Nullable Ring place;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "MESSAGE", description = "What to send, in UTF-8.")
    private List<String> messages = new ArrayList<>();

    RingSend(Context context) {
        this.context = context;
    }

    /** A ring, and the end of it that sends. */
    private record Opened(Closeable ring, MessageSender sender) implements Closeable {
        static Opened ring(Ring ring) throws IOException {
            return of(ring, ring::writer);
        }

        static Opened broadcast(Broadcast ring) throws IOException {
            return of(ring, ring::writer);
        }

        private static Opened of(Closeable ring, RingKinds.Opening<? extends MessageSender> sender) throws IOException {
            try {
                return new Opened(ring, sender.open());
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

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Address.Ring named = required(place);
        try (Opened opened =
                RingKinds.open(() -> Opened.ring(Ring.open(named)), () -> Opened.broadcast(Broadcast.open(named)))) {
            if (messages.isEmpty()) {
                new Pump(context).requireStandardStream(Pump.STANDARD_INPUT);
                sendLines(opened.sender);
            }
            for (String message : messages) {
                send(opened.sender, message.getBytes(StandardCharsets.UTF_8));
            }
            return 0;
        }
    }

    /** Which picocli has set, since it is required. */
    static Address.Ring required(Address.@Nullable Ring place) {
        if (place == null) {
            throw new IllegalStateException("no place");
        }
        return place;
    }

    /** Of bytes, whatever they encode. The last line need not end. */
    private void sendLines(MessageSender sender) throws IOException, InterruptedException, CliException {
        try (InputChannel standard = Endpoints.openReader(new Address.Standard())) {
            sendLines(new BufferedInputStream(Channels.newInputStream(standard)), sender);
        }
    }

    private void sendLines(InputStream in, MessageSender sender)
            throws IOException, InterruptedException, CliException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (octet == '\n') {
                send(sender, line.toByteArray());
                line.reset();
            } else {
                line.write(octet);
            }
        }
        if (line.size() > 0) {
            send(sender, line.toByteArray());
        }
    }

    private void send(MessageSender sender, byte[] message) throws IOException, InterruptedException, CliException {
        String target = required(place).toString();
        if (message.length > sender.maxMessage()) {
            throw ErrnoException.of(
                    Problem.MESSAGE_TOO_LONG,
                    Errno.EMSGSIZE.number(),
                    "claim",
                    target,
                    sender.maxMessage() + " B",
                    message.length + " B");
        }
        if (!sender.send(ByteBuffer.wrap(message), waiting.timeout())) {
            throw new CliException(Problem.TIMED_OUT, target);
        }
    }
}
