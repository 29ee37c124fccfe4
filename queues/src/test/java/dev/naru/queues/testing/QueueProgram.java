package dev.naru.queues.testing;

import dev.naru.channels.Address;
import dev.naru.channels.MessageEnds;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.PosixQueueSpec;
import dev.naru.queues.SystemVQueue;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Ours, in a process of its own: it says what it did, or what it was refused with. */
public final class QueueProgram {
    private QueueProgram() {}

    /**
     * The entry.
     *
     * <pre>{@code
     * send ADDRESS COUNT        numbers from 0, each said when it was sent
     * receive ADDRESS           numbers, each said when it was received, until it is killed
     * create ADDRESS MESSAGES LONGEST
     * list                      all POSIX queues, of which one is made before
     * private COUNT             so many System V queues
     * }</pre>
     */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            run(arguments);
        } catch (IOException refused) {
            say("refused: " + refused.getMessage());
        }
    }

    private static void run(String... arguments) throws IOException, InterruptedException {
        switch (arguments[0]) {
            case "send" -> send(arguments[1], Integer.parseInt(arguments[2]));
            case "receive" -> receive(arguments[1]);
            case "create" -> {
                PosixQueueSpec spec = PosixQueueSpec.of(Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
                PosixQueue.create(arguments[1], spec).close();
                PosixQueue.remove(arguments[1]);
                say("made");
            }
            case "list" -> list();
            case "private" -> {
                for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                    SystemVQueue.createPrivate(0600).close();
                    say("made");
                }
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void list() throws IOException, InterruptedException {
        String name = "/naru-test-listed";
        try (PosixQueue queue = PosixQueue.create(name, PosixQueueSpec.of(2, 16).withMode(0640))) {
            queue.send(ByteBuffer.allocate(7));
            for (PosixQueues.Status each : PosixQueues.list()) {
                PosixQueues.Attributes holds = each.attributes().orElseThrow();
                say("%s mode %o bytes %d of %d x %d"
                        .formatted(
                                each.name(), each.file().mode(), each.bytes(), holds.mostMessages(), holds.longest()));
            }
        } finally {
            PosixQueue.remove(name);
        }
    }

    private static void send(String address, int count) throws IOException, InterruptedException {
        try (MessageSender sender = MessageEnds.sender(Address.parse(address))) {
            for (int i = 0; i < count; i++) {
                sender.send(ByteBuffer.allocate(Integer.BYTES).putInt(0, i));
                say(Integer.toString(i));
            }
        }
    }

    private static void receive(String address) throws IOException, InterruptedException {
        try (MessageReceiver receiver = MessageEnds.receiver(Address.parse(address))) {
            while (true) {
                say(Integer.toString(ByteBuffer.wrap(receiver.receive()).getInt()));
            }
        }
    }

    /** How it is started, with its classes where they are. */
    public static JavaProgram program() {
        return JavaProgram.of(QueueProgram.class).needing(SystemVQueue.class).needing(Address.class);
    }

    @SuppressWarnings("SystemOut") // that is its answer
    private static void say(String what) {
        System.out.println(what);
        System.out.flush();
    }
}
