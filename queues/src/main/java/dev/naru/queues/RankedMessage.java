package dev.naru.queues;

/**
 * A message of a {@link PosixQueue}.
 *
 * @param priority 0 is the lowest
 * @param bytes all of it
 */
@SuppressWarnings("ArrayRecordComponent") // a message is its bytes, and nobody compares two
public record RankedMessage(int priority, byte[] bytes) {}
