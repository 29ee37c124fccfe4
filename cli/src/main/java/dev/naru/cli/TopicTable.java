package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Topics as {@code naru topic list} and {@code naru ls} show them. */
final class TopicTable {
    private static final String FORM = "%10s %12s %14s %s%n";

    private final Context context;
    private final List<Row> rows = new ArrayList<>();

    /**
     * A topic.
     *
     * @param partitions null when they may not be read, or are damaged
     */
    private record Row(Address.Topic address, @Nullable List<PartitionStatus> partitions, boolean damaged) {}

    private TopicTable(Context context) {
        this.context = context;
    }

    /** All of a store. */
    static TopicTable of(Context context, Path folder) throws IOException {
        TopicTable table = new TopicTable(context);
        try (Store store = Store.open(folder)) {
            for (String name : store.topics()) {
                table.add(store, new Address.Topic(folder, name));
            }
        }
        return table;
    }

    /** All of the store at hand; none where there is no store, or it may not be opened. */
    static TopicTable atHand(Context context) throws IOException {
        try {
            return of(context, context.store());
        } catch (ErrnoException refused) {
            return switch (refused.problem()) {
                case NO_STORE, NOT_A_DIRECTORY, DENIED, READ_ONLY -> new TopicTable(context);
                default -> throw refused;
            };
        }
    }

    /** The others are listed all the same when one is damaged. */
    private void add(Store store, Address.Topic address) throws IOException {
        try (Topic topic = store.open(address.name())) {
            rows.add(new Row(address, topic.describe(), false));
        } catch (ErrnoException refused) {
            switch (refused.problem()) {
                case NO_TOPIC -> {} // removed while we were looking
                case DENIED -> rows.add(new Row(address, null, false));
                case BAD_SETTING, BAD_TOPIC_NAME, WRONG_KIND, NOT_FOUND, FILE_TOO_SHORT ->
                    rows.add(new Row(address, null, true));
                default -> throw refused;
            }
        }
    }

    void print() {
        if (!rows.isEmpty()) {
            context.out().printf(FORM, "partitions", "records", "bytes", "address");
            rows.forEach(this::print);
        }
    }

    private void print(Row row) {
        List<PartitionStatus> partitions = row.partitions;
        String unknown = row.damaged ? "damaged" : "?";
        context.out()
                .printf(
                        FORM,
                        partitions == null ? unknown : partitions.size(),
                        partitions == null ? "?" : records(partitions),
                        partitions == null ? "?" : bytes(partitions),
                        Escapes.of(row.address.toString()));
    }

    private static long records(List<PartitionStatus> partitions) {
        return partitions.stream().mapToLong(PartitionStatus::records).sum();
    }

    private static long bytes(List<PartitionStatus> partitions) {
        return partitions.stream().mapToLong(PartitionStatus::bytes).sum();
    }

    /** An object a line. */
    void printJson(JsonLines lines) {
        for (Row row : rows) {
            lines.line(json -> {
                List<PartitionStatus> partitions = row.partitions;
                if (partitions != null) {
                    write(json, row.address, partitions);
                } else {
                    json.writeStringProperty("address", row.address.toString());
                    if (row.damaged) {
                        json.writeBooleanProperty("damaged", true);
                    }
                }
            });
        }
    }

    /** The properties that list and describe have. */
    static void write(JsonGenerator json, Address.Topic address, List<PartitionStatus> partitions) {
        json.writeStringProperty("address", address.toString());
        json.writeNumberProperty("partitions", partitions.size());
        json.writeNumberProperty("records", records(partitions));
        json.writeNumberProperty("bytes", bytes(partitions));
    }
}
