package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.MessageEnds;
import dev.naru.channels.MessageSender;
import java.io.IOException;
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

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Address.Ring named = required(place);
        try (MessageSender sender = MessageEnds.sender(named)) {
            new MessageInput(sender, sender::send, waiting.timeout(), named.toString()).send(context, messages);
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
}
