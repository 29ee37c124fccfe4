package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.Problem;
import dev.naru.memory.BroadcastTap;
import dev.naru.memory.RingTap;
import java.io.Closeable;
import java.io.IOException;
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

/** {@code naru ring tap}. */
@Command(
        name = "tap",
        description = {
            "Watch what passes through a ring, and take nothing: nobody in the ring notices.",
            "Goes on until interrupted, or until none comes within --timeout. What passes too fast is told."
        })
final class RingTapCommand implements Callable<Integer> {
    /** Nobody wakes a watcher. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(2);

    private final Context context;

    @Mixin
    private MessageWait waiting = new MessageWait();

    @Parameters(arity = "1", paramLabel = "RING", description = RingPlace.DESCRIPTION, converter = RingPlace.class)
    private Address.@Nullable Ring place;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Stop after so many.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--backlog", description = "Begin with what waits to be received; not of a broadcast ring.")
    private boolean backlog;

    @Option(names = "--json", description = "One JSON object a line and message.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    RingTapCommand(Context context) {
        this.context = context;
    }

    /** Of either kind. */
    private interface Tap extends Closeable {
        int look(RingTap.Watcher watcher, long limit) throws IOException;

        long missedBytes();
    }

    private Tap ring(Address.Ring named) throws IOException {
        RingTap tap = RingTap.open(named, backlog);
        return new Tap() {
            @Override
            public int look(RingTap.Watcher watcher, long limit) throws IOException {
                return tap.look(watcher, limit);
            }

            @Override
            public long missedBytes() {
                return tap.missedBytes();
            }

            @Override
            public void close() {
                tap.close();
            }
        };
    }

    private static Tap broadcast(Address.Ring named) throws IOException {
        BroadcastTap tap = BroadcastTap.open(named);
        return new Tap() {
            @Override
            public int look(RingTap.Watcher watcher, long limit) throws IOException {
                return tap.look(watcher, limit);
            }

            @Override
            public long missedBytes() {
                return tap.missedBytes();
            }

            @Override
            public void close() {
                tap.close();
            }
        };
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        if (count < 1) {
            throw new ParameterException(spec.commandLine(), "--count " + count + ": it is below 1");
        }
        Address.Ring named = RingSend.required(place);
        try (Tap tap = RingKinds.open(() -> ring(named), () -> broadcast(named))) {
            context.out().flush();
            new Pump(context).requireStandardStream(Pump.STANDARD_OUTPUT);
            watch(named, tap);
            return 0;
        } catch (Messages.Lost lost) {
            throw lost.inWords();
        }
    }

    private void watch(Address.Ring named, Tap tap) throws IOException, InterruptedException, CliException {
        Messages messages = new Messages(context, json);
        long missed = 0;
        long last = System.nanoTime();
        for (long seen = 0; seen < count; ) {
            int shown = tap.look(
                    (lane, position, message) -> messages.print(message, body -> {
                        body.writeNumberProperty("lane", lane);
                        body.writeNumberProperty("position", position);
                    }),
                    count - seen);
            seen += shown;
            if (tap.missedBytes() > missed) {
                context.say(named + ": " + (tap.missedBytes() - missed) + " B passed too fast to be seen");
                missed = tap.missedBytes();
            }
            if (shown > 0) {
                last = System.nanoTime();
            } else if (System.nanoTime() - last >= waiting.timeout().toNanos()) {
                throw new CliException(Problem.TIMED_OUT, named.toString());
            } else {
                Thread.sleep(BETWEEN_LOOKS);
            }
        }
    }
}
