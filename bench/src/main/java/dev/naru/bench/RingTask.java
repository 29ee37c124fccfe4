package dev.naru.bench;

import dev.naru.bench.Work.Wait;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a JVM is told about the rings of a race.
 *
 * @param library whose
 * @param folder where they lie: memory, for this contestant alone
 * @param policy what who has nothing to do does
 * @param bytes of a message
 * @param capacityBytes of a ring
 * @param batch how many messages are published at a time
 * @param producers how many send into one ring
 */
record RingTask(Library library, Path folder, Wait policy, int bytes, int capacityBytes, int batch, int producers) {
    /** The words of a command line. */
    List<String> words() {
        return List.of(
                library.name(),
                folder.toString(),
                policy.name(),
                Integer.toString(bytes),
                Integer.toString(capacityBytes),
                Integer.toString(batch),
                Integer.toString(producers));
    }

    /** The task in a command line, whose first word is something else. */
    static RingTask parse(String... arguments) {
        int[] numbers =
                Arrays.stream(arguments).skip(4).mapToInt(Integer::parseInt).toArray();
        return new RingTask(
                Library.valueOf(arguments[1]),
                Path.of(arguments[2]),
                Wait.valueOf(arguments[3]),
                numbers[0],
                numbers[1],
                numbers[2],
                numbers[3]);
    }

    /** Whether a message is read and written in place, word by word. */
    boolean isSmall() {
        return bytes == Outlet.SMALL;
    }
}
