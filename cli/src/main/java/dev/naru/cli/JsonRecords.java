package dev.naru.cli;

import dev.naru.topics.Header;
import dev.naru.topics.NewRecord;
import dev.naru.topics.TopicRecord;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Records as JSON objects: {@code {"partition":0,"offset":7,"timestamp":1764237600000,"key":"a","value":"b","headers":[…]}}.
 * What is no text (UTF-8) has its bytes in {@code keyBase64}, {@code valueBase64}, and so in a header. What is printed so can be
 * read again; where a record came from is passed over then.
 */
final class JsonRecords {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String BASE64 = "Base64";

    /** Of records of Kafka's that have none. */
    private static final long NO_TIMESTAMP = -1;

    private JsonRecords() {}

    /** The properties of a record. */
    static void write(JsonGenerator json, TopicRecord record) {
        json.writeNumberProperty("partition", record.partition());
        json.writeNumberProperty("offset", record.offset());
        json.writeNumberProperty("timestamp", record.timestamp());
        write(json, "key", record.keyBytes());
        write(json, "value", record.valueBytes());
        json.writeArrayPropertyStart("headers");
        for (Header header : record.headers()) {
            json.writeStartObject();
            json.writeStringProperty("name", header.name());
            write(json, "value", header.valueBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, String name, byte @Nullable [] bytes) {
        if (bytes == null) {
            json.writeNullProperty(name);
            return;
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            json.writeStringProperty(name, text);
        } catch (CharacterCodingException binary) {
            json.writeStringProperty(name + BASE64, Base64.getEncoder().encodeToString(bytes));
        }
    }

    /** That is no record; the message says why. */
    static final class NoRecord extends Exception {
        private static final long serialVersionUID = 1;

        NoRecord(String why) {
            super(why);
        }

        /** Why. */
        String why() {
            return String.valueOf(getMessage());
        }
    }

    /** What stands in an object. */
    private static final class Read {
        private byte @Nullable [] key;
        private byte @Nullable [] value;
        private final List<Header> headers = new ArrayList<>();
        private @Nullable Long timestamp;
        private @Nullable Integer partition;
    }

    /**
     * Reads a line.
     *
     * @param base has what the line does not say; its partition, if it has one, goes before what the line says
     * @param key the same for the key
     */
    static NewRecord read(byte[] line, NewRecord base, byte @Nullable [] key) throws NoRecord {
        Read read = new Read();
        read.key = key;
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), line)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "it is no object");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                property(parser, name, read);
            }
            require(parser.nextToken() == null, "something follows the object");
        } catch (JacksonException | IllegalArgumentException wrong) {
            throw new NoRecord(why(wrong));
        }
        NewRecord record = base.withKey(read.key).withValue(read.value);
        for (Header header : read.headers) {
            record = record.withHeader(header);
        }
        record = read.timestamp == null ? record : record.withTimestamp(read.timestamp);
        if (read.partition == null || base.hasPartition()) {
            return record;
        }
        return record.toPartition(read.partition);
    }

    /** Without what Jackson adds about the source. */
    private static String why(RuntimeException wrong) {
        String message = wrong instanceof JacksonException json ? json.getOriginalMessage() : wrong.getMessage();
        return String.valueOf(message)
                .lines()
                .findFirst()
                .orElse("it is no JSON")
                .replaceAll("[{}]", "'");
    }

    private static void property(JsonParser parser, String name, Read read) throws NoRecord {
        switch (name) {
            case "key" -> read.key = text(parser, name);
            case "keyBase64" -> read.key = base64(parser, name);
            case "value" -> read.value = text(parser, name);
            case "valueBase64" -> read.value = base64(parser, name);
            case "timestamp" -> {
                long millis = number(parser, name);
                require(millis >= NO_TIMESTAMP, "a timestamp is a number of 0 or more, or -1 for none");
                read.timestamp = millis == NO_TIMESTAMP ? null : millis;
            }
            case "partition" -> {
                long number = number(parser, name);
                require(number >= 0 && number <= Integer.MAX_VALUE, "there is no partition " + number);
                read.partition = (int) number;
            }
            case "headers" -> headers(parser, read);
            case "offset", "topic" -> parser.skipChildren();
            default -> throw new NoRecord("a record has no '" + name + "'");
        }
    }

    private static void headers(JsonParser parser, Read read) throws NoRecord {
        if (parser.currentToken() == JsonToken.START_OBJECT) { // by name, which is shorter to write
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                read.headers.add(Header.of(name, text(parser, name)));
            }
            return;
        }
        require(parser.currentToken() == JsonToken.START_ARRAY, "headers are an array or an object");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken() == JsonToken.START_OBJECT, "a header is an object with name and value");
            read.headers.add(header(parser));
        }
    }

    private static Header header(JsonParser parser) throws NoRecord {
        String header = null;
        byte[] value = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "name" -> {
                    require(parser.currentToken() == JsonToken.VALUE_STRING, "the name of a header is a string");
                    header = parser.getString();
                }
                case "value" -> value = text(parser, name);
                case "valueBase64" -> value = base64(parser, name);
                default -> throw new NoRecord("a header has no '" + name + "'");
            }
        }
        if (header == null) {
            throw new NoRecord("a header has no name");
        }
        return Header.of(header, value);
    }

    private static byte @Nullable [] text(JsonParser parser, String name) throws NoRecord {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> utf8(parser.getString(), name);
            default -> throw new NoRecord("'" + name + "' is a string or null");
        };
    }

    private static byte[] utf8(String text, String name) throws NoRecord {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException lone) {
            throw new NoRecord("'" + name + "' has half of a character");
        }
    }

    private static byte[] base64(JsonParser parser, String name) throws NoRecord {
        require(parser.currentToken() == JsonToken.VALUE_STRING, "'" + name + "' is a string");
        try {
            return Base64.getDecoder().decode(parser.getString());
        } catch (IllegalArgumentException none) {
            throw new NoRecord("'" + name + "' is no Base64");
        }
    }

    private static long number(JsonParser parser, String name) throws NoRecord {
        require(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, "'" + name + "' is a whole number");
        return parser.getLongValue();
    }

    private static void require(boolean so, String otherwise) throws NoRecord {
        if (!so) {
            throw new NoRecord(otherwise);
        }
    }
}
