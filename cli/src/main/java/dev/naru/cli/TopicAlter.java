package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru topic alter}. */
@Command(
        name = "alter",
        description = {
            "Change the settings of topics, or give them more partitions, never fewer; what is not named stays.",
            "Of who has one open, what is kept changes at the next full segment, all else when he opens it again."
        })
final class TopicAlter implements Callable<Integer> {
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

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    TopicAlter(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (!settings.isGiven()) {
            throw new ParameterException(spec.commandLine(), "say what is to change: --partitions or --set");
        }
        for (Address.Topic named : topics) {
            Address.Topic topic = named.orIn(store.folder(context));
            try (Store opened = Store.open(OpenTopic.folder(topic))) {
                opened.change(topic.name(), before -> settings.onto(before, spec));
            }
        }
        return 0;
    }
}
