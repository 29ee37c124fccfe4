package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;

/** {@code naru topic describe}. */
@Command(
        name = "describe",
        description = {
            "Describe topics: their settings, and of each partition where it begins and ends, and its files.",
            "'flushed' is the offset below which all is on the disk."
        })
final class TopicDescribe implements Callable<Integer> {
    private static final String FORM = "  %9s %14s %14s %14s %9s %14s %6s%n";

    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(
            arity = "1..*",
            paramLabel = "TOPIC",
            description = TopicPlace.DESCRIPTION,
            converter = TopicPlace.class)
    private List<Address.Topic> topics = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and topic.")
    private boolean json;

    TopicDescribe(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        for (Address.Topic named : topics) {
            try (OpenTopic opened = store.open(context, named)) {
                List<PartitionStatus> partitions = opened.topic().describe();
                if (json) {
                    new JsonLines(context.out()).line(body -> write(body, opened, partitions));
                } else {
                    print(opened, partitions);
                }
            }
        }
        context.requireOutput();
        return 0;
    }

    private void print(OpenTopic opened, List<PartitionStatus> partitions) {
        context.out().println(Escapes.of(opened.address().toString()));
        TopicSpec spec = opened.topic().spec();
        for (TopicSetting setting : TopicSetting.values()) {
            context.out().printf("  %-25s %s%n", setting.kafkaName(), setting.text(spec.value(setting)));
        }
        context.out().printf(FORM, "partition", "start", "next", "flushed", "segments", "bytes", "epoch");
        for (PartitionStatus each : partitions) {
            context.out()
                    .printf(
                            FORM,
                            each.partition(),
                            each.logStart(),
                            each.next(),
                            each.flushed(),
                            each.segments(),
                            each.bytes(),
                            each.leaderEpoch());
        }
    }

    private static void write(JsonGenerator json, OpenTopic opened, List<PartitionStatus> partitions) {
        TopicTable.write(json, opened.address(), partitions);
        json.writeObjectPropertyStart("settings");
        TopicSpec spec = opened.topic().spec();
        for (TopicSetting setting : TopicSetting.values()) {
            json.writeStringProperty(setting.kafkaName(), setting.text(spec.value(setting)));
        }
        json.writeEndObject();
        json.writeArrayPropertyStart("logs");
        for (PartitionStatus each : partitions) {
            json.writeStartObject();
            json.writeNumberProperty("partition", each.partition());
            json.writeNumberProperty("start", each.logStart());
            json.writeNumberProperty("next", each.next());
            json.writeNumberProperty("flushed", each.flushed());
            json.writeNumberProperty("segments", each.segments());
            json.writeNumberProperty("bytes", each.bytes());
            json.writeNumberProperty("leaderEpoch", each.leaderEpoch());
            json.writeStringProperty("folder", each.folder().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
