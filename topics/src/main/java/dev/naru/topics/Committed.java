package dev.naru.topics;

import java.util.Objects;

/**
 * How far a group has come in a partition.
 *
 * @param offset of the next record
 * @param leaderEpoch of the record before it; -1 when that is not known
 * @param metadata what its committer wrote with it: at most 4,096 bytes of UTF-8
 */
public record Committed(long offset, int leaderEpoch, String metadata) {
    /** Checks it. */
    public Committed {
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset + " < 0");
        }
        var _ = Objects.requireNonNull(metadata, "metadata");
    }

    /** With nothing beside it. */
    public static Committed offset(long offset) {
        return new Committed(offset, -1, "");
    }

    /** The same with such a text. */
    public Committed withMetadata(String text) {
        return new Committed(offset, leaderEpoch, text);
    }
}
