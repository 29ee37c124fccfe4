package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.Start;
import java.io.IOException;
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

/** {@code naru topic tail}. */
@Command(
        name = "tail",
        description = {
            "Print what is appended to a topic from now on, until interrupted.",
            "With -n the last records first: of several partitions those with the latest times."
        })
final class TopicTail implements Callable<Integer> {
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
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "Begin with the last N records (default: 0).")
    private int last;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Only that partition.")
    private @Nullable Integer partition;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "Stop after N records, those of -n among them.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-e", "--exit"},
            description = "Stop at the end, behind what -n asks for.")
    private boolean exit;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    TopicTail(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        if (last < 0) {
            throw new ParameterException(spec.commandLine(), "--lines " + last + ": it is below 0");
        }
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "--count " + count + ": it is below 0");
        }
        Address.Topic named = TopicPlace.required(place);
        RecordPrinter printer = printing.printer(context, spec, named.name());
        try (OpenTopic opened = store.open(context, named)) {
            context.out().flush();
            new Pump(context).requireStandardStream(Pump.STANDARD_OUTPUT);
            TopicReading reading = new TopicReading(context, opened, printer, printing.reading());
            List<PartitionStatus> now = new ArrayList<>();
            for (int number : opened.partitions(partition)) {
                PartitionStatus status = opened.topic().describe(number);
                now.add(status);
                reading.from(number, Start.offset(status.next()).orEarliest());
            }
            reading.printLast(last, count, now);
            if (!exit) {
                reading.run(count, true, waiting.timeout());
            }
            return 0;
        }
    }
}
