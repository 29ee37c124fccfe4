package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.Problem;
import dev.naru.memory.Broadcast;
import dev.naru.memory.BroadcastReader;
import dev.naru.memory.MessageHandler;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru ring receive}. */
@Command(
        name = "receive",
        description = {
            "Take messages and print each as a line: one, so many, or all that come.",
            "A message that standard output does not take stays in the ring. Of a broadcast ring: what is sent from now"
                    + " on."
        })
final class RingReceive implements Callable<Integer> {
    private final Context context;

    @Mixin
    private MessageWait waiting = new MessageWait();

    @Parameters(arity = "1", paramLabel = "RING", description = RingPlace.DESCRIPTION, converter = RingPlace.class)
    private Address.@Nullable Ring place;

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

    RingReceive(Context context) {
        this.context = context;
    }

    /** Where messages come from. */
    private interface Source extends Closeable {
        boolean await(Duration timeout) throws IOException, InterruptedException;

        int drain(MessageHandler handler);

        long missed();
    }

    private static Source source(Ring ring) throws IOException {
        try {
            RingReader reader = ring.reader();
            return new Source() {
                @Override
                public boolean await(Duration timeout) throws IOException, InterruptedException {
                    return reader.await(timeout);
                }

                @Override
                public int drain(MessageHandler handler) {
                    return reader.drain(handler, 1);
                }

                @Override
                public long missed() {
                    return 0;
                }

                @Override
                public void close() throws IOException {
                    ring.close();
                }
            };
        } catch (IOException | RuntimeException refused) {
            ring.close();
            throw refused;
        }
    }

    private static Source source(Broadcast ring) throws IOException {
        try {
            BroadcastReader reader = ring.reader();
            return new Source() {
                @Override
                public boolean await(Duration timeout) throws IOException, InterruptedException {
                    return reader.await(timeout);
                }

                @Override
                public int drain(MessageHandler handler) {
                    return reader.drain(handler, 1);
                }

                @Override
                public long missed() {
                    return reader.missed();
                }

                @Override
                public void close() throws IOException {
                    ring.close();
                }
            };
        } catch (IOException | RuntimeException refused) {
            ring.close();
            throw refused;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        if (count == 0 || count < -1 || (follow && (noWait || count > 0))) {
            throw new ParameterException(
                    spec.commandLine(), "--count is 1 or more, and --follow goes with neither --count nor --no-wait");
        }
        Address.Ring named = RingSend.required(place);
        try (Source source = RingKinds.open(() -> source(Ring.open(named)), () -> source(Broadcast.open(named)))) {
            context.out().flush();
            new Pump(context).requireStandardStream(Pump.STANDARD_OUTPUT);
            receive(named, source);
            return 0;
        } catch (Messages.Lost lost) {
            throw lost.inWords();
        }
    }

    private void receive(Address.Ring named, Source source) throws IOException, InterruptedException, CliException {
        Messages messages = new Messages(context, json);
        long most = count > 0 ? count : follow || noWait ? Long.MAX_VALUE : 1;
        long missed = 0;
        for (long received = 0; received < most; ) {
            received += source.drain((memory, offset, length) ->
                    messages.print(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), body -> {}));
            if (source.missed() > missed) {
                context.say(named + ": " + (source.missed() - missed) + " messages were missed");
                missed = source.missed();
            }
            Duration time = noWait ? Duration.ZERO : waiting.timeout();
            if (received < most && !source.await(time)) {
                if (noWait) {
                    return;
                }
                throw new CliException(Problem.TIMED_OUT, named.toString());
            }
        }
    }
}
