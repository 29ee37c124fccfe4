/**
 * Compression for topics, each codec by a library: {@link dev.naru.codecs.Gzip} by the JDK, {@link dev.naru.codecs.Snappy},
 * {@link dev.naru.codecs.Lz4} and {@link dev.naru.codecs.Zstandard} by those that Kafka's clients use. Nobody calls them but
 * {@code dev.naru.topics}, which finds them by {@link java.util.ServiceLoader}.
 */
package dev.naru.codecs;
