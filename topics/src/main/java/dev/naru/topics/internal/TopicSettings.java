package dev.naru.topics.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The settings of a topic in their file, {@code settings/NAME.properties}, whose existence is the topic. */
public final class TopicSettings {
    private static final String SUFFIX = ".properties";
    private static final String REMOVED = ".removed";
    private static final String ID = "topic.id"; // is passed over as a setting, and kept when they change
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,240}");

    private TopicSettings() {}

    /** Where the settings of the topic of that name lie. */
    public static Path path(Path folder, String topic) {
        return folder.resolve(topic + SUFFIX);
    }

    /** Where they lie while the topic is being removed. */
    public static Path removedPath(Path folder, String topic) {
        return folder.resolve(topic + REMOVED);
    }

    /** Gives the file another name, and replaces the one that has it. */
    public static void move(Path from, Path to) throws IOException {
        var _ = Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The topic whose settings that file has; empty when it has none. */
    public static String topic(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
    }

    /** Refuses what is no name, as Kafka does. */
    public static String requireName(String topic) throws ErrnoException {
        return requireName(topic, "topic:");
    }

    /** The same for the name of something else. */
    public static String requireName(String name, String kind) throws ErrnoException {
        if (!NAME.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw ErrnoException.of(Problem.BAD_TOPIC_NAME, kind + name);
        }
        return name;
    }

    /** Makes the file of a topic in that folder, whole from the first moment: false when there is one. */
    public static boolean create(Path folder, String topic, TopicSpec spec) throws IOException {
        String all = ID + "=" + UUID.randomUUID() + "\n" + text(spec);
        return SmallFiles.create(path(folder, topic), all.getBytes(StandardCharsets.UTF_8));
    }

    /** What tells it from others of its name, before and after it; empty when there is nothing. */
    public static String id(Path folder, String topic) throws IOException {
        return SmallFiles.text(path(folder, topic))
                .lines()
                .filter(line -> line.startsWith(ID + "="))
                .findFirst()
                .orElse("");
    }

    /** Replaces the file of a topic: who reads it meanwhile gets the old one, or the new one. For one at a time. */
    public static void replace(Path folder, String topic, TopicSpec spec) throws IOException {
        Path file = path(folder, topic);
        String others = SmallFiles.text(file)
                .lines()
                .filter(TopicSettings::isOther)
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        SmallFiles.replace(file, ByteBuffer.wrap((others + text(spec)).getBytes(StandardCharsets.UTF_8)));
        Disk.syncNames(folder);
    }

    /** Whether somebody else wrote the line: a comment, or a setting that is not known. */
    private static boolean isOther(String line) {
        return !isSetting(line)
                || TopicSetting.of(line.split("=", 2)[0].strip()).isEmpty();
    }

    private static String text(TopicSpec spec) {
        StringBuilder lines = new StringBuilder();
        for (TopicSetting setting : TopicSetting.values()) {
            long value = spec.value(setting);
            if (value != setting.usual() || setting == TopicSetting.PARTITIONS) {
                var _ = lines.append(setting.kafkaName())
                        .append('=')
                        .append(setting.text(value))
                        .append('\n');
            }
        }
        return lines.toString();
    }

    /**
     * Reads the file.
     *
     * @param target what errors call the topic
     */
    public static TopicSpec read(Path file, String target) throws IOException {
        if (!Files.exists(file)) {
            throw ErrnoException.of(Problem.NO_TOPIC, Errno.ENOENT.number(), "open", target);
        }
        Map<String, String> settings = SmallFiles.text(file)
                .lines()
                .filter(TopicSettings::isSetting)
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0].strip(), pair -> pair[1].strip(), (_, later) -> later));
        TopicSpec spec = TopicSpec.partitions(1);
        for (TopicSetting setting : TopicSetting.values()) {
            String text = settings.get(setting.kafkaName());
            if (text != null) {
                spec = spec.with(setting, parse(setting, text, file));
            } else if (setting == TopicSetting.PARTITIONS) {
                throw bad(file, setting.bounds(), "no " + setting.kafkaName());
            }
        }
        return spec;
    }

    private static boolean isSetting(String line) {
        return line.contains("=") && !line.startsWith("#");
    }

    private static long parse(TopicSetting setting, String text, Path file) throws ErrnoException {
        try {
            return setting.parse(text);
        } catch (IllegalArgumentException outside) {
            throw bad(file, setting.bounds(), setting.kafkaName() + "=" + text);
        }
    }

    private static ErrnoException bad(Path file, String wanted, String found) {
        return ErrnoException.of(Problem.BAD_SETTING, Errno.EINVAL.number(), "open", file.toString(), wanted, found);
    }
}
