package dev.naru.memory;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * What lies where in {@link SharedMemory}: a name, a version, and named fields. It is written into the memory when that is
 * made and compared when it is opened, so a process with another layout gets an error that shows both, and no garbage.
 *
 * <pre>{@code
 * static final SharedLayout QUOTE = SharedLayout.of("quote", 1,
 *         SharedLayout.longField("price"),
 *         SharedLayout.intField("size"),
 *         SharedLayout.bytesField("symbol", 16));
 * }</pre>
 *
 * <p>Fields lie in the order in which they are named, each aligned to its own size. Change the version when a field changes
 * its meaning. Numbers are little-endian.
 *
 * <p>Immutable.
 */
public final class SharedLayout {
    /** Two cache lines, which the hardware fetches together: what lies alone there is not slowed down by neighbours. */
    public static final int ALONE_BYTES = 128;

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,62}");
    private static final int MOST_FIELDS = 1000;

    private final String text;
    private final long size;
    private final Map<String, Placed> fields;

    private SharedLayout(String text, long size, Map<String, Placed> fields) {
        this.text = text;
        this.size = size;
        this.fields = fields;
    }

    /** What a field holds. */
    public enum Kind {
        /** A 32-bit integer. */
        INT,
        /** A 64-bit integer. */
        LONG,
        /** A 64-bit floating-point number. */
        DOUBLE,
        /** A number of bytes. */
        BYTES
    }

    /**
     * A field, not placed yet.
     *
     * @param name unique in its layout: a letter, then at most 62 letters, digits, and {@code _ . -}
     * @param kind what it holds
     * @param bytes how many it takes
     * @param alone whether it has its cache lines for itself
     */
    public record Field(String name, Kind kind, int bytes, boolean alone) {
        /** Checks the bounds. */
        public Field {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("no name for a field: " + name);
            }
            if (bytes <= 0) {
                throw new IllegalArgumentException("field " + name + " of " + bytes + " B");
            }
        }

        /**
         * The same on cache lines where no other field lies, {@link #ALONE_BYTES} of them: for what one process stores often
         * while others use its neighbours.
         */
        public Field onItsOwn() {
            return new Field(name, kind, bytes, true);
        }

        private long alignment() {
            return alone ? ALONE_BYTES : kind == Kind.BYTES ? 1 : bytes;
        }

        private String typeName() {
            return switch (kind) {
                case INT -> "int";
                case LONG -> "long";
                case DOUBLE -> "double";
                case BYTES -> "bytes[" + bytes + "]";
            };
        }
    }

    /** A field and its place. */
    record Placed(Field field, long offset) {}

    /** A 32-bit integer. */
    public static Field intField(String name) {
        return new Field(name, Kind.INT, Integer.BYTES, false);
    }

    /** A 64-bit integer. */
    public static Field longField(String name) {
        return new Field(name, Kind.LONG, Long.BYTES, false);
    }

    /** A 64-bit floating-point number. */
    public static Field doubleField(String name) {
        return new Field(name, Kind.DOUBLE, Double.BYTES, false);
    }

    /** So many bytes. */
    public static Field bytesField(String name, int bytes) {
        return new Field(name, Kind.BYTES, bytes, false);
    }

    /**
     * A layout.
     *
     * @param name as a field's
     * @param version 1 or more
     */
    public static SharedLayout of(String name, int version, Field... fields) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("no name for a layout: " + name);
        }
        if (version < 1) {
            throw new IllegalArgumentException("versions count from 1: " + version);
        }
        if (fields.length == 0 || fields.length > MOST_FIELDS) {
            throw new IllegalArgumentException("a layout has 1 to " + MOST_FIELDS + " fields: " + fields.length);
        }
        Map<String, Placed> placed = new LinkedHashMap<>();
        StringJoiner words = new StringJoiner(", ", name + " v" + version + " {", "}");
        long end = 0;
        for (Field field : fields) {
            long offset = alignUp(end, field.alignment());
            if (placed.put(field.name, new Placed(field, offset)) != null) {
                throw new IllegalArgumentException("two fields " + field.name + " in " + name);
            }
            words.add(field.typeName() + " " + field.name + " @" + offset);
            end = field.alone ? alignUp(offset + field.bytes, ALONE_BYTES) : offset + field.bytes;
        }
        return new SharedLayout(words.toString(), alignUp(end, Long.BYTES), placed);
    }

    private static long alignUp(long offset, long alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }

    /** The bytes that the fields take. */
    public long size() {
        return size;
    }

    /** Where the field begins, in bytes from the first. */
    public long offset(String field) {
        return find(field).offset;
    }

    Placed find(String field, Kind kind) {
        Placed placed = find(field);
        if (placed.field.kind != kind) {
            throw new IllegalArgumentException("field " + field + " is " + placed.field.typeName() + " in " + text);
        }
        return placed;
    }

    private Placed find(String field) {
        Placed placed = fields.get(field);
        if (placed == null) {
            throw new IllegalArgumentException("no field " + field + " in " + text);
        }
        return placed;
    }

    /** Name, version and fields, as they stand in the memory: {@code quote v1 {long price @0, int size @8}}. */
    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SharedLayout layout && layout.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
