package dev.naru.memory.testing;

import dev.naru.channels.Address;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.memory.SharedSemaphore;
import java.io.IOException;

/** Ours, in a process of its own. */
public final class SemaphoreProgram {
    private SemaphoreProgram() {}

    /**
     * The entry.
     *
     * <pre>{@code
     * hold ADDRESS                       acquires, says so, and keeps it until it is killed
     * wait ADDRESS                       says that it waits, and then that it has acquired
     * birth ADDRESS VALUE                opens or makes, and says which semid
     * }</pre>
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        switch (arguments[0]) {
            case "hold" -> {
                try (SharedSemaphore semaphore = open(arguments[1])) {
                    semaphore.acquire();
                    say("holds");
                    int _ = System.in.read();
                }
            }
            case "wait" -> {
                try (SharedSemaphore semaphore = open(arguments[1])) {
                    say("waits");
                    semaphore.acquire();
                    say("acquired");
                }
            }
            case "birth" -> {
                var address = (Address.Semaphore) Address.parse(arguments[1]);
                int value = Integer.parseInt(arguments[2]);
                say("ready");
                int _ = System.in.read();
                try (SharedSemaphore semaphore = SharedSemaphore.openOrCreate(address, value, 0600)) {
                    say(semaphore + " " + semaphore.value());
                }
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static SharedSemaphore open(String address) throws IOException {
        return SharedSemaphore.open((Address.Semaphore) Address.parse(address));
    }

    /** How it is started. */
    public static JavaProgram program() {
        return JavaProgram.of(SemaphoreProgram.class)
                .needing(SharedSemaphore.class)
                .needing(Address.class);
    }

    @SuppressWarnings("SystemOut") // that is its answer
    private static void say(String what) {
        System.out.println(what);
        System.out.flush();
    }
}
