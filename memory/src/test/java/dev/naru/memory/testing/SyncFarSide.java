package dev.naru.memory.testing;

import dev.naru.channels.MessageSender;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.memory.Ring;
import dev.naru.memory.SharedBarrier;
import dev.naru.memory.SharedCondition;
import dev.naru.memory.SharedEvent;
import dev.naru.memory.SharedLock;
import dev.naru.memory.SharedReadWriteLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The far side of locks, events and barriers in a JVM of its own: {@code VERB FILE}. It says what came of each thing. */
public final class SyncFarSide {
    private SyncFarSide() {}

    /** The command. */
    public static List<String> command(String verb, Path file) {
        return JavaProgram.of(SyncFarSide.class)
                .needing(Ring.class)
                .needing(MessageSender.class)
                .option("-XX:+UseSerialGC")
                .command(verb, file.toString());
    }

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "read" -> {
                try (SharedReadWriteLock lock = SharedReadWriteLock.open(file)) {
                    say(lock.lockRead());
                    awaitLine();
                    lock.unlock();
                    say("unlocked");
                }
            }
            case "write" -> {
                try (SharedReadWriteLock lock = SharedReadWriteLock.open(file)) {
                    say("writes");
                    say(lock.lockWrite());
                    awaitLine();
                    lock.unlock();
                    say("unlocked");
                }
            }
            case "set" -> {
                try (SharedEvent event = SharedEvent.open(file)) {
                    say("opened");
                    awaitLine();
                    event.set();
                    say("set");
                }
            }
            case "await-set" -> {
                try (SharedEvent event = SharedEvent.open(file)) {
                    say("awaits");
                    event.await();
                    say("seen");
                }
            }
            case "await-signal" -> {
                try (SharedLock lock = SharedLock.open(file)) {
                    SharedCondition condition = lock.condition(0);
                    say(lock.lock());
                    say(condition.await());
                    lock.unlock();
                }
            }
            case "signal" -> {
                try (SharedLock lock = SharedLock.open(file)) {
                    say(lock.lock());
                    awaitLine();
                    lock.condition(0).signal();
                    lock.unlock();
                    say("signalled");
                }
            }
            case "arrive" -> {
                try (SharedBarrier barrier = SharedBarrier.open(file)) {
                    say("joined");
                    while (awaitLine()) {
                        say(barrier.await());
                        say(barrier.brokenBy().pid());
                    }
                }
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void say(Object line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Waits to be told to go on. Without that word nobody is there any more: it only ends. */
    private static boolean awaitLine() throws IOException {
        if (System.in.read() < 0) {
            Runtime.getRuntime().halt(1);
        }
        return true;
    }
}
