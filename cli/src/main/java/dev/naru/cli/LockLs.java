package dev.naru.cli;

import dev.naru.channels.Address;
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
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code naru lock ls}. */
@Command(
        name = "ls",
        description = {
            "Show who holds locks, whether the holder lives, and whether anyone waits.",
            "Of a lock that may not be read, only the file is shown."
        })
final class LockLs implements Callable<Integer> {
    private final Context context;

    @ParentCommand
    private @Nullable LockCommand parent;

    /** Not converted by picocli: what need not be there it takes for a word too many where it is no lock. */
    @Parameters(
            arity = "0..*",
            paramLabel = "LOCK",
            description = LockPlace.DESCRIPTION + " By default all that have a name.")
    private List<String> places = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and lock.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    LockLs(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        if (parent != null && parent.hasPlace()) {
            throw new ParameterException(spec.commandLine(), "write -- before a command that is to run under the lock");
        }
        List<FoundShared<Address.Lock>> found = new ArrayList<>();
        for (String place : places) {
            found.add(FoundShared.at(lock(place)));
        }
        LockTable table = places.isEmpty() ? LockTable.all(context) : LockTable.of(context, found);
        if (json) {
            table.printJson(new JsonLines(context.out()));
        } else {
            table.print();
        }
        context.requireOutput();
        if (table.hides()) {
            context.sayHidden();
        }
        return 0;
    }

    private Address.Lock lock(String place) {
        try {
            return new LockPlace().convert(place);
        } catch (TypeConversionException wrong) {
            throw new ParameterException(spec.commandLine(), "Invalid value for LOCK: " + wrong.getMessage(), wrong);
        }
    }
}
