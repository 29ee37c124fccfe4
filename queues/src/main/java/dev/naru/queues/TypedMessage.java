package dev.naru.queues;

/**
 * A message of a {@link SystemVQueue}.
 *
 * @param type above 0
 * @param text its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // a message is its bytes, and nobody compares two
public record TypedMessage(long type, byte[] text) {}
