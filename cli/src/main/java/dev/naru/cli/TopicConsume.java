package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.MemberSpec;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.Start;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
import picocli.CommandLine.TypeConversionException;

/** {@code naru topic consume}. */
@Command(
        name = "consume",
        description = {
            "Print the records of a topic, from its beginning on, and those that come then, until interrupted.",
            "It takes nothing away, and nobody is disturbed. Records of one partition come in their order.",
            "With --group it shares the topic with the other members, goes on where the group has come to, and commits what it printed."
        })
final class TopicConsume implements Callable<Integer> {
    private static final String FROM = "s@";
    private static final String TO = "e@";

    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Mixin
    private PrintOptions printing = new PrintOptions();

    @Mixin
    private MessageWait waiting = new MessageWait();

    @Parameters(arity = "1", paramLabel = "TOPIC", description = TopicPlace.DESCRIPTION, converter = TopicPlace.class)
    private Address.@Nullable Topic place;

    @Option(
            names = {"-o", "--offset"},
            paramLabel = "WHERE",
            description =
                    "Where to begin, as kcat has it: beginning, end, OFFSET, -N (the last N of each partition), s@MS (the"
                            + " first of that time or later); e@MS: where to end.")
    private List<String> offsets = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            converter = Bound.Converter.class,
            description = "Where to begin, in each partition: " + Bound.FORMS + " (default: beginning).")
    private @Nullable Bound from;

    @Option(
            names = "--to",
            paramLabel = "WHERE",
            converter = Bound.Converter.class,
            description = "Where to end, likewise: what stands there is not printed any more.")
    private @Nullable Bound to;

    @Option(
            names = {"-e", "--exit"},
            description = "Stop at the end that each partition has now.")
    private boolean exit;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "Stop after so many.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Only that partition.")
    private @Nullable Integer partition;

    @Option(
            names = {"-G", "--group"},
            paramLabel = "GROUP",
            description = "As a member of that group. --from is then beginning or end, and says where to begin where"
                    + " nothing is committed.")
    private @Nullable String group;

    @Option(
            names = "--lease",
            paramLabel = "TIME",
            description = "With --group: after so long in silence others get its partitions (default: 5m).")
    private @Nullable Duration lease;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say on standard error how many were printed.")
    private boolean verbose;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    TopicConsume(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "--count " + count + ": it is below 0");
        }
        offsets.forEach(this::offset);
        requireSense();
        Address.Topic named = TopicPlace.required(place);
        RecordPrinter printer = printing.printer(context, spec, named.name());
        try (OpenTopic opened = store.open(context, named)) {
            context.out().flush();
            new Pump(context).requireStandardStream(Pump.STANDARD_OUTPUT);
            if (group != null) {
                return consume(opened, printer, group);
            }
            TopicReading reading = new TopicReading(context, opened, printer, printing.reading());
            for (int number : opened.partitions(partition)) {
                add(reading, opened, number);
            }
            try {
                reading.run(count, !exit, waiting.timeout());
            } finally {
                sayPrinted(opened, reading.printed());
            }
            return 0;
        }
    }

    private int consume(OpenTopic opened, RecordPrinter printer, String name)
            throws IOException, InterruptedException, CliException {
        MemberSpec member = MemberSpec.topics(opened.topic().name())
                .withReading(printing.reading())
                .withLabel("naru topic consume")
                .withStart(from instanceof Bound.End ? Start.latest() : Start.earliest());
        GroupReading reading = new GroupReading(context, opened, printer);
        try {
            reading.run(name, lease == null ? member : member.withLease(lease), count, !exit, waiting.timeout());
        } finally {
            sayPrinted(opened, reading.printed());
        }
        return 0;
    }

    private void sayPrinted(OpenTopic opened, long records) {
        if (verbose) {
            context.say(opened.address() + ": " + records + " records");
        }
    }

    /** What a group decides is not chosen by its member. */
    private void requireSense() {
        boolean isPlace = from == null || from instanceof Bound.Beginning || from instanceof Bound.End;
        if (group != null && (!isPlace || to != null || partition != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--group goes with neither --to nor --partition, and with --from beginning or end alone;"
                            + " 'naru group reset' sets where a group goes on");
        }
        if (group == null && lease != null) {
            throw new ParameterException(spec.commandLine(), "--lease goes with --group");
        }
        if (lease != null && lease.isZero()) {
            throw new ParameterException(spec.commandLine(), "--lease 0: it is to be longer");
        }
    }

    /** Where both words and kcat's form are said, the last one counts. */
    private void offset(String where) {
        try {
            if (where.startsWith(TO)) {
                to = Bound.parse(where.substring(1));
            } else {
                from = Bound.parse(where.startsWith(FROM) ? where.substring(1) : where);
            }
        } catch (TypeConversionException wrong) {
            throw new ParameterException(spec.commandLine(), "--offset: " + wrong.getMessage(), wrong);
        }
    }

    private void add(TopicReading reading, OpenTopic opened, int number) throws IOException {
        PartitionStatus now = opened.topic().describe(number);
        reading.from(number, (from == null ? new Bound.Beginning() : from).start(opened.topic(), now));
        if (to != null) {
            reading.to(number, to.offset(opened.topic(), now));
        }
        if (exit) {
            reading.to(number, now.next());
        }
    }
}
