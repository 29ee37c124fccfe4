package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.FifoOptions;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.ExitStatus;
import dev.naru.linux.Problem;
import dev.naru.memory.Identity;
import dev.naru.memory.LockOutcome;
import dev.naru.memory.SharedLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru lock}: runs a command under a lock that survives the death of its owner. */
@Command(
        name = "lock",
        description = {
            "Run a command under a lock, which is made when there is none; its exit status is ours.",
            "'naru lock ls' shows who holds locks, 'naru lock rm' removes them; a lock in a file 'ls' is ./ls.",
            "If the last owner died in its section, the command has NARU_OWNER_DIED=1 in its environment."
        },
        customSynopsis = {
            "naru lock [-h] [-m=OCTAL] [--on-owner-died=run|fail] [-t=TIME] LOCK -- COMMAND [ARGUMENT...]",
            "naru lock ls|rm ..."
        })
final class LockCommand implements Callable<Integer> {
    /** High enough that no program counts on it: the lock's file, as {@code flock(1)} leaves its own to the command. */
    private static final int NUMBER_IN_CHILD = 199;

    private final Context context;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "LOCK",
            description = LockPlace.DESCRIPTION,
            converter = LockPlace.class)
    private Address.@Nullable Lock place;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "COMMAND", description = "What to run, after --.")
    private List<String> command = new ArrayList<>();

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            description =
                    "Wait at most so long for the lock: 200ms, 5s, 2m (default: for ever). Exit status 75 after it.")
    private @Nullable Duration timeout;

    @Option(
            names = "--on-owner-died",
            paramLabel = "WHAT",
            description = "When the last owner died in its section: run the command all the same, or fail with exit"
                    + " status 65 (default: run). The lock stays so until a command ends with status 0.")
    private OnOwnerDied onOwnerDied = OnOwnerDied.run;

    @Option(
            names = {"-m", "--mode"},
            converter = FifoCreate.OctalMode.class,
            paramLabel = "OCTAL",
            description = "Permissions of a lock that is made (default: 600).")
    private FifoOptions permissions = FifoOptions.ownerOnly();

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    /** In the words that people type. */
    enum OnOwnerDied {
        run,
        fail
    }

    LockCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new LockCommand(context))
                .addSubcommand(new LockLs(context))
                .addSubcommand(new LockRemove(context));
    }

    /** Whether a lock was named, so that {@code ls} behind it is no subcommand. */
    boolean hasPlace() {
        return place != null;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Address.Lock named = place;
        if (named == null || command.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "name a lock and a command, as in: naru lock /state -- make install");
        }
        Identity.nameThisProcess(String.valueOf(Path.of(command.getFirst()).getFileName()));
        dev.naru.channels.Command child = dev.naru.channels.Command.of(command);
        if (isMissing(named)) {
            // No lock is made for nothing. To remove it afterwards would be unsafe: somebody may be opening it by
            // then, and would exclude nobody who makes a new one.
            child.requireProgram();
        }
        try (SharedLock lock = SharedLock.openOrCreate(named, permissions.mode())) {
            LockOutcome outcome = timeout == null ? lock.lock() : lock.lock(timeout);
            return switch (outcome) {
                case ACQUIRED -> run(named, lock, child, false);
                case OWNER_DIED -> ownerDied(named, lock, child);
                case TIMED_OUT, HELD -> throw new CliException(Problem.TIMED_OUT, named + ", held by " + lock.holder());
            };
        }
    }

    /** Where there is one, somebody may hold it who just makes the program. */
    private static boolean isMissing(Address.Lock named) throws ErrnoException {
        try {
            var _ = FoundShared.at(named);
            return false;
        } catch (ErrnoException none) {
            if (none.problem() != Problem.NO_LOCK) {
                throw none;
            }
            return true;
        }
    }

    private int ownerDied(Address.Lock named, SharedLock lock, dev.naru.channels.Command child)
            throws IOException, InterruptedException, CliException {
        if (onOwnerDied == OnOwnerDied.fail) {
            lock.unlockDirty();
            throw new CliException(Problem.OWNER_DIED, named.toString());
        }
        context.say(named + ": " + Problem.OWNER_DIED.text());
        return run(named, lock, child, true);
    }

    /** A command that a signal ended left its work half done; and who came after a dead owner has to succeed. */
    private int run(Address.Lock named, SharedLock lock, dev.naru.channels.Command child, boolean ownerDied)
            throws IOException, InterruptedException {
        GuardedChild running = new GuardedChild();
        boolean whole = !ownerDied; // as long as nothing runs
        try {
            var _ = child.environment("NARU_LOCK", named.toString());
            context.locale().ifPresent(locale -> {
                var _ = child.environment(
                        "LC_ALL", locale); // ours is for the names of files; empty is as good as not set
            });
            if (ownerDied) {
                var _ = child.environment("NARU_OWNER_DIED", "1");
            }
            lock.shareLifeWith(child, NUMBER_IN_CHILD);
            ChildProcess started = running.start(child);
            whole = false;
            ExitStatus status = started.waitFor();
            whole = ownerDied ? status.isSuccess() : status instanceof ExitStatus.Exited;
            return status.shellCode();
        } finally {
            running.ended();
            if (whole) {
                lock.unlock();
            } else {
                lock.unlockDirty();
            }
            running.gaveBack();
        }
    }
}
