package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.NewRecord;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru record}. */
@Command(
        name = "record",
        description = {
            "Append what comes from an address to a topic, each message a record with the moment at which it came.",
            "'naru replay' sends it again with the same timing. All of it goes into one partition, so its order stays."
        })
final class RecordCommand implements Callable<Integer> {
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
            paramLabel = "ADDRESS",
            description = "What to record: -, fd:N, fifo:, unix:, tcp:, ring: or topic:.",
            converter = AnyPlace.class)
    private @Nullable Address from;

    @Parameters(
            index = "1",
            arity = "1",
            paramLabel = "TOPIC",
            description = TopicPlace.DESCRIPTION,
            converter = TopicPlace.class)
    private Address.@Nullable Topic topic;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Where to (default: 0).")
    private int partition;

    @Option(
            names = {"-l", "--listen"},
            description = "Listen at ADDRESS, a socket, and record what all send who connect.")
    private boolean listen;

    @Option(names = "--once", description = "With --listen: end after the first who connects.")
    private boolean once;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    RecordCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Address source = AnyPlace.required(from);
        Recording recording = new Recording();
        try (OpenTopic opened = store.open(context, TopicPlace.required(topic))) {
            opened.requirePartition(partition);
            Outlet outlet = message -> append(opened, recording, message);
            if (!listen) {
                RelayEnds ends = RelayEnds.usual(context, waiting.timeout(), store);
                record(ends.openFrom(source), outlet);
                return 0;
            }
            Serving.requireSocket(spec, source);
            Serving serving = new Serving(context, source, listening.options());
            if (once || Serving.isPort(source)) {
                serving.one(end -> record(end, outlet));
            } else {
                serving.many(Serving.USUAL_MOST, end -> record(end, outlet));
            }
            return 0;
        }
    }

    private void record(RelayEnd end, Outlet outlet) throws IOException, InterruptedException, CliException {
        Relay.join(end, new RelayEnd.Whole(null, outlet, () -> {}), framing, true);
    }

    private void append(OpenTopic opened, Recording recording, Message message)
            throws IOException, InterruptedException {
        long now = recording.now();
        NewRecord record = NewRecord.of(null, message.bytes())
                .toPartition(partition)
                .withTimestamp(TimeUnit.NANOSECONDS.toMillis(now))
                .withHeader(Recording.header(now));
        var _ = opened.topic().append(record);
    }
}
