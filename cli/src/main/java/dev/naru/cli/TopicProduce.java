package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Endpoints;
import dev.naru.channels.InputChannel;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Header;
import dev.naru.topics.NewRecord;
import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru topic produce}. */
@Command(
        name = "produce",
        description = {
            "Append records: each line of standard input, or each FILE as one value.",
            "A line is there for all readers as soon as it is read; what comes together is appended together."
        })
final class TopicProduce implements Callable<Integer> {
    private static final int PIECE = 64 * 1024;
    private static final long LARGE = 1 << 20;
    private static final String STANDARD = "-";

    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(
            index = "0",
            arity = "1",
            paramLabel = "TOPIC",
            description = TopicPlace.DESCRIPTION,
            converter = TopicPlace.class)
    private Address.@Nullable Topic place;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "FILE",
            description = "Whose bytes are a value; - for the records of standard input (default: -).")
    private List<String> files = new ArrayList<>();

    @Option(
            names = {"-K", "--key-delimiter"},
            paramLabel = "DELIM",
            converter = Delimiter.Converter.class,
            description =
                    "What stands between key and value: text with \\n \\t \\0 \\x1f. Without it in a record, it has no key.")
    private @Nullable Delimiter keyDelimiter;

    @Option(
            names = {"-D", "--delimiter"},
            paramLabel = "DELIM",
            converter = Delimiter.Converter.class,
            description = "What ends a record, likewise (default: \\n). The last one need not end.")
    private @Nullable Delimiter delimiter;

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            description = "The key of records that bring none.")
    private @Nullable String key;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME=VALUE",
            description = "A header of each record; several times for several. NAME alone is one without a value.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description =
                    "Into that partition, whatever JSON says (default: the one of the key, as Kafka's clients choose it; without a key, any).")
    private @Nullable Integer partition;

    @Option(
            names = {"-T", "--timestamp"},
            paramLabel = "TIME",
            converter = Moments.class,
            description = "When they were made: " + Moments.FORMS + " (default: now).")
    private @Nullable Long timestamp;

    @Option(
            names = {"-Z", "--null"},
            description = "An empty value, or key, is none.")
    private boolean emptyIsNull;

    @Option(
            names = "--json",
            description = "Each record is a JSON object on a line, as 'consume --json' prints it: key, value, headers,"
                    + " timestamp, partition; keyBase64 and valueBase64 for what is no text.")
    private boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say on standard error how many were appended.")
    private boolean verbose;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    private long appended;
    private long read;

    TopicProduce(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        if (json
                && (keyDelimiter != null
                        || delimiter != null
                        || emptyIsNull
                        || !wholeFiles().isEmpty())) {
            throw new ParameterException(spec.commandLine(), "--json goes with neither -K, -D, -Z nor FILE");
        }
        try (OpenTopic opened = store.open(context, TopicPlace.required(place))) {
            if (partition != null) {
                opened.requirePartition(partition);
            }
            try {
                produce(opened);
            } catch (IOException | InterruptedException | RuntimeException failed) {
                if (appended > 0) {
                    say(opened);
                }
                throw failed;
            }
            if (verbose) {
                say(opened);
            }
            return 0;
        }
    }

    private void say(OpenTopic opened) {
        context.say(
                opened.address() + ": " + appended + (appended == 1 ? " record was" : " records were") + " appended");
    }

    private List<String> wholeFiles() {
        return files.stream().filter(file -> !file.equals(STANDARD)).toList();
    }

    private void produce(OpenTopic opened) throws IOException, InterruptedException, CliException {
        NewRecord base = base();
        for (String file : files.isEmpty() ? List.of(STANDARD) : files) {
            if (file.equals(STANDARD)) {
                new Pump(context).requireStandardStream(Pump.STANDARD_INPUT);
                try (InputChannel in = Endpoints.openReader(new Address.Standard())) {
                    produceFrom(in, opened, base);
                }
            } else {
                append(opened, List.of(record(base, usualKey(), bytes(Path.of(file)))));
            }
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw ErrnoException.of(Errno.EISDIR.number(), "read", file.toString());
        }
        return Files.readAllBytes(file);
    }

    /** What all records have that say nothing else. */
    private NewRecord base() {
        NewRecord base = NewRecord.of(key, null);
        for (String header : headers) {
            int equals = header.indexOf('=');
            base = equals < 0
                    ? base.withHeader(Header.of(header, (byte[]) null))
                    : base.withHeader(header.substring(0, equals), header.substring(equals + 1));
        }
        base = timestamp == null ? base : base.withTimestamp(timestamp);
        return partition == null ? base : base.toPartition(partition);
    }

    /** What comes in one read is appended before the next one waits. */
    private void produceFrom(InputChannel in, OpenTopic opened, NewRecord base)
            throws IOException, InterruptedException {
        Splitter splitter = new Splitter(delimiter == null ? new byte[] {'\n'} : delimiter.bytes());
        long most = mostBytes(opened);
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        while (in.read(piece.clear()) >= 0) {
            splitter.add(piece.flip());
            List<byte[]> parts = new ArrayList<>();
            for (byte[] part = splitter.next(); part != null; part = splitter.next()) {
                parts.add(part);
            }
            append(opened, base, parts);
            if (splitter.pending() > most) {
                break; // too large however it ends: it is refused as it is
            }
        }
        if (splitter.pending() > 0) {
            append(opened, base, List.of(splitter.rest()));
        }
    }

    /** Those before one that is no record are appended. */
    private void append(OpenTopic opened, NewRecord base, List<byte[]> parts) throws IOException, InterruptedException {
        List<NewRecord> records = new ArrayList<>();
        try {
            for (byte[] part : parts) {
                read++;
                if (!json) {
                    records.add(record(base, part));
                } else if (!isBlank(part)) {
                    NewRecord record = JsonRecords.read(part, base, usualKey());
                    requirePartition(record, opened);
                    records.add(record);
                }
            }
        } catch (JsonRecords.NoRecord wrong) {
            append(opened, records);
            throw ErrnoException.of(
                    Problem.BAD_RECORD,
                    Errno.UNKNOWN.number(),
                    "",
                    opened.address().toString(),
                    "line " + read,
                    wrong.why());
        } catch (ErrnoException noPartition) {
            append(opened, records);
            throw noPartition;
        }
        append(opened, records);
    }

    private static void requirePartition(NewRecord record, OpenTopic opened) throws ErrnoException {
        if (record.hasPartition()) {
            opened.requirePartition(record.partition());
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte each : line) {
            if (each != ' ' && each != '\t' && each != '\r') {
                return false;
            }
        }
        return true;
    }

    private NewRecord record(NewRecord base, byte[] part) {
        byte[] between = keyDelimiter == null ? null : keyDelimiter.bytes();
        int end = between == null ? -1 : Splitter.find(part, between);
        return between == null || end < 0
                ? record(base, usualKey(), part)
                : record(
                        base,
                        Arrays.copyOfRange(part, 0, end),
                        Arrays.copyOfRange(part, end + between.length, part.length));
    }

    private NewRecord record(NewRecord base, byte @Nullable [] itsKey, byte[] value) {
        return base.withKey(orNull(itsKey)).withValue(orNull(value));
    }

    private byte @Nullable [] usualKey() {
        return key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    }

    private byte @Nullable [] orNull(byte @Nullable [] bytes) {
        return emptyIsNull && bytes != null && bytes.length == 0 ? null : bytes;
    }

    /** In batches that are not too large for the topic; one that is too large is so by itself. */
    private void append(OpenTopic opened, List<NewRecord> records) throws IOException, InterruptedException {
        long most = Math.min(LARGE, mostBytes(opened));
        int from = 0;
        while (from < records.size()) {
            int to = from + 1;
            long bytes = TopicWriter.BATCH_OVERHEAD + records.get(from).mostBytes();
            while (to < records.size() && bytes + records.get(to).mostBytes() <= most) {
                bytes += records.get(to).mostBytes();
                to++;
            }
            if (to == from + 1) {
                var _ = opened.topic().append(records.get(from));
            } else {
                var _ = opened.topic().append(records.subList(from, to));
            }
            appended += to - from;
            from = to;
        }
    }

    private static long mostBytes(OpenTopic opened) {
        TopicSpec topic = opened.topic().spec();
        return Math.min(topic.segmentBytes(), topic.value(TopicSetting.MAX_MESSAGE_BYTES));
    }
}
