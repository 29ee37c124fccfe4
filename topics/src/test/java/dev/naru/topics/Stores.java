package dev.naru.topics;

import dev.naru.topics.internal.Chores;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** Stores as tests want them. */
public final class Stores {
    private Stores() {}

    /** What is else done on a thread of its own is not done: as if its process had been killed before. */
    public static Store withNoChores(Path folder) throws IOException {
        return Store.openOrCreate(folder, Chores.none(), InstantSource.system(), StoreContext.Leases::ofMachine);
    }

    /** What is else done on a thread of its own is done at once, by whoever causes it. */
    public static Store withChoresAtOnce(Path folder) throws IOException {
        return Store.openOrCreate(folder, Chores.atOnce(), InstantSource.system(), StoreContext.Leases::ofMachine);
    }

    /** The same, where it is as late as told, for leases too. */
    public static Store withChoresAtOnce(Path folder, InstantSource clock) throws IOException {
        return Store.openOrCreate(folder, Chores.atOnce(), clock, clock::millis);
    }
}
