package dev.naru.bench;

import dev.naru.cli.JsonLines;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Shows results on standard output as they come. */
sealed interface Report {
    /** Shows one that was run. */
    void show(Result.Ran result);

    /** One JSON object a line, nothing else. */
    record Json(JsonLines lines) implements Report {
        private static final int DECIMALS = 3;
        private static final MathContext FEW_DIGITS = new MathContext(3);

        @Override
        public void show(Result.Ran result) {
            Race race = result.race();
            lines.line(json -> {
                json.writeStringProperty("race", race.name());
                json.writeStringProperty("unit", race.metric().unit());
                json.writeStringProperty("better", race.metric().better());
                json.writeNumberProperty("naru", figure(result.naru()));
                json.writeStringProperty("peer", race.peer());
                json.writeNumberProperty("peerValue", figure(result.peerValue()));
                json.writeNumberProperty("ratio", ratio(result.ratio()));
                json.writeNumberProperty("rounds", result.rounds());
                json.writeStringProperty("placement", race.placement().text());
            });
        }

        /** A whole number; of what would be 0 then, the digits that count. */
        private static BigDecimal figure(double value) {
            return rounded(value, 0);
        }

        private static BigDecimal ratio(double value) {
            return rounded(value, DECIMALS);
        }

        private static BigDecimal rounded(double value, int decimals) {
            BigDecimal exact = BigDecimal.valueOf(value);
            BigDecimal rounded = exact.setScale(decimals, RoundingMode.HALF_EVEN);
            return rounded.signum() == 0 ? exact.round(FEW_DIGITS) : rounded;
        }
    }

    /** A table for people. */
    final class Table implements Report {
        private static final String FORM = "%-24s %-17s %-6s %10s %10s %-6s %6s  %-8s %s%n";

        private final PrintStream out;
        private final boolean judged;

        Table(PrintStream out, boolean judged) {
            this.out = out;
            this.judged = judged;
            out.printf(FORM, "race", "placement", "unit", "naru", "peer", "", "ratio", "bar", "met");
        }

        @Override
        public void show(Result.Ran result) {
            Race race = result.race();
            out.printf(
                    Locale.ROOT,
                    FORM,
                    race.name(),
                    race.placement().text(),
                    race.metric().unit(),
                    Figures.amount(result.naru()),
                    Figures.amount(result.peerValue()),
                    race.peer(),
                    Figures.ratio(result.ratio()),
                    race.barText(),
                    verdict(race, result.ratio()));
            out.flush();
        }

        private String verdict(Race race, double ratio) {
            if (!judged || race.bar() == null) {
                return "-";
            }
            return race.isMetBy(ratio) ? "yes" : "NO";
        }
    }
}
