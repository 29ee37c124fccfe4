package dev.naru.cli;

import dev.naru.channels.Address;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A lock as people name it: {@code /state}, {@code run/state}, or the same after {@code lock:}. */
final class LockPlace implements ITypeConverter<Address.Lock> {
    private static final String KIND = "lock:";

    private static final String FORMS = "a name (/state) or a file (run/state), each also after lock:";

    /** What stands on the command lines. */
    static final String DESCRIPTION = "Which: " + FORMS + ".";

    @Override
    public Address.Lock convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' is no place; name one, such as /state");
        }
        Places.requireKind(text, KIND, "lock", FORMS);
        Places.requireNoKey(text, "lock", FORMS);
        return new Address.Lock(text.startsWith(KIND) ? text.substring(KIND.length()) : text);
    }
}
