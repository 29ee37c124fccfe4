package dev.naru.cli;

import dev.naru.channels.Address;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A ring as people name it: {@code /orders}, {@code run/orders}, or the same after {@code ring:}. */
final class RingPlace implements ITypeConverter<Address.Ring> {
    private static final String KIND = "ring:";

    private static final String FORMS = "a name (/orders) or a file (run/orders), each also after ring:";

    /** What stands on the command lines. */
    static final String DESCRIPTION = "Which: " + FORMS + ".";

    @Override
    public Address.Ring convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' is no place; name one, such as /orders");
        }
        Places.requireKind(text, KIND, "ring", FORMS);
        Places.requireNoKey(text, "ring", FORMS);
        return new Address.Ring(text.startsWith(KIND) ? text.substring(KIND.length()) : text);
    }
}
