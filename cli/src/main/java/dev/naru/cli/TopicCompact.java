package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.PartitionStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru topic compact}. */
@Command(
        name = "compact",
        description = {
            "Leave the last record of each key, now, of topics with cleanup.policy=compact or compact,delete.",
            "It is done by itself when it is worth while. What lies in the file that is appended to stays."
        })
final class TopicCompact implements Callable<Integer> {
    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(
            arity = "1..*",
            paramLabel = "TOPIC",
            description = TopicPlace.DESCRIPTION,
            converter = TopicPlace.class)
    private List<Address.Topic> topics = new ArrayList<>();

    @Option(
            names = {"-v", "--verbose"},
            description = "Say on standard error how many bytes each topic has before and after it.")
    private boolean verbose;

    TopicCompact(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        for (Address.Topic topic : topics) {
            try (OpenTopic opened = store.open(context, topic)) {
                long before = bytes(opened);
                opened.topic().compact();
                if (verbose) {
                    context.say(opened.address() + ": " + before + " B before, " + bytes(opened) + " B now");
                }
            }
        }
        return 0;
    }

    private static long bytes(OpenTopic opened) throws IOException {
        return opened.topic().describe().stream()
                .mapToLong(PartitionStatus::bytes)
                .sum();
    }
}
