package dev.naru.topics;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.Membership;
import dev.naru.topics.internal.Disk;
import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.StoreId;
import dev.naru.topics.internal.StoreLayout;
import dev.naru.topics.internal.Surroundings;
import dev.naru.topics.internal.TopicSettings;
import dev.naru.topics.internal.Turn;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files by which topics are there: made, changed and removed by one process at a time. A topic is there as long as its
 * settings are. {@code docs/layouts/log.md}, Birth and End.
 */
final class TopicFiles {
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private final Path folder;
    private final Membership members;
    private final StoreId id;

    TopicFiles(Path folder, Membership members, StoreId id) {
        this.folder = folder;
        this.members = members;
        this.id = id;
    }

    private Turn turn() throws IOException {
        return Turn.ofTopics(folder.resolve(StoreLayout.FILE));
    }

    /** The folder of a partition. */
    Path partition(String topic, int number) {
        return folder.resolve(StoreLayout.TOPICS).resolve(topic + "-" + number);
    }

    private Path settings() {
        return folder.resolve(StoreLayout.SETTINGS);
    }

    /** What errors call a topic. */
    String target(String topic) {
        return "topic:" + folder + "#" + topic;
    }

    /** The names of all, in order. */
    List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(settings())) {
            return files.map(TopicSettings::topic)
                    .filter(name -> !name.isEmpty())
                    .sorted()
                    .toList();
        }
    }

    boolean exists(String topic) throws ErrnoException {
        return Files.exists(TopicSettings.path(settings(), TopicSettings.requireName(topic)));
    }

    /** Whether there is something to remove: a topic, or what is left of one whose removal was interrupted. */
    boolean isRemovable(String topic) throws ErrnoException {
        return exists(topic) || Files.exists(TopicSettings.removedPath(settings(), topic));
    }

    TopicSpec read(String topic) throws IOException {
        return TopicSettings.read(TopicSettings.path(settings(), TopicSettings.requireName(topic)), target(topic));
    }

    /** What tells the topic from others of its name. */
    String id(String topic) throws IOException {
        return TopicSettings.id(settings(), topic);
    }

    /**
     * What is another one when the settings of a topic have changed.
     *
     * @param file which file has them; empty when there is none
     * @param time when it was written
     */
    record Stamp(String file, long time) {
        private static final Stamp NONE = new Stamp("", 0);

        boolean isThere() {
            return !file.isEmpty();
        }
    }

    /** That of a topic; cheap. */
    Stamp stamp(String topic) throws IOException {
        try {
            var attributes = Files.readAttributes(
                    TopicSettings.path(settings(), TopicSettings.requireName(topic)), BasicFileAttributes.class);
            return new Stamp(
                    String.valueOf(attributes.fileKey()),
                    attributes.lastModifiedTime().toMillis());
        } catch (NoSuchFileException none) {
            return Stamp.NONE;
        }
    }

    /** Opens a partition of the topic with that id, and no other. */
    Partition open(String topic, String id, int number, Surroundings around) throws IOException {
        try {
            Partition opened = Partition.open(partition(topic, number), around);
            if (id(topic).equals(id)) { // after the opening: if it is removed from now on, the partition says so
                return opened;
            }
            opened.close();
        } catch (ErrnoException refused) {
            if (id(topic).equals(id)) {
                throw refused;
            }
        }
        throw ErrnoException.of(Problem.TOPIC_REMOVED, target(topic));
    }

    /** The partitions first, the settings last: false when it is there. */
    boolean make(String topic, TopicSpec spec) throws IOException {
        if (exists(topic)) {
            return false;
        }
        try (Turn _ = turn()) {
            if (exists(topic)) {
                return false;
            }
            if (Files.exists(TopicSettings.removedPath(settings(), topic))) {
                endRemoval(topic); // whoever removed it was killed
            }
            makePartitions(topic, 0, spec.partitions());
            return TopicSettings.create(settings(), topic, spec);
        }
    }

    private void makePartitions(String topic, int from, int to) throws IOException {
        for (int number = from; number < to; number++) {
            Path partition = Files.createDirectories(partition(topic, number));
            Partition.createUnlessThere(partition, id);
        }
    }

    /** Other settings, and perhaps more partitions. */
    void change(String topic, UnaryOperator<TopicSpec> change) throws IOException {
        try (Turn _ = turn()) {
            TopicSpec before = read(topic);
            TopicSpec spec = change.apply(before);
            if (spec.partitions() < before.partitions()) {
                throw ErrnoException.of(
                        Problem.FEWER_PARTITIONS,
                        Errno.EINVAL.number(),
                        "change",
                        target(topic),
                        Integer.toString(before.partitions()),
                        Integer.toString(spec.partitions()));
            }
            makePartitions(topic, before.partitions(), spec.partitions());
            TopicSettings.replace(settings(), topic, spec);
        }
    }

    /** The settings get another name first: from then on it is not there, and whoever comes next ends what a killed one left. */
    void remove(String topic) throws IOException {
        Path there = TopicSettings.path(settings(), TopicSettings.requireName(topic));
        Path removed = TopicSettings.removedPath(settings(), topic);
        try (Turn _ = turn()) {
            if (Files.exists(there)) {
                for (Path partition : partitions(topic)) {
                    Partition.requireRemovable(partition, id, members);
                }
                TopicSettings.move(there, removed);
            } else if (!Files.exists(removed)) {
                throw ErrnoException.of(Problem.NO_TOPIC, Errno.ENOENT.number(), "remove", target(topic));
            }
            endRemoval(topic);
        }
    }

    private void endRemoval(String topic) throws IOException {
        Disk.syncNames(
                settings()); // first, and by each who does it: whoever gave it that name may have been killed before
        for (Path partition : partitions(topic)) {
            Partition.remove(partition, id, members);
        }
        Disk.syncNames(
                folder.resolve(StoreLayout.TOPICS)); // or they would come back when the sign that they go is gone
        Files.delete(TopicSettings.removedPath(settings(), topic));
    }

    /** All that are there: a change that was killed may have left more than the settings say. */
    private List<Path> partitions(String topic) throws IOException {
        List<Path> found = new ArrayList<>();
        String prefix = topic + "-";
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder.resolve(StoreLayout.TOPICS))) {
            for (Path each : folders) {
                String name = each.getFileName().toString();
                if (name.startsWith(prefix)
                        && NUMBER.matcher(name.substring(prefix.length())).matches()) {
                    boolean _ = found.add(each);
                }
            }
        }
        return found;
    }
}
