package dev.naru.bench;

import java.io.Serial;

/** This machine lacks what a race needs. The race is skipped by name. */
final class UnavailableException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final String reason;

    UnavailableException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** What it lacks, and what helps. */
    String reason() {
        return reason;
    }
}
