package dev.naru.topics;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A name and a value that go with a record. Immutable, as long as nobody changes the array. */
public final class Header {
    private final String name;
    private final byte @Nullable [] value;

    Header(String name, byte @Nullable [] value) {
        this.name = name;
        this.value = value;
    }

    /** With text for a value, or none. */
    public static Header of(String name, @Nullable String value) {
        return new Header(name, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    /** With bytes for a value, which are not copied, or none. */
    public static Header of(String name, byte @Nullable [] value) {
        return new Header(name, value);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its value as text; null when it has none. */
    public @Nullable String value() {
        byte[] bytes = value;
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /** Its value; null when it has none. */
    public byte @Nullable [] valueBytes() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Header header && name.equals(header.name) && Arrays.equals(value, header.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, Arrays.hashCode(value));
    }

    @Override
    public String toString() {
        return name + "=" + value();
    }
}
