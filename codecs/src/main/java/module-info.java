import org.jspecify.annotations.NullMarked;

/**
 * Compression for topics: gzip, Snappy, LZ4 and Zstandard, in the frames of Kafka's clients. To have this module is enough:
 * {@code dev.naru.topics} finds it.
 */
@NullMarked
@SuppressWarnings("requires-automatic") // they have names that do not change, but no descriptors
module dev.naru.codecs {
    requires com.github.luben.zstd_jni;
    requires dev.naru.topics;
    requires org.lz4.java;
    requires org.xerial.snappy;
    requires static org.jspecify;

    provides dev.naru.topics.CodecProvider with
            dev.naru.codecs.Gzip,
            dev.naru.codecs.Lz4,
            dev.naru.codecs.Snappy,
            dev.naru.codecs.Zstandard;
}
