package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.PartitionStatus;
import java.io.IOException;
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

/** {@code naru replay}. */
@Command(
        name = "replay",
        description = {
            "Send the records of a topic to an address, as far apart in time as they were made.",
            "By the moments that 'naru record' has noted, else by their timestamps; several partitions in the order of those."
                    + " It ends where the topic ends now."
        })
final class ReplayCommand implements Callable<Integer> {
    private final Context context;

    @Mixin
    private FramingOption framing = new FramingOption();

    @Mixin
    private ListenOption listening = new ListenOption();

    @Mixin
    private StoreOption store = new StoreOption();

    @Mixin
    private ConnectWait waiting = new ConnectWait();

    @Parameters(
            index = "0",
            arity = "1",
            paramLabel = "TOPIC",
            description = TopicPlace.DESCRIPTION,
            converter = TopicPlace.class)
    private Address.@Nullable Topic topic;

    @Parameters(
            index = "1",
            arity = "1",
            paramLabel = "ADDRESS",
            description = "Where to: -, fd:N, fifo:, unix:, tcp:, ring: or topic:.",
            converter = AnyPlace.class)
    private @Nullable Address to;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Only that partition.")
    private @Nullable Integer partition;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description = "Where to begin, as in 'naru topic consume' (default: beginning).",
            converter = Bound.Converter.class)
    private Bound start = new Bound.Beginning();

    @Option(
            names = "--speed",
            paramLabel = "X",
            description = "So many times as fast, such as 2 or 0.5; 0 does not wait at all (default: 1).")
    private double speed = 1;

    @Option(
            names = {"-l", "--listen"},
            description = "Listen at ADDRESS, a socket, and send it to the first who connects.")
    private boolean listen;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    ReplayCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        if (!(speed >= 0) || Double.isInfinite(speed)) {
            throw new ParameterException(spec.commandLine(), "--speed " + speed + ": it is 0 or more");
        }
        Address target = AnyPlace.required(to);
        try (OpenTopic opened = store.open(context, TopicPlace.required(topic))) {
            List<PartitionStatus> parts = new ArrayList<>();
            for (int number : opened.partitions(partition)) {
                parts.add(opened.topic().describe(number));
            }
            try (Replay replay = Replay.open(opened.topic(), parts, start, speed, Pace.REAL)) {
                if (listen) {
                    Serving.requireSocket(spec, target);
                    new Serving(context, target, listening.options()).one(end -> send(replay, end));
                } else {
                    RelayEnds ends = RelayEnds.usual(context, waiting.timeout(), store);
                    send(replay, target instanceof Address.Standard ? ends.openOutput() : ends.openTo(target));
                }
            }
        }
        return 0;
    }

    private void send(Replay replay, RelayEnd end) throws IOException, InterruptedException, CliException {
        Relay.join(new RelayEnd.Whole(replay::next, null, () -> {}), end, framing, true);
    }
}
