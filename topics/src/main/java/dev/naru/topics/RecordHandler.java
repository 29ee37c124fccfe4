package dev.naru.topics;

/** What is done with each record, in place. */
@FunctionalInterface
public interface RecordHandler {
    /**
     * A record.
     *
     * @param record valid until this returns, and then used for the next one
     */
    void onRecord(RecordView record);
}
