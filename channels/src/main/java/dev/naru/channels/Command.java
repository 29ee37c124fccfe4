package dev.naru.channels;

import dev.naru.linux.ChildProcess;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Environment;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Spawn;
import java.io.IOException;
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
 * fails it is still ours. A number is given once: twice is an IllegalArgumentException. A child gets the ends it is given
 * and its standard streams, and no other descriptor of ours. It finds its ends blocking, as every program expects.
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
    private final Map<String, String> set = new HashMap<>();
    private final Map<Integer, Given> given = new HashMap<>();
    private @Nullable Path directory;

    /** What the child gets at a number. */
    private sealed interface Given {
        /** An end that is closed here once the child has it. */
        record End(DescriptorChannel channel) implements Given {
            @Override
            public Descriptor descriptor() {
                return channel.descriptor();
            }
        }

        /** What stays ours too. */
        record Kept(Descriptor descriptor) implements Given {}

        Descriptor descriptor();
    }

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
        return give(number, new Given.End(end));
    }

    /** The child writes into this end at that descriptor number. */
    public Command descriptor(int number, PipeWriter end) {
        return give(number, new Given.End(end));
    }

    /** The child gets this descriptor, such as a file, at that number; it stays ours and open here too. */
    public Command descriptor(int number, Descriptor descriptor) {
        return give(number, new Given.Kept(descriptor));
    }

    /** Two things at one number are a slip: one of them would silently be missing. */
    private Command give(int number, Given what) {
        if (given.containsKey(number)) {
            throw new IllegalArgumentException("descriptor " + number + " is given twice");
        }
        given.put(number, what);
        return this;
    }

    /** Sets a variable of the child's environment, which is ours otherwise, byte for byte. */
    public Command environment(String name, String value) {
        set.put(name, value);
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
     * @throws IllegalStateException another thread reads or writes an end that is to be given away
     */
    public ChildProcess start() throws IOException {
        Map<Integer, Descriptor> descriptors = new HashMap<>();
        List<DescriptorChannel> ends = new ArrayList<>();
        given.forEach((number, what) -> {
            descriptors.put(number, what.descriptor());
            if (what instanceof Given.End(DescriptorChannel end)) {
                ends.add(end);
            }
        });
        Spawn spawn = new Spawn(command, Environment.ours().with(set), directory, descriptors);
        List<DescriptorChannel> taken = new ArrayList<>();
        boolean started = false;
        try {
            for (DescriptorChannel end : ends) {
                take(end, taken);
            }
            ChildProcess child = spawn.start();
            started = true;
            return child;
        } finally {
            giveBack(taken, started);
        }
    }

    /**
     * Looks whether {@link #start} would find the program, and starts nothing: for what is not to be prepared in vain.
     *
     * @throws ErrnoException there is no such program, its interpreter is missing, or it may not be run
     */
    public void requireProgram() throws ErrnoException {
        new Spawn(command, Environment.ours(), directory, Map.of()).requireProgram();
    }

    /** The turn is kept over the start: a thread in a call would find its descriptor blocking. */
    private static void take(DescriptorChannel end, List<DescriptorChannel> taken) throws IOException {
        if (!end.enter(DescriptorChannel.AT_ONCE)) {
            throw new IllegalStateException(end + " is to be given away, and another thread uses it");
        }
        taken.add(end);
        if (end.mode() == DescriptorChannel.Mode.OWN) {
            end.descriptor().setNonBlocking(false);
        }
    }

    /** All of them, whatever becomes of one: an end that is not given back is lost to every thread. */
    private static void giveBack(List<DescriptorChannel> taken, boolean started) throws IOException {
        IOException first = null;
        for (DescriptorChannel end : taken) {
            try {
                giveBack(end, started);
            } catch (IOException failed) {
                if (first == null) {
                    first = failed;
                } else {
                    first.addSuppressed(failed);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static void giveBack(DescriptorChannel end, boolean started) throws IOException {
        try {
            if (started) {
                end.close();
            } else if (end.mode() == DescriptorChannel.Mode.OWN) {
                end.descriptor().setNonBlocking(true); // it stays ours
            }
        } finally {
            end.exit();
        }
    }
}
