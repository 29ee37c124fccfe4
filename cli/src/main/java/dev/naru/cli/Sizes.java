package dev.naru.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people type them: {@code 4096}, {@code 64K}, {@code 1M}, {@code 2G}, in powers of 1024. */
final class Sizes implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})([KMGkmg]?)");

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException("'" + text + "' is no size; use 4096, 64K, 1M or 2G");
        }
        long amount = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "K", "k" -> amount << 10;
            case "M", "m" -> amount << 20;
            case "G", "g" -> amount << 30;
            default -> amount;
        };
    }
}
