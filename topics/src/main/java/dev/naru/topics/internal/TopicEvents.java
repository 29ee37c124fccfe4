package dev.naru.topics.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * What a flight recorder is told, when somebody asks: {@code -XX:StartFlightRecording}, and in its settings {@code
 * dev.naru.Append#enabled=true}, for they are off unless asked for. Off, each is one look at a constant of the class.
 *
 * <p>Thread-safe.
 */
public final class TopicEvents {
    private static final Append APPEND = new Append();
    private static final Wait WAIT = new Wait();
    private static final Wake WAKE = new Wake();
    private static final Rebalance REBALANCE = new Rebalance();

    private TopicEvents() {}

    /** A batch that was published. */
    @Name("dev.naru.Append")
    @Label("Append")
    @Description("A batch was published")
    @Category({"Naru", "Topics"})
    @Enabled(false)
    @StackTrace(false)
    static final class Append extends Event {
        @Label("Partition")
        String partition = "";

        @Label("First Offset")
        long offset;

        @Label("Records")
        int records;

        @Label("Bytes")
        int bytes;
    }

    /** A reader that sleeps. */
    @Name("dev.naru.Wait")
    @Label("Wait")
    @Description("A reader slept until there was something, or it was time to look")
    @Category({"Naru", "Topics"})
    @Enabled(false)
    @StackTrace(false)
    static final class Wait extends Event {
        @Label("Partitions")
        int partitions;
    }

    /** Readers that are woken. */
    @Name("dev.naru.Wake")
    @Label("Wake")
    @Description("Whoever appended woke readers that slept")
    @Category({"Naru", "Topics"})
    @Enabled(false)
    @StackTrace(false)
    static final class Wake extends Event {
        @Label("Partition")
        String partition = "";

        @Label("Sleepers")
        int sleepers;
    }

    /** What a member of a group gets and gives. */
    @Name("dev.naru.Rebalance")
    @Label("Rebalance")
    @Description("A member of a group got partitions, gives some away, or lost some")
    @Category({"Naru", "Topics"})
    @Enabled(false)
    @StackTrace(false)
    static final class Rebalance extends Event {
        @Label("Group")
        String group = "";

        @Label("Member")
        long member;

        @Label("Gained")
        int gained;

        @Label("Revoked")
        int revoked;

        @Label("Lost")
        int lost;
    }

    static boolean isAppendOn() {
        return APPEND.isEnabled();
    }

    static void appended(Object partition, long offset, int records, int bytes) {
        Append event = new Append();
        event.partition = partition.toString();
        event.offset = offset;
        event.records = records;
        event.bytes = bytes;
        event.commit();
    }

    static boolean isWakeOn() {
        return WAKE.isEnabled();
    }

    static void woke(Object partition, int sleepers) {
        Wake event = new Wake();
        event.partition = partition.toString();
        event.sleepers = sleepers;
        event.commit();
    }

    /** A wait that begins now; null when nobody asks. */
    public static @Nullable Object beginWait() {
        if (!WAIT.isEnabled()) {
            return null;
        }
        Wait event = new Wait();
        event.begin();
        return event;
    }

    /** It is over. */
    public static void endWait(@Nullable Object begun, int partitions) {
        if (begun instanceof Wait event) {
            event.partitions = partitions;
            event.commit();
        }
    }

    /** A member has looked at its group; told when something is other than it was. */
    public static void rebalanced(String group, long member, int gained, int revoked, int lost) {
        if ((gained | revoked | lost) != 0 && REBALANCE.isEnabled()) {
            Rebalance event = new Rebalance();
            event.group = group;
            event.member = member;
            event.gained = gained;
            event.revoked = revoked;
            event.lost = lost;
            event.commit();
        }
    }
}
