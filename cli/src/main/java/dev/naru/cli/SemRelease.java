package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.memory.SemaphoreOperation;
import dev.naru.memory.SemaphoreSet;
import dev.naru.memory.SharedSemaphore;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru sem release}. */
@Command(name = "release", description = "Give permits, and wake who waits for them.")
final class SemRelease implements Callable<Integer> {
    @Parameters(arity = "1", paramLabel = "SEM", description = SemPlace.DESCRIPTION, converter = SemPlace.class)
    private Address.@Nullable Semaphore place;

    @Option(
            names = {"-n", "--number"},
            paramLabel = "N",
            description = "Which of a System V set (default: 0).")
    private int number;

    @Option(
            names = {"-p", "--permits"},
            paramLabel = "N",
            description = "How many (default: 1).")
    private int permits = 1;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (permits < 1) {
            throw new ParameterException(spec.commandLine(), "--permits is 1 or more");
        }
        try {
            switch (SemAcquire.required(place)) {
                case Address.PosixSemaphore named -> release(named);
                case Address.SystemVSemaphores named -> {
                    try (SemaphoreSet set = SemaphoreSet.open(named)) {
                        set.operate(SemaphoreOperation.release(number, permits)); // all of them or none
                    }
                }
            }
            return 0;
        } catch (IllegalArgumentException bounds) {
            throw new ParameterException(spec.commandLine(), String.valueOf(bounds.getMessage()), bounds);
        }
    }

    private void release(Address.PosixSemaphore named) throws IOException {
        try (SharedSemaphore semaphore = SemPlace.open(named, number, false)) {
            for (int i = 0; i < permits; i++) {
                semaphore.release();
            }
        }
    }
}
