package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.FifoOptions;
import dev.naru.memory.Broadcast;
import dev.naru.memory.BroadcastSpec;
import dev.naru.memory.Ring;
import dev.naru.memory.RingSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru ring create}. */
@Command(
        name = "create",
        description = {
            "Make rings, with their space reserved.",
            "From many producers to one reader, or with --broadcast from one producer to many readers."
        })
final class RingCreate implements Callable<Integer> {
    private static final int MEBIBYTE = 1 << 20;
    private static final int SOME_READERS = 16;

    @Parameters(arity = "1..*", paramLabel = "RING", description = RingPlace.DESCRIPTION, converter = RingPlace.class)
    private List<Address.Ring> places = new ArrayList<>();

    @Option(
            names = {"-s", "--size"},
            converter = Sizes.class,
            paramLabel = "SIZE",
            description =
                    "Bytes of each lane, a power of two from 4K to 1G (default: 1M). The longest message is about an"
                            + " eighth of it.")
    private long size = MEBIBYTE;

    @Option(
            names = {"-l", "--lanes"},
            paramLabel = "N",
            description =
                    "How many may send at once, or with --broadcast receive (default: 1, or 16 with --broadcast).")
    private @Nullable Integer lanes;

    @Option(names = "--broadcast", description = "Each reader gets all, and who is too slow misses some.")
    private boolean broadcast;

    @Option(
            names = {"-m", "--mode"},
            converter = FifoCreate.OctalMode.class,
            paramLabel = "OCTAL",
            description = "Permissions, exactly (default: 600).")
    private FifoOptions permissions = FifoOptions.ownerOnly();

    @Option(names = "--exist-ok", description = "A ring of that kind is as good, as it is.")
    private boolean existOk;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    @Override
    public Integer call() throws IOException {
        try {
            if (broadcast) {
                create(new BroadcastSpec(lanes == null ? SOME_READERS : lanes, size, permissions.mode()));
            } else {
                create(new RingSpec(lanes == null ? 1 : lanes, size, permissions.mode()));
            }
        } catch (IllegalArgumentException bounds) {
            throw new ParameterException(spec.commandLine(), String.valueOf(bounds.getMessage()), bounds);
        }
        return 0;
    }

    private void create(RingSpec ring) throws IOException {
        for (Address.Ring place : places) {
            (existOk ? Ring.openOrCreate(place, ring) : Ring.create(place, ring)).close();
        }
    }

    private void create(BroadcastSpec ring) throws IOException {
        for (Address.Ring place : places) {
            (existOk ? Broadcast.openOrCreate(place, ring) : Broadcast.create(place, ring)).close();
        }
    }
}
