package dev.naru.channels;

import java.io.Serial;

/** A text that is no address: what was wrong, and with which text. */
public final class AddressException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String text;
    private final String reason;

    public AddressException(String text, String reason) {
        super(text + ": " + reason);
        this.text = text;
        this.reason = reason;
    }

    /** The text. */
    public String text() {
        return text;
    }

    /** What is wrong with it. */
    public String reason() {
        return reason;
    }
}
