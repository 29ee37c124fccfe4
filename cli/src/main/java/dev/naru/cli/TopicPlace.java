package dev.naru.cli;

import dev.naru.channels.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A topic as people name it: {@code orders}, {@code data#orders}, or the same after {@code topic:}. */
final class TopicPlace implements ITypeConverter<Address.Topic> {
    private static final String KIND = "topic:";

    private static final String FORMS = "a name (orders) or a store and a name (data#orders), each also after topic:";

    /** What stands on the command lines. */
    static final String DESCRIPTION = "Which: " + FORMS + ".";

    @Override
    public Address.Topic convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' is no topic; name one, such as orders");
        }
        boolean withKind = text.startsWith(KIND);
        if (!withKind && Places.isAddress(text)) {
            throw new TypeConversionException("'" + text + "' is no topic: that is " + FORMS);
        }
        return switch (Address.parse(withKind ? text : KIND + text)) {
            case Address.Topic topic -> topic;
            case Address other -> throw new IllegalStateException("parsed as " + other);
        };
    }

    /** The one that picocli has set, since it is required. */
    static Address.Topic required(Address.@Nullable Topic topic) {
        if (topic == null) {
            throw new IllegalStateException("no topic");
        }
        return topic;
    }
}
