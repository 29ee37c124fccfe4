package dev.naru.cli;

import dev.naru.linux.ProcessIdentity;
import java.util.stream.LongStream;
import tools.jackson.core.JsonGenerator;

/** Whether an object looks orphaned: nobody has it any more who could use it. Only a look; {@code naru rm --orphans} wants proof. */
enum Orphaned {
    /** Somebody has it. */
    NO("-"),
    /** Nobody has. */
    YES("orphaned"),
    /** That cannot be seen. */
    UNKNOWN("?");

    private final String word;

    Orphaned(String word) {
        this.word = word;
    }

    /** In one column. */
    String word() {
        return word;
    }

    /** As a property: null when it cannot be seen. */
    void write(JsonGenerator json) {
        if (this == UNKNOWN) {
            json.writeNullProperty("orphaned");
        } else {
            json.writeBooleanProperty("orphaned", this == YES);
        }
    }

    /** Of what nobody has open or mapped, as far as we may look. */
    static Orphaned ofHolders(boolean any, boolean hidden) {
        return any ? NO : hidden ? UNKNOWN : YES;
    }

    /**
     * Of what the kernel has no list of holders for, but those who used it last.
     *
     * @param pids 0 for nobody, or for a process outside our pid namespace
     */
    static Orphaned ofUsers(long... pids) {
        if (LongStream.of(pids).allMatch(pid -> pid == 0)) {
            return UNKNOWN;
        }
        return LongStream.of(pids).anyMatch(Orphaned::lives) ? NO : YES;
    }

    static boolean lives(long pid) {
        return pid != 0 && ProcessIdentity.isTaken(pid);
    }
}
