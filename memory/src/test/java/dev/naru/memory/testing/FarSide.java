package dev.naru.memory.testing;

import dev.naru.channels.MessageSender;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.memory.Broadcast;
import dev.naru.memory.BroadcastReader;
import dev.naru.memory.BroadcastWriter;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingWriter;
import dev.naru.memory.SharedLock;
import dev.naru.memory.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The far side in a JVM of its own: {@code VERB FILE [NUMBER]}. It says a line for each thing that it has done. */
public final class FarSide {
    private FarSide() {}

    /** How it is started. */
    public static JavaProgram program() {
        return JavaProgram.of(FarSide.class)
                .needing(Ring.class)
                .needing(MessageSender.class)
                .option("-XX:+UseSerialGC");
    }

    /** The command. */
    public static List<String> command(Object... arguments) {
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        return program().command(words);
    }

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[1]);
        int number = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;
        try {
            run(arguments[0], file, number);
        } catch (IOException refused) {
            say(refused.getMessage());
        }
    }

    private static void run(String verb, Path file, int number) throws Exception {
        switch (verb) {
            case "hold" -> {
                try (SharedLock lock = SharedLock.open(file)) {
                    say(lock.lock().toString());
                    awaitLine();
                    lock.unlock();
                    say("unlocked");
                }
            }
            case "hold-word" -> {
                try (Members members = Members.open(file)) {
                    say(members.lock().lock() + " as " + members.membership().id());
                    awaitLine();
                    members.lock().unlock();
                    say("unlocked");
                }
            }
            case "send" -> {
                try (Ring ring = Ring.open(file);
                        RingWriter writer = ring.writer(Waiting.park())) {
                    for (int i = 0; i < number; i++) {
                        writer.send(ByteBuffer.allocate(8).putLong(0, i));
                    }
                    say("sent");
                }
            }
            case "send-then-claim" -> {
                try (Ring ring = Ring.open(file);
                        RingWriter writer = ring.writer()) {
                    for (int i = 0; i < number; i++) {
                        writer.send(ByteBuffer.allocate(8).putLong(0, i));
                    }
                    say(writer.claim(8).toString());
                    awaitLine();
                }
            }
            case "receive" -> {
                try (Ring ring = Ring.open(file);
                        RingReader reader = ring.reader(Waiting.park())) {
                    say("reads");
                    long next = 0;
                    while (next < number) {
                        long seen = ByteBuffer.wrap(reader.receive()).getLong();
                        if (seen != next++) {
                            say("wanted " + (next - 1) + ", got " + seen);
                            return;
                        }
                    }
                    say("received");
                }
            }
            case "receive-busily-and-stay" -> {
                try (Ring ring = Ring.open(file);
                        RingReader reader = ring.reader(Waiting.busy())) {
                    for (int i = 0; i < number; i++) {
                        var _ = reader.receive();
                    }
                    say("received");
                    awaitLine();
                }
            }
            case "handle-one-and-stay" -> {
                try (Ring ring = Ring.open(file);
                        RingReader reader = ring.reader()) {
                    reader.await();
                    int _ = reader.drain(
                            (memory, offset, length) -> {
                                say("handles");
                                awaitLine();
                            },
                            1);
                }
            }
            case "broadcast" -> {
                try (Broadcast ring = Broadcast.open(file);
                        BroadcastWriter writer = ring.writer()) {
                    for (int i = 0; i < number; i++) {
                        writer.send(ByteBuffer.allocate(8).putLong(0, i));
                    }
                    say("sent");
                    awaitLine();
                }
            }
            case "listen" -> {
                try (Broadcast ring = Broadcast.open(file);
                        BroadcastReader reader = ring.reader(Waiting.park())) {
                    say("listens");
                    long got = 0;
                    long last;
                    do {
                        last = ByteBuffer.wrap(reader.receive()).getLong();
                        got++;
                    } while (last < number - 1);
                    say("got " + got + " missed " + reader.missed());
                }
            }
            case "send-to-each" -> {
                for (int i = 0; i < number; i++) {
                    try (Ring ring = Ring.open(file.resolve("" + i));
                            RingWriter writer = ring.writer(Waiting.park())) {
                        writer.send(ByteBuffer.allocate(8).putLong(0, i));
                    }
                }
                say("sent");
            }
            case "receive-from-each" -> {
                for (int i = 0; i < number; i++) {
                    try (Ring ring = Ring.open(file.resolve("" + i));
                            RingReader reader = ring.reader(Waiting.park())) {
                        while (reader.receive().length != 8) {} // what fills it
                    }
                }
                say("received");
            }
            case "flood" -> {
                awaitLine();
                try (Ring ring = Ring.open(file);
                        RingWriter writer = ring.writer()) {
                    for (int i = 0; i < number; i++) {
                        writer.send(Numbered.message(i, 8));
                    }
                    say("sent");
                }
            }
            case "flood-broadcast" -> {
                awaitLine();
                try (Broadcast ring = Broadcast.open(file);
                        BroadcastWriter writer = ring.writer()) {
                    for (int i = 0; i < number; i++) {
                        writer.send(Numbered.message(i, 16));
                    }
                    say("sent");
                }
            }
            case "create-ring" -> {
                Ring.create("/far-" + ProcessHandle.current().pid(), dev.naru.memory.RingSpec.oneToOne(1L << number))
                        .close();
                say("created");
            }
            default -> throw new IllegalArgumentException(verb);
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Waits to be told to go on. Without that word nobody is there any more, or this is to be killed: it only ends. */
    private static void awaitLine() {
        try {
            if (System.in.read() < 0) {
                Runtime.getRuntime().halt(1);
            }
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }
}
