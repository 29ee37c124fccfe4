package dev.naru.cli;

import dev.naru.channels.Address;
import java.nio.file.Path;

/** A FIFO as people name it: a path, or the address {@code fifo:PATH}. */
final class FifoPath {
    private FifoPath() {}

    static Path of(String text) {
        if (!text.startsWith("fifo:")) {
            return Path.of(text);
        }
        return switch (Address.parse(text)) {
            case Address.FifoPath fifo -> fifo.path();
            case Address other -> throw new IllegalStateException("parsed as " + other);
        };
    }
}
