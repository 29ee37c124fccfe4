package dev.naru.cli;

import dev.naru.topics.ReadOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Which records are read, and how they are printed; a picocli mixin. */
final class PrintOptions {
    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            description = "How each is printed: " + RecordFormat.HELP + " (default: the value on a line).")
    private @Nullable String format;

    @Option(
            names = {"-K", "--key-delimiter"},
            paramLabel = "DELIM",
            converter = Delimiter.Converter.class,
            description = "Print the key too, and this between it and the value: text with \\n \\t \\0 \\x1f.")
    private @Nullable Delimiter keyDelimiter;

    @Option(
            names = {"-D", "--delimiter"},
            paramLabel = "DELIM",
            converter = Delimiter.Converter.class,
            description = "What is printed behind each (default: \\n).")
    private @Nullable Delimiter delimiter;

    @Option(
            names = {"-Z", "--null"},
            description = "Print NULL where there is no value, or no key.")
    private boolean sayNull;

    @Option(names = "--json", description = "One JSON object a line and record.")
    private boolean json;

    @Option(names = "--committed", description = "No records of transactions that are open or were aborted.")
    private boolean committed;

    ReadOptions reading() {
        return committed ? ReadOptions.committed() : ReadOptions.all();
    }

    RecordPrinter printer(Context context, CommandSpec line, String topic) {
        boolean delimited = keyDelimiter != null || delimiter != null;
        if ((json && (format != null || delimited || sayNull)) || (format != null && delimited)) {
            throw new ParameterException(
                    line.commandLine(), "--format goes with neither -K nor -D, and --json with none of them nor -Z");
        }
        if (json) {
            return RecordPrinter.json(context);
        }
        String none = sayNull ? "NULL" : "";
        if (format != null) {
            try {
                return RecordPrinter.formatted(context, new RecordFormat(format, topic, none));
            } catch (TypeConversionException wrong) {
                throw new ParameterException(line.commandLine(), "--format: " + wrong.getMessage(), wrong);
            }
        }
        return RecordPrinter.delimited(
                context,
                keyDelimiter == null ? new byte[0] : keyDelimiter.bytes(),
                delimiter == null ? new byte[] {'\n'} : delimiter.bytes(),
                none);
    }
}
