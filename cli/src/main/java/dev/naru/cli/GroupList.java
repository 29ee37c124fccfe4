package dev.naru.cli;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Group;
import dev.naru.topics.GroupStatus;
import dev.naru.topics.Store;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code naru group list}. */
@Command(name = "list", description = "List the groups of a store: state, members, partitions, lag.")
final class GroupList implements Callable<Integer> {
    private static final String FORM = "%-12s %8s %11s %12s %s%n";

    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Option(names = "--json", description = "One JSON object a line and group.")
    private boolean json;

    GroupList(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        try (Store opened = Store.open(store.folder(context))) {
            boolean isFirst = true;
            for (String name : opened.groups()) {
                try (Group group = opened.group(name)) {
                    show(group.describe(), isFirst);
                    isFirst = false;
                } catch (ErrnoException gone) {
                    if (gone.problem() != Problem.NO_GROUP) { // removed while we were looking
                        throw gone;
                    }
                }
            }
        }
        context.requireOutput();
        return 0;
    }

    private void show(GroupStatus group, boolean isFirst) throws CliException {
        if (json) {
            new JsonLines(context.out()).line(body -> GroupDescribe.writeHead(body, group));
            return;
        }
        if (isFirst) {
            context.out().printf(FORM, "state", "members", "partitions", "lag", "group");
        }
        context.out()
                .printf(
                        FORM,
                        group.state(),
                        group.members().size(),
                        group.partitions().size(),
                        group.lag(),
                        Escapes.of(group.name()));
    }
}
