package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.memory.SharedLock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code naru lock rm}. */
@Command(name = "rm", description = "Remove locks. Who has one open keeps it, and excludes nobody who makes a new one.")
final class LockRemove implements Callable<Integer> {
    private final Context context;

    @Parameters(arity = "1..*", paramLabel = "LOCK", description = LockPlace.DESCRIPTION, converter = LockPlace.class)
    private List<Address.Lock> places = new ArrayList<>();

    LockRemove(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return Removal.each(context, places, SharedLock::remove);
    }
}
