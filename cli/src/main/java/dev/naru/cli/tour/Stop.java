package dev.naru.cli.tour;

import dev.naru.channels.Command;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One mechanism of the tour: how its kernel objects come to be and how two processes get at them. */
interface Stop {
    /** Every stop, in the order of the table. A new mechanism joins with a line. */
    List<Stop> ALL = List.of(
            new PipeStop(),
            new FifoStop(),
            QueueStop.systemV(),
            QueueStop.posix(),
            SocketStop.unix(),
            SocketStop.tcp(),
            new ShmStop(),
            new SemaphoreStop(),
            RingStop.busy(),
            RingStop.parked(),
            new TopicStop(),
            new GroupStop(),
            new RpcStop());

    /** The name of the row, and the word for {@code --only}. */
    String mechanism();

    /** What it is, in a few words. */
    String description();

    /**
     * Makes the kernel objects: one way there and one way back.
     *
     * @param scratch a directory that is removed afterwards
     */
    Crossing open(Path scratch) throws IOException;

    static Optional<Stop> named(String mechanism) {
        return ALL.stream().filter(stop -> stop.mechanism().equals(mechanism)).findFirst();
    }

    /**
     * The kernel objects of one stop. Closing removes what is still there.
     *
     * @param object how the table names the kernel object, unless the process that receives knows better
     * @param sender what the process that sends gets
     * @param receiver what the process on the far side gets
     * @param members what each further process gets, which hands on what it reads
     * @param objects what closing closes
     */
    record Crossing(String object, Ends sender, Ends receiver, List<Ends> members, Closeable objects)
            implements Closeable {
        Crossing(String object, Ends sender, Ends receiver, Closeable objects) {
            this(object, sender, receiver, List.of(), objects);
        }

        @Override
        public void close() throws IOException {
            objects.close();
        }
    }

    /**
     * What one process gets.
     *
     * @param out the {@link Way} to the end to write into
     * @param in the way to the end to read from
     * @param give hands over what has no name
     */
    record Ends(String out, String in, Consumer<Command> give) {}
}
