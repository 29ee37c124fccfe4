package dev.naru.cli;

import dev.naru.channels.Address;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A FIFO as people name it: a path, or the address {@code fifo:PATH}. */
final class FifoPath implements ITypeConverter<Path> {
    private static final String KIND = "fifo:";

    @Override
    public Path convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' is no path; name a FIFO, such as run/orders");
        }
        Places.requireKind(text, KIND, "FIFO", "a path (run/orders), also after fifo:");
        if (!text.startsWith(KIND)) {
            return Path.of(text);
        }
        return switch (Address.parse(text)) {
            case Address.FifoPath fifo -> fifo.path();
            case Address other -> throw new IllegalStateException("parsed as " + other);
        };
    }
}
