package dev.naru.cli;

import dev.naru.channels.Address;
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

/** {@code naru topic delete-records}. */
@Command(
        name = "delete-records",
        description = {
            "Let go of the records before a place, for good; segments go when all that is in them is before it.",
            "A reader that wanted one of them goes on, or is told, as it said when it began."
        })
final class TopicDeleteRecords implements Callable<Integer> {
    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(arity = "1", paramLabel = "TOPIC", description = TopicPlace.DESCRIPTION, converter = TopicPlace.class)
    private Address.@Nullable Topic place;

    @Option(
            names = {"-b", "--before"},
            required = true,
            paramLabel = "WHERE",
            converter = Bound.Converter.class,
            description = "The first that stays: " + Bound.FORMS + ".")
    private Bound before = new Bound.Beginning();

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Of that partition alone (default: of all).")
    private @Nullable Integer partition;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say on standard error where each partition begins then.")
    private boolean verbose;

    TopicDeleteRecords(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (OpenTopic opened = store.open(context, TopicPlace.required(place))) {
            Map<Integer, Long> found = new TreeMap<>(); // all, before the first is gone
            for (int number : opened.partitions(partition)) {
                PartitionStatus now = opened.topic().describe(number);
                long offset = before.offset(opened.topic(), now);
                if (offset > now.next()) {
                    opened.topic().read(number, Start.offset(offset)).close(); // throws
                }
                found.put(number, offset);
            }
            for (Map.Entry<Integer, Long> each : found.entrySet()) {
                opened.topic().deleteBefore(each.getKey(), each.getValue());
                if (verbose) {
                    context.say(opened.address() + ": partition " + each.getKey() + " begins at offset "
                            + opened.topic().describe(each.getKey()).logStart());
                }
            }
            return 0;
        }
    }
}
