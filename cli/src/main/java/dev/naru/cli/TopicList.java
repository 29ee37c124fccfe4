package dev.naru.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code naru topic list}. */
@Command(name = "list", description = "List the topics of a store: partitions, records, bytes.")
final class TopicList implements Callable<Integer> {
    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Option(names = "--json", description = "One JSON object a line and topic.")
    private boolean json;

    TopicList(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        TopicTable table = TopicTable.of(context, store.folder(context));
        if (json) {
            table.printJson(new JsonLines(context.out()));
        } else {
            table.print();
        }
        context.requireOutput();
        return 0;
    }
}
