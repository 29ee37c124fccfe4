package dev.naru.cli;

/** Says how many records of a topic were removed before they were read, when there are more of them. */
final class MissedRecords {
    private final Context context;
    private final OpenTopic opened;
    private long said;

    MissedRecords(Context context, OpenTopic opened) {
        this.context = context;
        this.opened = opened;
    }

    /** So many are they by now. */
    void say(long missed) {
        if (missed > said) {
            context.say(opened.address() + ": " + (missed - said) + " records were gone before they were read");
            said = missed;
        }
    }
}
