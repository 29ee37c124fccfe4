package dev.naru.topics;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/**
 * Compresses and decompresses the records of batches, in the frames that Kafka's clients write and read. Found by
 * {@link java.util.ServiceLoader}; {@code dev.naru:naru-codecs} has one for each {@link Codec}.
 *
 * <p>Thread-safe. Both calls use the bytes from position to limit of direct buffers, of which the first may be read-only. They
 * leave the limits as they are, and allocate no object where the library behind them allows it. Nothing costly is done before
 * the first call.
 */
public interface CodecProvider {
    /** Which codec it is. */
    Codec codec();

    /**
     * Compresses all that is in {@code from}.
     *
     * @param to where it goes; its position is moved
     * @return false when it does not fit, or may not; what is in {@code to} then is of no use
     */
    boolean compress(ByteBuffer from, ByteBuffer to);

    /**
     * Decompresses all that is in {@code from}.
     *
     * @param to where it goes; its position is moved
     * @return false when it does not fit; what is in {@code to} then is of no use
     * @throws DataFormatException when that is not what a compressor of this kind wrote
     */
    boolean decompress(ByteBuffer from, ByteBuffer to) throws DataFormatException;
}
