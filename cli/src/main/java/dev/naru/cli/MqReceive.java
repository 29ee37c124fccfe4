package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.PosixQueues.Access;
import dev.naru.linux.Problem;
import dev.naru.linux.SystemVQueues.Selection;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.RankedMessage;
import dev.naru.queues.SystemVQueue;
import dev.naru.queues.TypedMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru mq receive}. */
@Command(
        name = "receive",
        description = {
            "Take messages and print each as a line: one, so many, or all that come.",
            "A POSIX queue gives the highest priority first; of a System V queue, types may be chosen."
        })
final class MqReceive implements Callable<Integer> {
    private final Context context;

    @Mixin
    private MessageWait waiting = new MessageWait();

    @Parameters(arity = "1", paramLabel = "QUEUE", description = QueuePlace.DESCRIPTION, converter = QueuePlace.class)
    private Address.@Nullable Queue place;

    @Option(names = "--type", paramLabel = "N", description = "System V: the first of this type.")
    private @Nullable Long type;

    @Option(names = "--up-to", paramLabel = "N", description = "System V: the first of the lowest type up to this.")
    private @Nullable Long upTo;

    @Option(names = "--not", paramLabel = "N", description = "System V: the first of any other type.")
    private @Nullable Long not;

    @Option(
            names = "--peek",
            description = "System V: show what is there now, and leave it there; all of it without --count.")
    private boolean peek;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Stop after so many (default: 1).")
    private long count = -1;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until interrupted, or until none comes within --timeout.")
    private boolean follow;

    @Option(
            names = "--no-wait",
            description = "Only what is there now, which may be nothing; all of it without --count.")
    private boolean noWait;

    @Option(names = "--json", description = "One JSON object a line and message.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    MqReceive(Context context) {
        this.context = context;
    }

    /** Where messages come from; each is printed with what its kind has besides. */
    @FunctionalInterface
    private interface Source {
        /** Prints the next one; false when none came in that time. */
        boolean print(Messages messages, Duration timeout) throws IOException, InterruptedException;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        refuse(
                count == 0 || count < -1 || (follow && (noWait || peek || count > 0)),
                "--count is 1 or more, and --follow goes with none of --count, --no-wait and --peek");
        context.out().flush();
        new Pump(context).requireStandardStream(Pump.STANDARD_OUTPUT); // what it does not take is lost
        try {
            switch (place) {
                case Address.SystemVQueue named -> receive(named);
                case Address.PosixQueue named -> receive(named);
                case null -> throw new IllegalStateException("no place");
            }
        } catch (Messages.Lost lost) {
            throw lost.inWords();
        }
        return 0;
    }

    private void receive(Address.SystemVQueue named) throws IOException, InterruptedException, CliException {
        Selection selection = selection();
        try (SystemVQueue queue = SystemVQueue.open(named)) {
            receive(
                    named,
                    peek ? peeking(queue) : (messages, timeout) -> print(messages, queue.receive(selection, timeout)));
        }
    }

    private static Source peeking(SystemVQueue queue) {
        long[] next = new long[1];
        return (messages, _) -> print(messages, queue.peek(next[0]++));
    }

    private static boolean print(Messages messages, Optional<TypedMessage> came) {
        came.ifPresent(
                message -> messages.print(message.text(), body -> body.writeNumberProperty("type", message.type())));
        return came.isPresent();
    }

    private Selection selection() {
        refuse(
                (type == null ? 0 : 1) + (upTo == null ? 0 : 1) + (not == null ? 0 : 1) + (peek ? 1 : 0) > 1,
                "choose one of --type, --up-to, --not and --peek");
        try {
            if (type != null) {
                return Selection.type(type);
            }
            if (upTo != null) {
                return Selection.lowestUpTo(upTo);
            }
            return not == null ? Selection.first() : Selection.notType(not);
        } catch (IllegalArgumentException bounds) {
            throw new ParameterException(spec.commandLine(), String.valueOf(bounds.getMessage()), bounds);
        }
    }

    private void receive(Address.PosixQueue named) throws IOException, InterruptedException, CliException {
        refuse(
                type != null || upTo != null || not != null || peek,
                "--type, --up-to, --not and --peek are of System V queues");
        try (PosixQueue queue = PosixQueue.open(named.name(), Access.READ)) {
            receive(named, (messages, timeout) -> {
                Optional<RankedMessage> came = queue.receiveRanked(timeout);
                came.ifPresent(message -> messages.print(
                        message.bytes(), body -> body.writeNumberProperty("priority", message.priority())));
                return came.isPresent();
            });
        }
    }

    private void receive(Address.Queue named, Source source) throws IOException, InterruptedException, CliException {
        Messages messages = new Messages(context, json);
        boolean atOnce = noWait || peek;
        long most = count > 0 ? count : follow || atOnce ? Long.MAX_VALUE : 1;
        Duration time = atOnce ? Duration.ZERO : waiting.timeout();
        for (long received = 0; received < most; received++) {
            if (!source.print(messages, time)) {
                if (atOnce) {
                    return;
                }
                throw new CliException(Problem.TIMED_OUT, named.toString());
            }
        }
    }

    private void refuse(boolean wrong, String why) {
        if (wrong) {
            throw new ParameterException(spec.commandLine(), why);
        }
    }
}
