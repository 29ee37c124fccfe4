package dev.naru.cli;

import dev.naru.channels.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Any address; one that picocli has set, since it is required. */
final class AnyPlace implements ITypeConverter<Address> {
    static Address required(@Nullable Address address) {
        if (address == null) {
            throw new IllegalStateException("no address");
        }
        return address;
    }

    @Override
    public Address convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' is no address; write - for the standard streams");
        }
        return Address.parse(text);
    }
}
