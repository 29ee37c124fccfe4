package dev.naru.rpc;

import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Metadata as bytes: how many (4), and of each the name and the value. The value of a name that ends with {@code -bin} is bytes, any other
 * is ASCII. As HTTP/2 has it, the order of values of one name stays.
 */
final class MetadataCodec {
    private MetadataCodec() {}

    static void write(FrameWriter out, Metadata metadata) {
        int countAt = out.length();
        out.putInt(0);
        int count = 0;
        for (String name : metadata.keys()) {
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                for (byte[] value : all(metadata, Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER))) {
                    out.putText(name);
                    out.putBytes(value);
                    count++;
                }
            } else {
                for (String value : all(metadata, Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER))) {
                    out.putText(name);
                    out.putBytes(value.getBytes(StandardCharsets.US_ASCII));
                    count++;
                }
            }
        }
        out.setInt(countAt, count);
    }

    private static <T> Iterable<T> all(Metadata metadata, Metadata.Key<T> key) {
        Iterable<T> values = metadata.getAll(key);
        return values == null ? List.of() : values;
    }

    static Metadata read(FrameReader in) {
        Metadata metadata = new Metadata();
        int count = in.getInt();
        for (int i = 0; i < count; i++) {
            put(metadata, in.getText(), in.getBytes());
        }
        return metadata;
    }

    private static void put(Metadata metadata, String name, byte[] value) {
        try {
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                metadata.put(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER), value);
            } else {
                metadata.put(
                        Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER),
                        new String(value, StandardCharsets.US_ASCII));
            }
        } catch (IllegalArgumentException noName) {
            throw new BrokenProtocolException("metadata: " + noName.getMessage());
        }
    }
}
