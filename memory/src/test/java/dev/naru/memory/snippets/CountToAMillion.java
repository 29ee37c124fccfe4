package dev.naru.memory.snippets;

import dev.naru.channels.Address;
import dev.naru.memory.LongField;
import dev.naru.memory.MemorySpec;
import dev.naru.memory.SharedLayout;
import dev.naru.memory.SharedMemory;
import dev.naru.memory.SharedSemaphore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Several processes count in one word of memory, as in every textbook. It is started once for each of them, with the file of the
 * memory, how often to count, and the address of the semaphore, or {@code none}. It says that it is ready, and counts when it is told.
 */
public final class CountToAMillion {
    // @start region="million"
    static final SharedLayout COUNTER = SharedLayout.of("counter", 1, SharedLayout.longField("count"));

    static void countWith(SharedSemaphore mutex, LongField count, int times) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            mutex.run(() -> count.set(count.get() + 1)); // read, add, write: by one process at a time
        }
    }

    static void countWithout(LongField count, int times) {
        for (int i = 0; i < times; i++) {
            count.setVolatile(count.getVolatile() + 1); // who writes may have read before the other wrote
        }
    }
    // @end

    private CountToAMillion() {}

    /** One of the processes. */
    @SuppressWarnings("SystemOut") // that is what it says
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int times = Integer.parseInt(arguments[1]);
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (SharedMemory memory = SharedMemory.openOrCreate(Path.of(arguments[0]), MemorySpec.of(COUNTER))) {
            LongField count = memory.longField("count");
            System.out.println("ready");
            while (input.readLine() != null) {
                if (arguments[2].equals("none")) {
                    countWithout(count, times);
                } else {
                    var address = (Address.Semaphore) Address.parse(arguments[2]);
                    try (SharedSemaphore mutex = SharedSemaphore.openOrCreate(address, 1, 0600)) {
                        countWith(mutex, count, times);
                    }
                }
                System.out.println("counted");
            }
        }
    }
}
