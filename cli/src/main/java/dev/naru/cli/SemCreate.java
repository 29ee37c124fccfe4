package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.FifoOptions;
import dev.naru.memory.NamedSemaphore;
import dev.naru.memory.SemaphoreSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru sem create}. */
@Command(
        name = "create",
        description = {
            "Make semaphores, each with so many permits: with one it is binary.",
            "A System V set has a semaphore for each --value; its address by semid is printed: sem:65538."
        })
final class SemCreate implements Callable<Integer> {
    private final Context context;

    @Parameters(arity = "0..*", paramLabel = "SEM", description = SemPlace.DESCRIPTION)
    private List<String> places = new ArrayList<>();

    @Option(
            names = {"-v", "--value"},
            split = ",",
            paramLabel = "N",
            description = "How many permits (default: 1); of a set: 8,0 for two semaphores.")
    private List<Integer> values = new ArrayList<>();

    @Option(
            names = {"-m", "--mode"},
            converter = FifoCreate.OctalMode.class,
            paramLabel = "OCTAL",
            description = "Permissions, exactly (default: 600).")
    private FifoOptions permissions = FifoOptions.ownerOnly();

    @Option(
            names = "--exist-ok",
            description = "One that is there, a set with as many semaphores, is as good as it is.")
    private boolean existOk;

    @Option(names = "--private", description = "One more set, without a key: only its semid finds it.")
    private boolean withoutKey;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    SemCreate(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        if (places.isEmpty() && !withoutKey) {
            throw new ParameterException(spec.commandLine(), "name a SEM, or make one without a name: --private");
        }
        int[] permits = values.isEmpty()
                ? new int[] {1}
                : values.stream().mapToInt(Integer::intValue).toArray();
        try {
            for (Address.Semaphore place : Places.all(spec, places, new SemPlace()::convert)) {
                create(place, permits);
            }
            if (withoutKey) {
                print(SemaphoreSet.createPrivate(permissions.mode(), permits));
            }
        } catch (IllegalArgumentException bounds) {
            throw new ParameterException(spec.commandLine(), String.valueOf(bounds.getMessage()), bounds);
        }
        context.requireOutput();
        return 0;
    }

    private void create(Address.Semaphore place, int... permits) throws IOException {
        switch (place) {
            case Address.PosixSemaphore named -> {
                if (permits.length != 1) {
                    throw new IllegalArgumentException(
                            permits.length + " values: a POSIX semaphore stands alone, and has one");
                }
                (existOk
                                ? NamedSemaphore.openOrCreate(named.name(), permits[0], permissions.mode())
                                : NamedSemaphore.create(named.name(), permits[0], permissions.mode()))
                        .close();
            }
            case Address.SystemVSemaphores set ->
                print(
                        existOk
                                ? SemaphoreSet.openOrCreate(set, permissions.mode(), permits)
                                : SemaphoreSet.create(set, permissions.mode(), permits));
        }
    }

    private void print(SemaphoreSet made) {
        context.out().println("sem:" + made.id());
        made.close();
    }
}
