package dev.naru.topics;

/**
 * Where a record is now.
 *
 * @param partition in which log of its topic
 * @param offset its number there
 */
public record Appended(int partition, long offset) {}
