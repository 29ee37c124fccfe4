package dev.naru.cli.tour;

import dev.naru.channels.Address;
import dev.naru.linux.FileStatus;
import dev.naru.topics.Store;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A consumer group with no server: one process produces, a group of two processes consumes. */
final class GroupStop implements Stop {
    @Override
    public String mechanism() {
        return "group";
    }

    @Override
    public String description() {
        return "topic that a group of two reads";
    }

    @Override
    public Crossing open(Path scratch) throws IOException {
        Address.Topic there = new Address.Topic(scratch.resolve("store"), "there");
        Address.Topic back = there.beside("back");
        Path folder = Objects.requireNonNull(there.store());
        try (Store store = Store.create(folder)) {
            store.create(there.name(), TopicSpec.partitions(GroupStream.PARTITIONS))
                    .close();
            store.create(GroupStream.onward(there.name()), TopicSpec.partitions(1))
                    .close();
            store.create(back.name(), TopicSpec.partitions(1)).close();
        }
        String object = "%s inode %d, 2 partitions"
                .formatted(there, FileStatus.of(folder.resolve("store.naru")).inode());
        String shared = new Way.InGroup(there).toString();
        return new Crossing(
                object,
                new Ends(shared, back.toString(), child -> {}),
                new Ends(back.toString(), shared, child -> {}),
                List.of(new Ends(shared, shared, child -> {})),
                () -> {});
    }
}
