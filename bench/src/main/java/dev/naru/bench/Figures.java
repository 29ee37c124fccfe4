package dev.naru.bench;

import java.util.List;
import java.util.Locale;

/** Figures: the median of several, and how they are written. */
final class Figures {
    private Figures() {}

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** With two decimals. */
    static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%.2f", ratio);
    }

    /** With three, for one that misses its bar by little. */
    static String exactRatio(double ratio) {
        return String.format(Locale.ROOT, "%.3f", ratio);
    }

    /** With groups of digits. */
    static String amount(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }
}
