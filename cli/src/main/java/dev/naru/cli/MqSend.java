package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.PosixQueues.Access;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.SystemVQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru mq send}. */
@Command(
        name = "send",
        description = {
            "Send messages: the arguments, or without any each line of standard input.",
            "When the queue is full, wait until somebody receives."
        })
final class MqSend implements Callable<Integer> {
    private final Context context;

    @Mixin
    private MessageWait waiting = new MessageWait();

    @Parameters(
            index = "0",
            arity = "1",
            paramLabel = "QUEUE",
            description = QueuePlace.DESCRIPTION,
            converter = QueuePlace.class)
    private Address.@Nullable Queue place;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "MESSAGE", description = "What to send, in UTF-8.")
    private List<String> messages = new ArrayList<>();

    @Option(names = "--type", paramLabel = "N", description = "System V: of this type, above 0 (default: 1).")
    private @Nullable Long type;

    @Option(
            names = {"-p", "--priority"},
            paramLabel = "N",
            description = "POSIX: of this priority, 0 to 32767; the highest is received first (default: 0).")
    private @Nullable Integer priority;

    @Option(names = "--no-wait", description = "When there is no room, end with exit status 75.")
    private boolean noWait;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    MqSend(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Duration time = noWait ? Duration.ZERO : waiting.timeout();
        switch (place) {
            case Address.SystemVQueue named -> send(named, time);
            case Address.PosixQueue named -> send(named, time);
            case null -> throw new IllegalStateException("no place");
        }
        return 0;
    }

    private void send(Address.SystemVQueue named, Duration time)
            throws IOException, InterruptedException, CliException {
        refuse(priority != null, "--priority is of POSIX queues; a System V queue has a --type");
        long ofType = type == null ? SystemVQueue.USUAL_TYPE : type;
        refuse(ofType < 1, "--type is above 0");
        try (SystemVQueue queue = SystemVQueue.open(named)) {
            new MessageInput(queue, (message, timeout) -> queue.send(ofType, message, timeout), time, named.toString())
                    .send(context, messages);
        }
    }

    private void send(Address.PosixQueue named, Duration time) throws IOException, InterruptedException, CliException {
        refuse(type != null, "--type is of System V queues; a POSIX queue has a --priority");
        int ofPriority = priority == null ? 0 : priority;
        refuse(
                ofPriority < 0 || ofPriority >= PosixQueues.PRIORITIES,
                "--priority is 0 to " + (PosixQueues.PRIORITIES - 1));
        try (PosixQueue queue = PosixQueue.open(named.name(), Access.WRITE)) {
            new MessageInput(
                            queue,
                            (message, timeout) -> queue.send(message, ofPriority, timeout),
                            time,
                            named.toString())
                    .send(context, messages);
        }
    }

    private void refuse(boolean wrong, String why) {
        if (wrong) {
            throw new ParameterException(spec.commandLine(), why);
        }
    }
}
