package dev.naru.cli;

import java.io.IOException;
import java.util.List;

/** Removes one thing after the other, as rm(1) does: what cannot be removed is told, and the rest is removed. */
final class Removal {
    private Removal() {}

    /** Takes one away. */
    @FunctionalInterface
    interface Remover<T> {
        void remove(T target) throws IOException, CliException;
    }

    /** The exit status: that of the first that could not be removed, or 0. */
    static <T> int each(Context context, List<T> targets, Remover<T> remover) {
        int status = 0;
        for (T target : targets) {
            try {
                remover.remove(target);
            } catch (IOException | CliException refused) {
                int failed = Failures.report(context, refused);
                status = status == 0 ? failed : status;
            }
        }
        return status;
    }
}
