package dev.naru.cli.tour;

import dev.naru.channels.Address;
import dev.naru.linux.FileStatus;
import dev.naru.topics.Store;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** Topics with no server: one process appends to a log in a file, the other reads it there. */
final class TopicStop implements Stop {
    @Override
    public String mechanism() {
        return "topic";
    }

    @Override
    public String description() {
        return "log in a file, with no server";
    }

    /** Two topics in a store that goes with the directory. */
    @Override
    public Crossing open(Path scratch) throws IOException {
        Address.Topic there = new Address.Topic(scratch.resolve("store"), "there");
        Address.Topic back = there.beside("back");
        Path folder = Objects.requireNonNull(there.store());
        try (Store store = Store.create(folder)) {
            store.create(there.name(), TopicSpec.partitions(1)).close();
            store.create(back.name(), TopicSpec.partitions(1)).close();
        }
        String object = "%s inode %d"
                .formatted(there, FileStatus.of(folder.resolve("store.naru")).inode());
        return new Crossing(
                object,
                new Ends(there.toString(), back.toString(), child -> {}),
                new Ends(back.toString(), there.toString(), child -> {}),
                () -> {});
    }
}
