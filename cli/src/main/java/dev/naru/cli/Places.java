package dev.naru.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** What stands for a place on the command lines: its own forms, bare or after its own kind. */
final class Places {
    /** In the syntax of addresses, of the kinds that there are and of those to come. */
    private static final Pattern ADDRESS = Pattern.compile("(?s)[a-z]+:.*|-");

    /** A System V key, which is a place of shared memory alone. */
    private static final Pattern KEY = Pattern.compile("0x[0-9a-fA-F]+");

    private Places() {}

    /** Refuses an address of another kind: it would be taken as the name of a file, and not as what was meant. */
    static void requireKind(String text, String kind, String what, String forms) {
        if (!text.startsWith(kind) && isAddress(text)) {
            throw other(text, what, forms);
        }
    }

    /** Whether it is an address, of whatever kind, or looks like one. */
    static boolean isAddress(String text) {
        return ADDRESS.matcher(text).matches();
    }

    /** The same of what has no keys. */
    static void requireNoKey(String text, String what, String forms) {
        if (KEY.matcher(text).matches()) {
            throw other(text, what, forms);
        }
    }

    /** What makes a place of a text. */
    @FunctionalInterface
    interface Converter<T> {
        T convert(String text);
    }

    /** Of parameters of which there may be none: picocli would say of one that is wrong that it is one too many. */
    static <T> List<T> all(CommandSpec spec, List<String> texts, Converter<T> converter) {
        List<T> places = new ArrayList<>();
        for (String text : texts) {
            try {
                places.add(converter.convert(text));
            } catch (TypeConversionException wrong) {
                throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
            }
        }
        return places;
    }

    private static TypeConversionException other(String text, String what, String forms) {
        return new TypeConversionException(
                "'" + text + "' is no " + what + ": that is " + forms + "; the file of that name is ./" + text);
    }
}
