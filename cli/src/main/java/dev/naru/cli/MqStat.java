package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.FileStatus;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.PosixQueues.Access;
import dev.naru.linux.PosixQueues.Attributes;
import dev.naru.linux.SystemVQueues;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.SystemVQueue;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru mq stat}. */
@Command(
        name = "stat",
        description =
                "Describe message queues: whose they are, what waits in them, how much they hold, who used them last.")
final class MqStat implements Callable<Integer> {
    private final Context context;

    @Parameters(
            arity = "1..*",
            paramLabel = "QUEUE",
            description = QueuePlace.DESCRIPTION,
            converter = QueuePlace.class)
    private List<Address.Queue> places = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and queue.")
    private boolean json;

    MqStat(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        for (Address.Queue place : places) {
            switch (place) {
                case Address.SystemVQueue named -> {
                    try (SystemVQueue queue = SystemVQueue.open(named)) {
                        show(named, queue.stat());
                    }
                }
                case Address.PosixQueue named -> {
                    try (PosixQueue queue = PosixQueue.open(named.name(), Access.READ)) {
                        show(named, queue.descriptor().status(), queue.attributes());
                    }
                }
            }
        }
        context.requireOutput();
        return 0;
    }

    private void show(Address.SystemVQueue named, SystemVQueues.Status queue) {
        if (json) {
            new JsonLines(context.out()).line(body -> {
                body.writeStringProperty("address", named.toString());
                QueueWords.write(body, queue);
            });
            return;
        }
        context.out().println(Escapes.of(named.toString()));
        line("msqid", Integer.toString(queue.id()));
        line("key", queue.key() == 0 ? "none" : "0x" + Integer.toHexString(queue.key()));
        owned(queue.mode(), queue.owner());
        line("messages", Long.toString(queue.messages()));
        line("backlog", queue.bytes() + " of " + queue.mostBytes() + " B");
        line("sent", last(queue.sent(), queue.lastSender()));
        line("received", last(queue.received(), queue.lastReceiver()));
    }

    private static String last(long seconds, int pid) {
        return seconds == 0 ? "never" : Instant.ofEpochSecond(seconds) + " by " + pid;
    }

    private void show(Address.PosixQueue named, FileStatus file, Attributes holds) {
        if (json) {
            new JsonLines(context.out()).line(body -> {
                body.writeStringProperty("address", named.toString());
                QueueWords.write(body, file.mode(), file.owner(), holds);
            });
            return;
        }
        context.out().println(Escapes.of(named.toString()));
        owned(file.mode(), file.owner());
        line("messages", holds.messages() + " of " + holds.mostMessages());
        line("longest", holds.longest() + " B");
        line("priorities", "0 to " + (PosixQueues.PRIORITIES - 1));
    }

    private void owned(int mode, int owner) {
        line("mode", Integer.toOctalString(mode));
        line("owner", Escapes.of(FoundMemory.owner(owner)));
    }

    private void line(String what, String value) {
        context.out().printf("  %-10s %s%n", what, value);
    }
}
