package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.FileStatus;
import dev.naru.linux.PosixSemaphore;
import dev.naru.linux.SystemVSemaphores;
import dev.naru.memory.NamedSemaphore;
import dev.naru.memory.SemaphoreSet;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru sem stat}. */
@Command(
        name = "stat",
        description =
                "Describe semaphores: whose they are, their permits, and of System V who waits and who used them last.")
final class SemStat implements Callable<Integer> {
    private final Context context;

    @Parameters(arity = "1..*", paramLabel = "SEM", description = SemPlace.DESCRIPTION, converter = SemPlace.class)
    private List<Address.Semaphore> places = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and semaphore, or set.")
    private boolean json;

    SemStat(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        for (Address.Semaphore place : places) {
            switch (place) {
                case Address.PosixSemaphore named -> {
                    try (NamedSemaphore semaphore = NamedSemaphore.open(named.name())) {
                        show(named, FileStatus.ofLink(PosixSemaphore.file(named.name())), semaphore.value());
                    }
                }
                case Address.SystemVSemaphores named -> {
                    try (SemaphoreSet set = SemaphoreSet.open(named)) {
                        List<SystemVSemaphores.One> all = new ArrayList<>();
                        for (int i = 0; i < set.count(); i++) {
                            all.add(set.stat(i));
                        }
                        show(named, set.stat(), all);
                    }
                }
            }
        }
        context.requireOutput();
        return 0;
    }

    private void show(Address.PosixSemaphore named, FileStatus file, int value) {
        if (json) {
            new JsonLines(context.out()).line(body -> {
                body.writeStringProperty("address", named.toString());
                SemaphoreWords.write(body, file.mode(), file.owner());
                body.writeNumberProperty("value", value);
            });
            return;
        }
        context.out().println(Escapes.of(named.toString()));
        owned(file.mode(), file.owner());
        line("value", Integer.toString(value));
    }

    private void show(Address.SystemVSemaphores named, SystemVSemaphores.Status set, List<SystemVSemaphores.One> all) {
        if (json) {
            new JsonLines(context.out()).line(body -> {
                body.writeStringProperty("address", named.toString());
                SemaphoreWords.write(body, set);
                SemaphoreWords.write(body, all);
            });
            return;
        }
        context.out().println(Escapes.of(named.toString()));
        line("semid", Integer.toString(set.id()));
        line("key", set.key() == 0 ? "none" : "0x" + Integer.toHexString(set.key()));
        owned(set.mode(), set.owner());
        line(
                "operated",
                set.operated() == 0
                        ? "never"
                        : Instant.ofEpochSecond(set.operated()).toString());
        for (int i = 0; i < all.size(); i++) {
            SystemVSemaphores.One one = all.get(i);
            String waiting = one.waiting() + " waiting, " + one.waitingForZero() + " for zero";
            line("[" + i + "]", one.value() + ", " + waiting + ", last used by " + user(one.lastUser()));
        }
    }

    private static String user(int pid) {
        return pid == 0 ? "nobody" : Integer.toString(pid);
    }

    private void owned(int mode, int owner) {
        line("mode", Integer.toOctalString(mode));
        line("owner", Escapes.of(FoundMemory.owner(owner)));
    }

    private void line(String what, String value) {
        context.out().printf("  %-9s %s%n", what, value);
    }
}
