package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.SystemVQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code naru mq rm}. */
@Command(
        name = "rm",
        description = "Remove message queues, with what waits in them. Who has a POSIX queue open keeps it.")
final class MqRemove implements Callable<Integer> {
    private final Context context;

    @Parameters(
            arity = "1..*",
            paramLabel = "QUEUE",
            description = QueuePlace.DESCRIPTION,
            converter = QueuePlace.class)
    private List<Address.Queue> places = new ArrayList<>();

    MqRemove(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return Removal.each(context, places, MqRemove::remove);
    }

    private static void remove(Address.Queue place) throws IOException {
        switch (place) {
            case Address.PosixQueue posix -> PosixQueue.remove(posix);
            case Address.SystemVQueue systemV -> SystemVQueue.remove(systemV);
        }
    }
}
