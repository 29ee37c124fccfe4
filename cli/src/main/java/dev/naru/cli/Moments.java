package dev.naru.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Points of time as people type them: {@code 1764237600000}, in ms since 1970; {@code 2026-11-27T10:00:00Z}, also with another
 * offset; without one, in the time zone of this process, down to {@code 2026-11-27}; or so long ago, {@code 5m}.
 */
final class Moments implements ITypeConverter<Long> {
    /** What stands on the command lines. */
    static final String FORMS = "ms since 1970, 2026-11-27T10:00:00Z, 2026-11-27, or so long ago: 30s, 5m, 2h, 7d";

    private static final Pattern MILLIS = Pattern.compile("\\d{1,18}");
    private static final Pattern AGO = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    @Override
    public Long convert(String text) {
        return parse(text);
    }

    /** In ms since 1970. */
    static long parse(String text) {
        if (MILLIS.matcher(text).matches()) {
            return Long.parseLong(text);
        }
        Matcher ago = AGO.matcher(text);
        return ago.matches() ? System.currentTimeMillis() - millis(ago) : calendar(text);
    }

    /** Whether it can be nothing else, when a plain number is something else. */
    static boolean isOne(String text) {
        return AGO.matcher(text).matches() || text.matches("\\d{4,}-\\d\\d-.*");
    }

    private static long millis(Matcher ago) {
        long amount = Long.parseLong(ago.group(1));
        return switch (ago.group(2)) {
            case "ms" -> amount;
            case "m" -> Duration.ofMinutes(amount).toMillis();
            case "h" -> Duration.ofHours(amount).toMillis();
            case "d" -> Duration.ofDays(amount).toMillis();
            default -> Duration.ofSeconds(amount).toMillis();
        };
    }

    private static long calendar(String text) {
        try {
            if (text.indexOf('T') < 0) {
                return here(LocalDate.parse(text).atStartOfDay());
            }
            return switch (DateTimeFormatter.ISO_DATE_TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from)) {
                case OffsetDateTime time -> time.toInstant().toEpochMilli();
                case LocalDateTime time -> here(time);
                default -> throw new DateTimeException(text);
            };
        } catch (DateTimeException | ArithmeticException none) {
            throw new TypeConversionException("'" + text + "' is no point of time; use " + FORMS);
        }
    }

    private static long here(LocalDateTime time) {
        return time.atZone(ZoneId.systemDefault()).toInstant().toEpochMilli();
    }
}
