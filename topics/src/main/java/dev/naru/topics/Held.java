package dev.naru.topics;

import java.io.IOException;

/** A partition that a member of a group has, and its place there. For one thread at a time. */
final class Held {
    private final PartitionId id;
    private final Topic topic;
    private final int row;
    private final long generation;
    private final PartitionCursor place;
    private long committed;
    private boolean paused;

    /**
     * @param topic by which its place was opened
     * @param row of the partition in the group
     * @param generation of its owner, by which a commit is accepted
     * @param committed what is committed; -1 for nothing
     */
    Held(PartitionId id, Topic topic, int row, long generation, PartitionCursor place, long committed) {
        this.id = id;
        this.topic = topic;
        this.row = row;
        this.generation = generation;
        this.place = place;
        this.committed = committed;
    }

    PartitionId id() {
        return id;
    }

    Topic topic() {
        return topic;
    }

    int row() {
        return row;
    }

    long generation() {
        return generation;
    }

    PartitionCursor place() {
        return place;
    }

    /** The offset of the next record. */
    long next() {
        return place.next();
    }

    /** Whether something was read that is not committed, or a seek went elsewhere. */
    boolean isUncommitted() {
        return place.next() != committed;
    }

    void setCommitted(long offset) {
        committed = offset;
    }

    boolean isPaused() {
        return paused;
    }

    void setPaused(boolean is) {
        paused = is;
    }

    void seek(Start start) throws IOException {
        place.begin(start, place.find(start));
    }
}
