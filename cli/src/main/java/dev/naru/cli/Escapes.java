package dev.naru.cli;

import java.nio.charset.StandardCharsets;

/** Names on one line and in one column: what would break a table is written as {@code ls -b} writes it. */
final class Escapes {
    private static final String PLAIN = "\b\t\n\f\r \\";
    private static final String LETTERS = "btnfr \\";

    private Escapes() {}

    /** The same for what has several words: its spaces stay. */
    static String ofWords(String words) {
        return of(words).replace("\\ ", " ");
    }

    static String of(String name) {
        StringBuilder escaped = new StringBuilder();
        name.codePoints().forEach(point -> {
            int known = PLAIN.indexOf(point);
            if (known >= 0) {
                escaped.append('\\').append(LETTERS.charAt(known));
            } else if (Character.isISOControl(point)) {
                for (byte octet : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                    escaped.append("\\%03o".formatted(octet & 0xff));
                }
            } else {
                escaped.appendCodePoint(point);
            }
        });
        return escaped.toString();
    }
}
