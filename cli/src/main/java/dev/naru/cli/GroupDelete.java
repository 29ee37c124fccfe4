package dev.naru.cli;

import dev.naru.topics.Store;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code naru group delete}. */
@Command(name = "delete", description = "Remove groups that have no members, and what is committed in them.")
final class GroupDelete implements Callable<Integer> {
    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(arity = "1..*", paramLabel = "GROUP", description = "Which.")
    private List<String> groups = new ArrayList<>();

    GroupDelete(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        try (Store opened = Store.open(store.folder(context))) {
            for (String name : groups) { // all, before the first is gone
                opened.group(name).close();
            }
            return Removal.each(context, groups, name -> remove(opened, name));
        }
    }

    private static void remove(Store opened, String name) throws IOException {
        try {
            opened.removeGroup(name);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}
