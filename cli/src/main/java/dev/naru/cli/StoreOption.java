package dev.naru.cli;

import dev.naru.channels.Address;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In which store a topic is that does not say so; a picocli mixin. */
final class StoreOption {
    @Option(
            names = "--store",
            paramLabel = "DIR",
            description = "The store of topics that name none (default: that of NARU_STORE, else ./data).")
    private @Nullable Path store;

    /** The store at hand. */
    Path folder(Context context) {
        return store == null ? context.store() : store;
    }

    /** Opens a topic, which must be there. */
    OpenTopic open(Context context, Address.Topic topic) throws IOException {
        return OpenTopic.open(topic.orIn(folder(context)), folder(context));
    }
}
