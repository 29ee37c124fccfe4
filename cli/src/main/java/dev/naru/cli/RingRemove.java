package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.memory.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code naru ring rm}. */
@Command(name = "rm", description = "Remove rings. Who has one open keeps it.")
final class RingRemove implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "RING", description = RingPlace.DESCRIPTION, converter = RingPlace.class)
    private List<Address.Ring> places = new ArrayList<>();

    @Override
    public Integer call() throws ErrnoException {
        for (Address.Ring place : places) {
            Ring.remove(place);
        }
        return 0;
    }
}
