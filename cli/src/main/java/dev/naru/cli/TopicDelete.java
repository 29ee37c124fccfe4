package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code naru topic delete}. */
@Command(
        name = "delete",
        description = "Remove topics and all that is in them. Who has one open is told at the next append or read.")
final class TopicDelete implements Callable<Integer> {
    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(
            arity = "1..*",
            paramLabel = "TOPIC",
            description = TopicPlace.DESCRIPTION,
            converter = TopicPlace.class)
    private List<Address.Topic> topics = new ArrayList<>();

    TopicDelete(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        for (Address.Topic named : topics) { // all, before the first is gone
            Address.Topic topic = named.orIn(store.folder(context));
            try (Store opened = Store.open(OpenTopic.folder(topic))) {
                if (!opened.isRemovable(topic.name())) {
                    var _ = opened.spec(topic.name()); // throws
                }
            }
        }
        return Removal.each(context, topics, this::remove);
    }

    private void remove(Address.Topic named) throws IOException {
        Address.Topic topic = named.orIn(store.folder(context));
        try (Store opened = Store.open(OpenTopic.folder(topic))) {
            opened.remove(topic.name());
        }
    }
}
