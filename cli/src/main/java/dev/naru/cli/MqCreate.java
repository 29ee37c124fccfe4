package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.FifoOptions;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.PosixQueueSpec;
import dev.naru.queues.SystemVQueue;
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

/** {@code naru mq create}. */
@Command(
        name = "create",
        description = {"Make message queues.", "Of each of System V, its address by msqid is printed: sysv:65538."})
final class MqCreate implements Callable<Integer> {
    private static final long USUAL_MESSAGES = PosixQueueSpec.usual().mostMessages();
    private static final long USUAL_SIZE = PosixQueueSpec.usual().longest();

    private final Context context;

    @Parameters(arity = "0..*", paramLabel = "QUEUE", description = QueuePlace.DESCRIPTION)
    private List<String> places = new ArrayList<>();

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "POSIX: how many may wait in it (default: 10; limit: sysctl fs.mqueue.msg_max).")
    private long messages = USUAL_MESSAGES;

    @Option(
            names = {"-s", "--size"},
            converter = Sizes.class,
            paramLabel = "SIZE",
            description = "POSIX: the longest message, in bytes (default: 8K; limit: sysctl fs.mqueue.msgsize_max).")
    private long size = USUAL_SIZE;

    @Option(
            names = {"-m", "--mode"},
            converter = FifoCreate.OctalMode.class,
            paramLabel = "OCTAL",
            description = "Permissions, exactly (default: 600).")
    private FifoOptions permissions = FifoOptions.ownerOnly();

    @Option(names = "--exist-ok", description = "A queue that is there is as good, as it is.")
    private boolean existOk;

    @Option(names = "--private", description = "One more, of System V and without a key: only its msqid finds it.")
    private boolean withoutKey;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    MqCreate(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        if (places.isEmpty() && !withoutKey) {
            throw new ParameterException(spec.commandLine(), "name a QUEUE, or make one without a name: --private");
        }
        for (Address.Queue place : Places.all(spec, places, new QueuePlace()::convert)) {
            switch (place) {
                case Address.PosixQueue posix -> create(posix);
                case Address.SystemVQueue systemV ->
                    print(
                            existOk
                                    ? SystemVQueue.openOrCreate(systemV, permissions.mode())
                                    : SystemVQueue.create(systemV, permissions.mode()));
            }
        }
        if (withoutKey) {
            print(SystemVQueue.createPrivate(permissions.mode()));
        }
        context.requireOutput();
        return 0;
    }

    private void create(Address.PosixQueue posix) throws IOException {
        PosixQueueSpec wanted;
        try {
            wanted = new PosixQueueSpec(messages, size, permissions.mode());
        } catch (IllegalArgumentException bounds) {
            throw new ParameterException(spec.commandLine(), String.valueOf(bounds.getMessage()), bounds);
        }
        (existOk ? PosixQueue.openOrCreate(posix.name(), wanted) : PosixQueue.create(posix.name(), wanted)).close();
    }

    private void print(SystemVQueue made) {
        context.out().println("sysv:" + made.id());
        made.close();
    }
}
