package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.memory.SharedMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code naru shm rm}. */
@Command(name = "rm", description = "Remove shared memory. Who has it open keeps it.")
final class ShmRemove implements Callable<Integer> {
    private final Context context;

    @Parameters(arity = "1..*", paramLabel = "PLACE", description = ShmPlace.DESCRIPTION, converter = ShmPlace.class)
    private List<Address.Memory> places = new ArrayList<>();

    ShmRemove(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return Removal.each(context, places, SharedMemory::remove);
    }
}
