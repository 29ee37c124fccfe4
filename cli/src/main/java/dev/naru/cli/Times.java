package dev.naru.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/** Times as people type them: {@code 200ms}, {@code 5s}, {@code 2m}, {@code 1h}; a bare number is seconds. */
final class Times {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)?");

    /** Where no time was named: longer than any process lives; the kernel's own clock ends after 292 years. */
    private static final Duration FOR_EVER = Duration.ofDays(100 * 365);

    private Times() {}

    static Duration orForEver(@Nullable Duration named) {
        return named == null ? FOR_EVER : named;
    }

    static Duration parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException("'" + text + "' is no time; use 200ms, 5s, 2m or 1h");
        }
        long amount = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case null, default -> Duration.ofSeconds(amount);
        };
    }

    /** A time for people: {@code 120ms}, {@code 1.5s}, {@code 5m}. */
    static String text(Duration time) {
        long millis = time.toMillis();
        if (millis < 1000) {
            return millis + "ms";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : "%.1fs".formatted(millis / 1e3);
    }
}
