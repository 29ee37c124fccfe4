package dev.naru.cli;

import dev.naru.linux.ErrnoException;
import java.text.MessageFormat;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * What the library logs, as all other words for people: a line on standard error, without a stack. Found by
 * {@link java.util.ServiceLoader}, which wants a public constructor.
 */
public final class WarningLines extends System.LoggerFinder {
    /** For the service loader. */
    public WarningLines() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new Lines(name);
    }

    /** Of a class. */
    private record Lines(String name) implements System.Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.getSeverity() >= Level.WARNING.getSeverity() && level != Level.OFF;
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                String why = thrown instanceof ErrnoException refused ? refused.summary() : String.valueOf(thrown);
                say(message + (thrown == null ? "" : ": " + why));
            }
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object... parameters) {
            if (isLoggable(level) && format != null) {
                say(parameters == null || parameters.length == 0 ? format : MessageFormat.format(format, parameters));
            }
        }

        private static void say(String words) {
            System.err.println("naru: " + words);
        }
    }
}
