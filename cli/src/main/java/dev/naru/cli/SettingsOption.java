package dev.naru.cli;

import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Settings of a topic, under Kafka's names; a picocli mixin. */
final class SettingsOption {
    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            description = "How many logs it has. Records with one key are in one of them, in order.")
    private @Nullable Integer partitions;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "NAME=VALUE",
            description =
                    "A setting under Kafka's name, such as segment.bytes=1048576 or flush.messages=1; several times"
                            + " for several.")
    private List<String> settings = new ArrayList<>();

    /** Whether something was said. */
    boolean isGiven() {
        return partitions != null || !settings.isEmpty();
    }

    /** The same specification with what was said. */
    TopicSpec onto(TopicSpec spec, CommandSpec line) {
        TopicSpec changed = spec;
        for (String setting : settings) {
            changed = with(changed, setting, line);
        }
        return partitions == null
                ? changed
                : with(changed, TopicSetting.PARTITIONS.kafkaName() + "=" + partitions, line);
    }

    private static TopicSpec with(TopicSpec spec, String pair, CommandSpec line) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        TopicSetting setting = TopicSetting.of(name)
                .orElseThrow(() -> new ParameterException(
                        line.commandLine(), "there is no setting '" + name + "', but " + names()));
        if (equals < 0) {
            throw new ParameterException(
                    line.commandLine(),
                    "--set " + pair + ": the value is missing, as in " + pair + "=" + setting.bounds());
        }
        try {
            return spec.with(setting, setting.parse(pair.substring(equals + 1)));
        } catch (IllegalArgumentException outside) {
            throw new ParameterException(line.commandLine(), String.valueOf(outside.getMessage()), outside);
        }
    }

    private static String names() {
        return Arrays.stream(TopicSetting.values()).map(TopicSetting::kafkaName).collect(Collectors.joining(", "));
    }
}
