package dev.naru.cli;

import dev.naru.topics.TopicRecord;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Prints records on standard output. What was printed is held together until {@link #flush}, or until it is much. */
final class RecordPrinter {
    private static final int MUCH = 1 << 16;
    private static final JsonFactory JSON = new JsonFactory();

    private final Context context;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(MUCH);
    private final Form form;

    /** In what form. */
    private interface Form {
        void write(TopicRecord record, ByteArrayOutputStream out);
    }

    private RecordPrinter(Context context, Form form) {
        this.context = context;
        this.form = form;
    }

    /** An object a line. */
    static RecordPrinter json(Context context) {
        return new RecordPrinter(context, RecordPrinter::writeJson);
    }

    private static void writeJson(TopicRecord record, ByteArrayOutputStream out) {
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            JsonRecords.write(json, record);
            json.writeEndObject();
        }
        out.write('\n');
    }

    static RecordPrinter formatted(Context context, RecordFormat format) {
        return new RecordPrinter(context, format::write);
    }

    /**
     * Values with that behind each.
     *
     * @param between behind the key; empty when no key is printed
     */
    static RecordPrinter delimited(Context context, byte[] between, byte[] behind, String none) {
        byte[] nothing = none.getBytes(StandardCharsets.UTF_8);
        return new RecordPrinter(context, (record, out) -> {
            if (between.length > 0) {
                byte[] key = record.keyBytes();
                out.writeBytes(key == null ? nothing : key);
                out.writeBytes(between);
            }
            byte[] value = record.valueBytes();
            out.writeBytes(value == null ? nothing : value);
            out.writeBytes(behind);
        });
    }

    void print(TopicRecord record) throws CliException {
        form.write(record, held);
        if (held.size() >= MUCH) {
            flush();
        }
    }

    /** Sends on what is held. */
    void flush() throws CliException {
        if (held.size() > 0) {
            byte[] bytes = held.toByteArray();
            held.reset();
            context.out().write(bytes, 0, bytes.length);
            context.requireOutput();
        }
    }
}
