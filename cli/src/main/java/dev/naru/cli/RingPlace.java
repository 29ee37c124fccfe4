package dev.naru.cli;

import dev.naru.channels.Address;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A ring as people name it: {@code /orders}, {@code run/orders}, or the same after {@code ring:}. */
final class RingPlace implements ITypeConverter<Address.Ring> {
    private static final String KIND = "ring:";

    /** What stands on the command lines. */
    static final String DESCRIPTION = "Which: a name (/orders) or a file (run/orders), each also after ring:.";

    @Override
    public Address.Ring convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' is no place; name one, such as /orders");
        }
        return new Address.Ring(text.startsWith(KIND) ? text.substring(KIND.length()) : text);
    }
}
