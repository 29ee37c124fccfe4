package dev.naru.cli;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.JsonFormat.TypeRegistry;
import dev.naru.linux.Problem;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Messages as JSON, in protobuf's own form of it. */
final class RpcJson {
    /** What the printer hides from browsers, for which nothing here is meant. */
    private static final Map<String, String> HIDDEN =
            Map.of("003c", "<", "003e", ">", "0026", "&", "003d", "=", "0027", "'");

    private static final int HEX_DIGITS = 4;

    private final RpcSchema schema;
    private final JsonFormat.Printer printer;

    /**
     * Of the types of that server.
     *
     * @param line on one line each
     * @param defaults also fields that have their default value
     */
    RpcJson(RpcSchema schema, boolean line, boolean defaults) {
        this.schema = schema;
        JsonFormat.Printer plain = JsonFormat.printer();
        JsonFormat.Printer chosen = line ? plain.omittingInsignificantWhitespace() : plain;
        this.printer = defaults ? chosen.alwaysPrintFieldsWithNoPresence() : chosen;
    }

    /** A message that was answered. */
    String print(Message message) throws InvalidProtocolBufferException, InterruptedException, CliException {
        return print(message, List.of());
    }

    /** The same, with types more that it may hold. */
    String print(Message message, List<Descriptor> more)
            throws InvalidProtocolBufferException, InterruptedException, CliException {
        lookFor(message);
        TypeRegistry types = schema.types(more);
        return shown(printer.usingTypeRegistry(types).print(message));
    }

    /** A message of that type; what it is not is told with the number that it has in the input. */
    static DynamicMessage parse(RpcSchema schema, String json, Descriptor type, int number) throws CliException {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        try {
            JsonFormat.parser().usingTypeRegistry(schema.types(List.of())).merge(json, message);
            return message.build();
        } catch (InvalidProtocolBufferException wrong) {
            String fields =
                    type.getFields().stream().map(FieldDescriptor::getJsonName).collect(Collectors.joining(", "));
            throw new CliException(
                    Problem.BAD_MESSAGE,
                    "message " + number,
                    wrong.getMessage() + "; " + type.getFullName() + " has "
                            + (fields.isEmpty() ? "no fields" : fields));
        }
    }

    /** An Any holds what need not be in any file that came so far. */
    private void lookFor(Message message) throws InterruptedException, CliException {
        if (message.getDescriptorForType()
                .getFullName()
                .equals(Any.getDescriptor().getFullName())) {
            Object url = message.getField(message.getDescriptorForType().findFieldByNumber(Any.TYPE_URL_FIELD_NUMBER));
            String name = url.toString().substring(url.toString().lastIndexOf('/') + 1);
            var found = schema.find(name);
            if (found.isPresent() && found.get() instanceof Descriptor type) {
                Object value =
                        message.getField(message.getDescriptorForType().findFieldByNumber(Any.VALUE_FIELD_NUMBER));
                Optional<Message> inside = parsed(type, (ByteString) value);
                if (inside.isPresent()) {
                    lookFor(inside.get());
                }
            }
            return;
        }
        for (Object value : message.getAllFields().values()) {
            for (Object each : value instanceof Collection<?> several ? several : List.of(value)) {
                if (each instanceof Message inside) {
                    lookFor(inside);
                }
            }
        }
    }

    private static Optional<Message> parsed(Descriptor type, ByteString bytes) {
        try {
            return Optional.of(DynamicMessage.parseFrom(type, bytes));
        } catch (InvalidProtocolBufferException other) {
            return Optional.empty(); // the printer says so
        }
    }

    /** Strings of JSON with the characters that stand for themselves everywhere else. */
    private static String shown(String json) {
        if (json.indexOf('\\') < 0) {
            return json;
        }
        StringBuilder shown = new StringBuilder(json.length());
        for (int at = 0; at < json.length(); at++) {
            char each = json.charAt(at);
            shown.append(each);
            if (each == '\\') {
                int end = at + 2 + HEX_DIGITS;
                String plain = json.charAt(at + 1) == 'u' && end <= json.length()
                        ? HIDDEN.get(json.substring(at + 2, end))
                        : null;
                if (plain == null) {
                    shown.append(json.charAt(++at));
                } else {
                    shown.setLength(shown.length() - 1);
                    shown.append(plain);
                    at = end - 1;
                }
            }
        }
        return shown.toString();
    }
}
