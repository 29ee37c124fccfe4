package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.Committed;
import dev.naru.topics.Cursor;
import dev.naru.topics.Group;
import dev.naru.topics.PartitionId;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.Start;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru group reset}. */
@Command(
        name = "reset",
        description = {
            "Set where a group goes on in a topic, and print it. The group has no members meanwhile.",
            "The group is made when it is not there."
        })
final class GroupReset implements Callable<Integer> {
    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(index = "0", paramLabel = "GROUP", description = "Which group.")
    private String group = "";

    @Parameters(index = "1", paramLabel = "TOPIC", description = TopicPlace.DESCRIPTION, converter = TopicPlace.class)
    private Address.@Nullable Topic place;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "WHERE",
            converter = Bound.Converter.class,
            description = "Where to go on, in each partition: " + Bound.FORMS + ".")
    private @Nullable Bound to;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Only in that partition.")
    private @Nullable Integer partition;

    @Option(names = "--dry-run", description = "Only print where that is.")
    private boolean dryRun;

    GroupReset(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Bound wanted = to == null ? new Bound.Beginning() : to;
        try (OpenTopic opened = store.open(context, TopicPlace.required(place))) {
            Map<PartitionId, Committed> offsets = new TreeMap<>();
            for (int number : opened.partitions(partition)) {
                PartitionStatus now = opened.topic().describe(number);
                Start start = wanted.start(opened.topic(), now);
                try (Cursor cursor = opened.topic().read(number, start)) {
                    PartitionId id = new PartitionId(opened.topic().name(), number);
                    var _ = offsets.put(id, Committed.offset(cursor.position(number)));
                }
            }
            if (!dryRun) {
                try (Group into = opened.store().openOrCreateGroup(group)) {
                    into.commit(offsets);
                }
            }
            offsets.forEach((id, offset) -> context.out().println(Escapes.of(id.toString()) + " " + offset.offset()));
        }
        context.requireOutput();
        return 0;
    }
}
