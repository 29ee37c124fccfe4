package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.memory.SharedSemaphore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code naru sem rm}. */
@Command(
        name = "rm",
        description =
                "Remove semaphores; of System V, whole sets, whose waits end. Who has a POSIX semaphore open keeps it.")
final class SemRemove implements Callable<Integer> {
    private final Context context;

    @Parameters(arity = "1..*", paramLabel = "SEM", description = SemPlace.DESCRIPTION, converter = SemPlace.class)
    private List<Address.Semaphore> places = new ArrayList<>();

    SemRemove(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return Removal.each(context, places, SharedSemaphore::remove);
    }
}
