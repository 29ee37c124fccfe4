package dev.naru.cli.tour;

import java.io.PrintStream;
import java.util.Locale;

/** How far the file has come: a bar that is drawn over itself on a terminal, plain lines elsewhere. */
final class ProgressLine {
    private static final int WIDTH = 30;
    private static final String ERASE = "\r\033[K";

    private final PrintStream err;
    private final boolean terminal;

    ProgressLine(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /** A step that has a name and no measure. */
    void step(String mechanism, String what) {
        if (terminal) {
            err.print(ERASE + mechanism + ": " + what);
            err.flush();
        } else {
            err.println(mechanism + ": " + what);
        }
    }

    void bytes(String mechanism, long done, long total) {
        if (terminal) {
            int filled = total == 0 ? WIDTH : (int) (WIDTH * done / total);
            err.printf(
                    Locale.ROOT,
                    "%s%s: [%s%s] %,d of %,d MiB",
                    ERASE,
                    mechanism,
                    "#".repeat(filled),
                    ".".repeat(WIDTH - filled),
                    done >> 20,
                    total >> 20);
            err.flush();
        }
    }

    /** Leaves the line free for what comes next. */
    void clear() {
        if (terminal) {
            err.print(ERASE);
            err.flush();
        }
    }
}
