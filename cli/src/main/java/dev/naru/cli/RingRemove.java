package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.memory.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code naru ring rm}. */
@Command(name = "rm", description = "Remove rings. Who has one open keeps it.")
final class RingRemove implements Callable<Integer> {
    private final Context context;

    @Parameters(arity = "1..*", paramLabel = "RING", description = RingPlace.DESCRIPTION, converter = RingPlace.class)
    private List<Address.Ring> places = new ArrayList<>();

    RingRemove(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return Removal.each(context, places, Ring::remove);
    }
}
