package dev.naru.channels;

import dev.naru.linux.ChildProcess;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Spawn;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program to start, and the ends that it gets.
 *
 * {@snippet file="PipeSnippets.java" region="pipeline"}
 *
 * <p><b>An end that is given away is closed here</b> once the child has it, so that the end of file arrives; when the start
 * fails it is still ours. A child gets the ends it is given and its standard streams, and no other descriptor of ours. It
 * finds its ends blocking, as every program expects.
 *
 * <p>To give the same pipe to two children, or to keep an end too, give away a {@link PipeWriter#duplicate()}.
 *
 * <p>Not thread-safe; a builder for one start. After posix_spawn(3).
 */
public final class Command {
    private static final int STANDARD_INPUT = 0;
    private static final int STANDARD_OUTPUT = 1;
    private static final int STANDARD_ERROR = 2;

    private final List<String> command;
    private final Map<String, String> environment = new HashMap<>(System.getenv());
    private final Map<Integer, DescriptorChannel> ends = new HashMap<>();
    private final Map<Integer, Descriptor> descriptors = new HashMap<>();
    private @Nullable Path directory;

    private Command(List<String> command) {
        this.command = command;
    }

    /** A program, looked up on PATH unless it has a slash, and its arguments. */
    public static Command of(String... command) {
        return of(List.of(command));
    }

    /** The same from a list. */
    public static Command of(List<String> command) {
        return new Command(List.copyOf(command));
    }

    /** The child reads its standard input from this end. */
    public Command stdin(PipeReader end) {
        return descriptor(STANDARD_INPUT, end);
    }

    /** The child writes its standard output into this end. */
    public Command stdout(PipeWriter end) {
        return descriptor(STANDARD_OUTPUT, end);
    }

    /** The child writes its standard error into this end. */
    public Command stderr(PipeWriter end) {
        return descriptor(STANDARD_ERROR, end);
    }

    /** The child reads this end at that descriptor number. */
    public Command descriptor(int number, PipeReader end) {
        ends.put(number, end);
        return this;
    }

    /** The child writes into this end at that descriptor number. */
    public Command descriptor(int number, PipeWriter end) {
        ends.put(number, end);
        return this;
    }

    /** The child gets this descriptor, such as a file, at that number; it stays ours and open here too. */
    public Command descriptor(int number, Descriptor descriptor) {
        descriptors.put(number, descriptor);
        return this;
    }

    /** Sets a variable of the child's environment, which is ours otherwise. */
    public Command environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Starts it there; where we are, otherwise. */
    public Command directory(Path path) {
        this.directory = path;
        return this;
    }

    /**
     * Starts it.
     *
     * @throws ErrnoException there is no such program, it cannot be run, or a limit is reached
     */
    public ChildProcess start() throws IOException {
        Map<Integer, Descriptor> given = new HashMap<>(descriptors);
        ends.forEach((number, end) -> given.put(number, end.descriptor()));
        Spawn spawn = new Spawn(command, environment, directory, given);
        List<DescriptorChannel> handedOver = new ArrayList<>();
        boolean started = false;
        try {
            for (DescriptorChannel end : ends.values()) {
                setBlocking(end, true);
                handedOver.add(end);
            }
            ChildProcess child = spawn.start();
            started = true;
            return child;
        } finally {
            for (DescriptorChannel end : handedOver) {
                if (started) {
                    end.close();
                } else if (end.isOpen()) {
                    setBlocking(end, false); // it stays ours
                }
            }
        }
    }

    private static void setBlocking(DescriptorChannel end, boolean blocking) throws IOException {
        if (!end.descriptor().enter()) {
            throw new ClosedChannelException();
        }
        try {
            if (end.mode() == DescriptorChannel.Mode.OWN) {
                end.descriptor().setNonBlocking(!blocking);
            }
        } finally {
            end.descriptor().leave();
        }
    }
}
