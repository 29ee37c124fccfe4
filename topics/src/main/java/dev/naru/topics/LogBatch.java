package dev.naru.topics;

import java.nio.file.Path;

/**
 * The header of a Kafka record batch as it lies in a file of a log.
 *
 * @param file the file
 * @param position where in it the batch begins, in bytes
 * @param size all its bytes
 * @param baseOffset the offset of its first record
 * @param lastOffset that of its last one, or of the last that it had before a compaction
 * @param count how many records it has
 * @param firstTimestamp that from which those of its records are counted, in ms since 1970
 * @param highestTimestamp the highest of its records, in ms since 1970
 * @param logTime whether its records have the time at which it was appended, which is the highest
 * @param codec how its records are compressed: {@code none}, {@code gzip}, {@code snappy}, {@code lz4}, {@code zstd}
 * @param producerId of a producer that numbers what it appends; -1 for none
 * @param producerEpoch of that producer; -1 for none
 * @param sequence the number that it gave the first record; -1 for none
 * @param leaderEpoch of the leader that appended it
 * @param transactional whether it is part of a transaction
 * @param control whether it has marks of transactions, and no records of users
 * @param crc its CRC-32C, as its maker found it
 * @param sound whether its bytes have that CRC
 */
public record LogBatch(
        Path file,
        long position,
        int size,
        long baseOffset,
        long lastOffset,
        int count,
        long firstTimestamp,
        long highestTimestamp,
        boolean logTime,
        String codec,
        long producerId,
        short producerEpoch,
        int sequence,
        int leaderEpoch,
        boolean transactional,
        boolean control,
        int crc,
        boolean sound) {

    /** What Kafka calls the codec of that number. */
    static String codec(int number) {
        return Codec.of(number).map(Codec::toString).orElse("codec " + number);
    }
}
