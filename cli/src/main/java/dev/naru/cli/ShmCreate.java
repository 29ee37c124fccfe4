package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.FifoOptions;
import dev.naru.linux.ErrnoException;
import dev.naru.memory.MemorySpec;
import dev.naru.memory.SharedMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru shm create}. */
@Command(name = "create", description = "Make shared memory, all zeros, with its space reserved.")
final class ShmCreate implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "PLACE", description = ShmPlace.DESCRIPTION, converter = ShmPlace.class)
    private List<Address.Memory> places = new ArrayList<>();

    @Option(
            names = {"-s", "--size"},
            required = true,
            converter = Sizes.class,
            paramLabel = "SIZE",
            description = "How many bytes: 4096, 64K, 1M, 2G.")
    private long size;

    @Option(
            names = {"-m", "--mode"},
            converter = FifoCreate.OctalMode.class,
            paramLabel = "OCTAL",
            description = "Permissions, exactly (default: 600).")
    private FifoOptions permissions = FifoOptions.ownerOnly();

    @Option(names = "--huge-pages", description = "On larger pages: asked for, or for System V memory required.")
    private boolean hugePages;

    @Option(names = "--exist-ok", description = "Memory of at least that size is as good; its mode stays.")
    private boolean existOk;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    @Override
    public Integer call() throws ErrnoException {
        if (size == 0) {
            throw new ParameterException(spec.commandLine(), "--size 0: there is no memory of no bytes");
        }
        MemorySpec plain = MemorySpec.bytes(size).withMode(permissions.mode());
        MemorySpec wanted = hugePages ? plain.withHugePages() : plain;
        for (Address.Memory place : places) {
            (existOk ? SharedMemory.openOrCreate(place, wanted) : SharedMemory.create(place, wanted)).close();
        }
        return 0;
    }
}
