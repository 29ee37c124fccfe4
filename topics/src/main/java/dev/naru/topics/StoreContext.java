package dev.naru.topics;

import dev.naru.memory.Membership;
import dev.naru.topics.internal.GroupFile;
import dev.naru.topics.internal.StoreId;
import dev.naru.topics.internal.StoreLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What groups need of their store. Immutable.
 *
 * @param folder where it lies
 * @param id which it is
 * @param members who may have its locks
 * @param files its topics
 * @param clock how late it is
 * @param leases the clock of leases
 */
record StoreContext(Path folder, StoreId id, Membership members, TopicFiles files, InstantSource clock, Leases leases) {
    /** The clock of leases: one for all processes of the machine, which nobody sets. */
    interface Leases {
        /** In ms, from any moment on. */
        long millis();

        /** Of the machine since it booted: what {@code nanoTime} counts in HotSpot, CLOCK_MONOTONIC, is the same in every process. */
        static long ofMachine() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        }
    }

    Path groups() {
        return folder.resolve(StoreLayout.GROUPS);
    }

    GroupFile openGroup(String group) throws IOException {
        return GroupFile.open(groups(), group, id, members);
    }

    GroupFile openOrCreateGroup(String group) throws IOException {
        return GroupFile.openOrCreate(groups(), group, id, members, today());
    }

    List<String> groupNames() throws IOException {
        return GroupFile.names(groups());
    }

    /** In ms since 1970. */
    long today() {
        return clock.millis();
    }

    long leaseMillis() {
        return leases.millis();
    }
}
