package dev.naru.cli;

import dev.naru.topics.Header;
import dev.naru.topics.TopicRecord;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/** A form in which records are printed, as kcat(1) takes it: {@code %p %o %k=%s\n}. */
final class RecordFormat {
    /** What it may have, where a percent sign is written twice. */
    static final String HELP =
            "%%t topic, %%p partition, %%o offset, %%k key, %%s value, %%K %%S their lengths, %%R that of"
                    + " the value in 4 bytes, %%T ms since 1970, %%h headers, %%%% itself, \\n \\r \\t \\0 \\\\ \\x1f";

    private static final int NONE = -1;

    private final List<Part> parts = new ArrayList<>();
    private final String topic;
    private final byte[] none;

    /** A piece of it. */
    private interface Part {
        void write(TopicRecord record, ByteArrayOutputStream out);
    }

    /**
     * Reads it.
     *
     * @param none what is printed where a record has no key or no value
     */
    RecordFormat(String text, String topic, String none) {
        this.topic = topic;
        this.none = none.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            int after = at + Character.charCount(point);
            if (point == '%') {
                parts.add(token(after < text.length() ? text.charAt(after) : ' '));
                at = after + 1;
            } else {
                ByteArrayOutputStream plain = new ByteArrayOutputStream();
                if (point == '\\' && after < text.length()) {
                    at = Delimiter.escape(text, after, plain);
                } else {
                    plain.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                    at = after;
                }
                parts.add((_, out) -> out.writeBytes(plain.toByteArray()));
            }
        }
    }

    private Part token(char letter) {
        return switch (letter) {
            case 't' -> (_, out) -> text(out, topic);
            case 'p' -> (record, out) -> text(out, Integer.toString(record.partition()));
            case 'o' -> (record, out) -> text(out, Long.toString(record.offset()));
            case 'k' -> (record, out) -> bytes(out, record.keyBytes());
            case 's' -> (record, out) -> bytes(out, record.valueBytes());
            case 'K' -> (record, out) -> text(out, Integer.toString(length(record.keyBytes())));
            case 'S' -> (record, out) -> text(out, Integer.toString(length(record.valueBytes())));
            case 'R' ->
                (record, out) -> out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                        .putInt(length(record.valueBytes()))
                        .array());
            case 'T' -> (record, out) -> text(out, Long.toString(record.timestamp()));
            case 'h' -> (record, out) -> headers(out, record.headers());
            case '%' -> (_, out) -> out.write('%');
            default ->
                throw new TypeConversionException(
                        "'%" + letter + "' is nothing that is printed; use " + HELP.replace("%%", "%"));
        };
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? NONE : bytes.length;
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(ByteArrayOutputStream out, byte @Nullable [] bytes) {
        out.writeBytes(bytes == null ? none : bytes);
    }

    private static void headers(ByteArrayOutputStream out, List<Header> headers) {
        String between = "";
        for (Header header : headers) {
            text(out, between + header.name() + "=");
            byte[] value = header.valueBytes();
            if (value == null) {
                text(out, "NULL");
            } else {
                out.writeBytes(value);
            }
            between = ",";
        }
    }

    /** Appends a record. */
    void write(TopicRecord record, ByteArrayOutputStream out) {
        parts.forEach(part -> part.write(record, out));
    }
}
