package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;

/**
 * What a store has in its own bytes of {@code store.naru}, and its folders.
 *
 * <pre>
 *   0  version, int32    8  store id, 16 bytes    24  the next producer's id
 * </pre>
 */
public final class StoreLayout {
    /** The version that this class describes. */
    public static final int VERSION = 1;

    /** The file by which a directory is a store. */
    public static final String FILE = "store.naru";

    /** The folder of settings. */
    public static final String SETTINGS = "settings";

    /** The folder of groups. */
    public static final String GROUPS = "groups";

    /** The folder of partitions. */
    public static final String TOPICS = "topics";

    private static final long VERSION_AT = 0;
    private static final long ID_AT = 8;
    private static final long PRODUCER_AT = 24;

    private StoreLayout() {}

    /** Fills those of a new store. */
    public static void fill(MemorySegment own) {
        Words.setInt(own, VERSION_AT, VERSION);
        StoreId.random().write(own, ID_AT);
    }

    /** The version that it has. */
    public static int version(MemorySegment own) {
        return Words.getInt(own, VERSION_AT);
    }

    /** The id of the next producer; 0 when there was none yet. */
    static long nextProducer(MemorySegment own) {
        return Words.getOpaque(own, PRODUCER_AT);
    }

    /** For whoever has the turn. */
    static void setNextProducer(MemorySegment own, long id) {
        Words.setOpaque(own, PRODUCER_AT, id);
    }

    /** Which store it is. */
    public static StoreId id(MemorySegment own) {
        return StoreId.read(own, ID_AT);
    }
}
