package dev.naru.cli;

import dev.naru.channels.Address;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Shared memory as people name it: {@code /quote}, {@code 0x6a01}, {@code run/quote}, or the same after {@code shm:}. */
final class ShmPlace implements ITypeConverter<Address.Memory> {
    private static final String KIND = "shm:";

    private static final String FORMS =
            "a POSIX name (/quote), a System V key (0x6a01) or a file (run/quote), each also after shm:";

    /** What stands on the command lines. */
    static final String DESCRIPTION = "Which: " + FORMS + ".";

    @Override
    public Address.Memory convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' is no place; name one, such as /quote");
        }
        Places.requireKind(text, KIND, "shared memory", FORMS);
        return switch (Address.parse(text.startsWith(KIND) ? text : KIND + text)) {
            case Address.Memory memory -> memory;
            case Address other -> throw new IllegalStateException("parsed as " + other);
        };
    }
}
