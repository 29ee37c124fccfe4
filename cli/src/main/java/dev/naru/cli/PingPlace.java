package dev.naru.cli;

import dev.naru.channels.Address;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What can be pinged: a place where a server listens. */
final class PingPlace implements ITypeConverter<Address> {
    private static final String FORMS = "unix:PATH, unix:@NAME, tcp:HOST:PORT";

    /** What stands on the command lines. */
    static final String DESCRIPTION = "Where the server listens: " + FORMS + ".";

    @Override
    public Address convert(String text) {
        if (!Places.isAddress(text)) {
            throw new TypeConversionException("'" + text + "' has no kind: what can be pinged is a server at " + FORMS);
        }
        Address address = Address.parse(text);
        return switch (address) {
            case Address.Socket _ -> address;
            default ->
                throw new TypeConversionException(
                        "'" + text + "' answers nobody: what can be pinged is a server at " + FORMS);
        };
    }
}
