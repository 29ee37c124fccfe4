package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.Store;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru topic create}. */
@Command(name = "create", description = "Make topics, and their store where there is none.")
final class TopicCreate implements Callable<Integer> {
    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Mixin
    private SettingsOption settings = new SettingsOption();

    @Parameters(
            arity = "1..*",
            paramLabel = "TOPIC",
            description = TopicPlace.DESCRIPTION,
            converter = TopicPlace.class)
    private List<Address.Topic> topics = new ArrayList<>();

    @Option(names = "--exist-ok", description = "A topic of that name is as good, as it is.")
    private boolean existOk;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    TopicCreate(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        TopicSpec wanted = settings.onto(TopicSpec.partitions(1), spec);
        for (Address.Topic named : topics) {
            Address.Topic topic = named.orIn(store.folder(context));
            try (Store opened = Store.openOrCreate(OpenTopic.folder(topic))) {
                (existOk ? opened.openOrCreate(topic.name(), wanted) : opened.create(topic.name(), wanted)).close();
            }
        }
        return 0;
    }
}
