package dev.naru.bench;

import java.util.regex.Pattern;

/** Counts lines of code: those that hold more than blanks and comments. */
final class SourceLines {
    /** Text blocks and literals go first, so that what looks like a comment in them is none; their lines stay. */
    private static final Pattern TOKEN = Pattern.compile(
            "(?s)(?<text>\"\"\".*?\"\"\")|(?<literal>\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])*')"
                    + "|(?<comment>/\\*.*?\\*/|//[^\n]*)");

    private SourceLines() {}

    static long count(String source) {
        String code = TOKEN.matcher(source)
                .replaceAll(found -> found.group("comment") == null
                        ? found.group().replaceAll("[^\n]+", "x")
                        : found.group().replaceAll("[^\n]", ""));
        return code.lines().filter(line -> !line.isBlank()).count();
    }
}
