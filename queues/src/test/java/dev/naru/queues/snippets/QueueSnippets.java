package dev.naru.queues.snippets;

import dev.naru.channels.Address;
import dev.naru.channels.MessageEnds;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.linux.SystemVQueues.Selection;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.PosixQueueSpec;
import dev.naru.queues.RankedMessage;
import dev.naru.queues.SystemVQueue;
import dev.naru.queues.TypedMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** The snippets of the pages and of the Javadoc; a test runs each. */
public final class QueueSnippets {
    private QueueSnippets() {}

    static TypedMessage systemV(int key) throws IOException, InterruptedException {
        // @start region="sysv"
        try (SystemVQueue jobs = SystemVQueue.openOrCreate(key)) { // 0x6a01, as ipcs shows it
            jobs.send(7, "resize 12".getBytes(StandardCharsets.UTF_8));
            TypedMessage next = jobs.receive(Selection.lowestUpTo(9)); // the first of the lowest type up to 9
            return next;
        }
        // @end
    }

    static Optional<RankedMessage> posix(String name) throws IOException, InterruptedException {
        // @start region="posix"
        try (PosixQueue jobs = PosixQueue.openOrCreate(name, PosixQueueSpec.of(8, 256))) { // "/jobs"
            jobs.send(ByteBuffer.wrap("resize 12".getBytes(StandardCharsets.UTF_8)), 5);
            return jobs.receiveRanked(Duration.ofSeconds(1)); // the highest priority first
        }
        // @end
    }

    static byte[] anywhere(String from, String to) throws IOException, InterruptedException {
        // @start region="anywhere"
        try (MessageSender sender = MessageEnds.sender(Address.parse(to)); // mq:/jobs, sysv:0x6a01, ring:/jobs, …
                MessageReceiver receiver = MessageEnds.receiver(Address.parse(from))) {
            sender.send("resize 12".getBytes(StandardCharsets.UTF_8));
            return receiver.receive();
        }
        // @end
    }
}
