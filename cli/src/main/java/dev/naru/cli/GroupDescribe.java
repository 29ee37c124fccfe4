package dev.naru.cli;

import dev.naru.topics.Group;
import dev.naru.topics.GroupStatus;
import dev.naru.topics.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;

/** {@code naru group describe}. */
@Command(
        name = "describe",
        description = {
            "Describe groups: their members, and of each partition whose it is, what is committed, and the lag.",
            "Waits for nobody and disturbs nobody."
        })
final class GroupDescribe implements Callable<Integer> {
    private static final String MEMBERS = "  %8s %8s %10s %10s  %s%n";
    private static final String PARTITIONS = "  %-30s %14s %14s %12s %8s  %s%n";

    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(arity = "1..*", paramLabel = "GROUP", description = "Which.")
    private List<String> groups = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and group.")
    private boolean json;

    GroupDescribe(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        try (Store opened = Store.open(store.folder(context))) {
            for (String name : groups) {
                try (Group group = opened.group(name)) {
                    GroupStatus status = group.describe();
                    if (json) {
                        new JsonLines(context.out()).line(body -> write(body, status));
                    } else {
                        print(status);
                    }
                }
            }
        }
        context.requireOutput();
        return 0;
    }

    private void print(GroupStatus group) {
        context.out()
                .printf(
                        "%s: %s, divided %d times, lag %d%n",
                        Escapes.of(group.name()), group.state(), group.generation(), group.lag());
        if (!group.members().isEmpty()) {
            context.out().printf(MEMBERS, "member", "pid", "lease", "silent", "name");
        }
        for (GroupStatus.Member each : group.members()) {
            context.out()
                    .printf(
                            MEMBERS,
                            each.id(),
                            each.process().pid() == 0 ? "?" : each.process().pid(),
                            Times.text(each.lease()),
                            Times.text(each.silent()),
                            Escapes.of(each.label()));
        }
        if (!group.partitions().isEmpty()) {
            context.out().printf(PARTITIONS, "partition", "committed", "end", "lag", "member", "metadata");
        }
        for (GroupStatus.Partition each : group.partitions()) {
            context.out()
                    .printf(
                            PARTITIONS,
                            Escapes.of(each.id().toString()),
                            each.committed()
                                    .map(done -> Long.toString(done.offset()))
                                    .orElse("-"),
                            text(each.end()),
                            text(each.lag()),
                            each.owner() == 0 ? "-" : Long.toString(each.owner()),
                            Escapes.of(each.committed()
                                    .map(done -> done.metadata())
                                    .orElse("")));
        }
    }

    private static String text(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "-";
    }

    /** The properties that list and describe have. */
    static void writeHead(JsonGenerator json, GroupStatus group) {
        json.writeStringProperty("group", group.name());
        json.writeStringProperty("state", group.state());
        json.writeNumberProperty("generation", group.generation());
        json.writeNumberProperty("lag", group.lag());
        json.writeNumberProperty("members", group.members().size());
        json.writeNumberProperty("partitions", group.partitions().size());
    }

    private static void write(JsonGenerator json, GroupStatus group) {
        writeHead(json, group);
        json.writeArrayPropertyStart("who");
        for (GroupStatus.Member each : group.members()) {
            json.writeStartObject();
            json.writeNumberProperty("member", each.id());
            json.writeStringProperty("name", each.label());
            json.writeNumberProperty("pid", each.process().pid());
            json.writeNumberProperty("leaseMs", each.lease().toMillis());
            json.writeNumberProperty("silentMs", each.silent().toMillis());
            json.writeArrayPropertyStart("topics");
            each.topics().forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("offsets");
        group.partitions().forEach(each -> write(json, each));
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, GroupStatus.Partition each) {
        json.writeStartObject();
        json.writeStringProperty("topic", each.id().topic());
        json.writeNumberProperty("partition", each.id().partition());
        each.committed().ifPresent(done -> {
            json.writeNumberProperty("committed", done.offset());
            json.writeStringProperty("metadata", done.metadata());
            json.writeStringProperty("time", each.time().toString());
        });
        each.end().ifPresent(end -> json.writeNumberProperty("end", end));
        each.lag().ifPresent(lag -> json.writeNumberProperty("lag", lag));
        if (each.owner() != 0) {
            json.writeNumberProperty("member", each.owner());
        }
        if (each.target() != each.owner()) {
            json.writeNumberProperty("nextMember", each.target());
        }
        json.writeNumberProperty("generation", each.generation());
        json.writeEndObject();
    }
}
