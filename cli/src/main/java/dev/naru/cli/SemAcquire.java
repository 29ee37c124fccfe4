package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.Problem;
import dev.naru.memory.SharedSemaphore;
import java.io.IOException;
import java.time.Duration;
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

/** {@code naru sem acquire}. */
@Command(
        name = "acquire",
        description = {
            "Take a permit, and wait while there is none. With a command: run it with the permit, and give it back.",
            "Without a command the permit is kept until somebody releases: naru sem release. With one, the kernel gives back"
                    + " that of a System V set when naru is killed; its exit status is ours."
        },
        customSynopsis = "naru sem acquire [-h] [-n=N] [--no-wait] [-t=TIME] SEM [-- COMMAND [ARGUMENT...]]")
final class SemAcquire implements Callable<Integer> {
    private final Context context;

    @Parameters(
            index = "0",
            arity = "1",
            paramLabel = "SEM",
            description = SemPlace.DESCRIPTION,
            converter = SemPlace.class)
    private Address.@Nullable Semaphore place;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "COMMAND", description = "What to run, after --.")
    private List<String> command = new ArrayList<>();

    @Option(
            names = {"-n", "--number"},
            paramLabel = "N",
            description = "Which of a System V set (default: 0).")
    private int number;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            description =
                    "Wait at most so long: 200ms, 5s, 2m (default: for ever). Exit status 75 when the time runs out.")
    private @Nullable Duration timeout;

    @Option(names = "--no-wait", description = "When there is no permit now, end with exit status 75.")
    private boolean noWait;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    SemAcquire(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Address.Semaphore named = required(place);
        try (SharedSemaphore semaphore = SemPlace.open(named, number, !command.isEmpty())) {
            if (!semaphore.acquire(noWait ? Duration.ZERO : Times.orForEver(timeout))) {
                throw new CliException(Problem.TIMED_OUT, named.toString());
            }
            return command.isEmpty() ? 0 : run(semaphore);
        } catch (IllegalArgumentException bounds) {
            throw new ParameterException(spec.commandLine(), String.valueOf(bounds.getMessage()), bounds);
        }
    }

    /** Which picocli has set, since it is required. */
    static Address.Semaphore required(Address.@Nullable Semaphore place) {
        if (place == null) {
            throw new IllegalStateException("no place");
        }
        return place;
    }

    private int run(SharedSemaphore semaphore) throws IOException, InterruptedException {
        dev.naru.channels.Command child = dev.naru.channels.Command.of(command);
        context.locale().ifPresent(locale -> {
            var _ = child.environment("LC_ALL", locale); // ours is for the names of files
        });
        GuardedChild guarded = new GuardedChild();
        try {
            ChildProcess started = guarded.start(child);
            return started.waitFor().shellCode();
        } finally {
            guarded.ended();
            semaphore.release();
            guarded.gaveBack();
        }
    }
}
