package dev.naru.rpc;

import dev.naru.memory.Waiting;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * What a channel and a server are told alike.
 *
 * @param executor where callbacks run
 * @param maxMessage of a message that is taken, in bytes
 * @param maxMetadata of metadata that are taken, in bytes
 */
record Settings(
        Executor executor,
        Waiting waiting,
        Duration grace,
        DecompressorRegistry decompressors,
        CompressorRegistry compressors,
        int maxMessage,
        int maxMetadata) {
    /** As in gRPC. */
    static final int MAX_MESSAGE = 4 << 20;

    /** As in gRPC. */
    static final int MAX_METADATA = 8 << 10;

    static int positive(int value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " has to be positive, not " + value);
        }
        return value;
    }
}
