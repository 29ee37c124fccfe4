package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.ProcessCalls;
import dev.naru.linux.internal.SpawnCalls;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * posix_spawn(3): starts a program that gets the chosen descriptors at the chosen numbers, and no other.
 *
 * <p>The child starts with every signal at its default and none blocked. Standard streams that are not chosen are
 * inherited.
 *
 * @param command the program, looked up on PATH when it has no slash, and its arguments
 * @param environment all of its environment
 * @param directory where it starts; null for where we are
 * @param descriptors what it gets, by the number it sees
 */
public record Spawn(
        List<String> command,
        Environment environment,
        @Nullable Path directory,
        Map<Integer, Descriptor> descriptors) {

    private static final int LAST_STANDARD_STREAM = 2;
    private static final long SIZEOF_SIGINFO = 128;

    /** Where execvp(3) looks when there is no PATH. */
    private static final String DEFAULT_PATH = "/bin:/usr/bin";

    /** The name as long as it is ASCII: other bytes would not be found again by their text. */
    private static final Pattern SCRIPT = Pattern.compile("#![ \\t]*([\\x01-\\x7f&&[^ \\t\\n]]+)[ \\t\\n]");

    private static final int MOST_OF_FIRST_LINE = 256; // BINPRM_BUF_SIZE, linux/binfmts.h

    /** Copies what it is given. */
    public Spawn {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("a command has at least a program");
        }
        for (int number : descriptors.keySet()) {
            if (number < 0) {
                throw new IllegalArgumentException("descriptor " + number + ": the number is below 0");
            }
        }
        command.forEach(Spawn::refuseNul);
        command = List.copyOf(command);
        descriptors = Map.copyOf(descriptors);
    }

    /** With an environment of these variables and no other, in the locale's encoding. */
    public Spawn(
            List<String> command,
            Map<String, String> environment,
            @Nullable Path directory,
            Map<Integer, Descriptor> descriptors) {
        this(command, Environment.of(environment), directory, descriptors);
    }

    /** C would end the text there, and the program would get another. */
    static void refuseNul(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a NUL byte in: " + text.replace('\0', '?'));
        }
    }

    /**
     * Starts it.
     *
     * @throws ErrnoException when there is no such program, it cannot be run, or a limit is reached
     */
    public ChildProcess start() throws ErrnoException {
        NavigableMap<Integer, Descriptor> wanted = new TreeMap<>(descriptors);
        int last = wanted.isEmpty() ? LAST_STANDARD_STREAM : Math.max(LAST_STANDARD_STREAM, wanted.lastKey());
        List<Integer> aside = new ArrayList<>();
        SpawnCalls.useDefaultChildSignal();
        try (Arena arena = Arena.ofConfined();
                SpawnCalls.Actions actions = SpawnCalls.Actions.create(arena)) {
            // Each source is first copied above all targets: then no dup2 overwrites what a later one still needs.
            for (Map.Entry<Integer, Descriptor> entry : wanted.entrySet()) {
                int copy = copyAbove(last, entry.getValue());
                aside.add(copy);
                check(actions.duplicate(copy, entry.getKey()), entry.getValue().toString());
            }
            for (int number = LAST_STANDARD_STREAM + 1; number < last; number++) {
                if (!wanted.containsKey(number)) {
                    check(actions.close(number), "fd:" + number);
                }
            }
            check(actions.closeFrom(last + 1), "fd:" + (last + 1));
            if (directory != null) {
                check(actions.changeDirectory(directory), directory.toString());
            }
            return spawn(arena, actions);
        } finally {
            for (int copy : aside) {
                Descriptor.adopt(copy).close();
            }
        }
    }

    /**
     * Looks whether {@link #start} would find the program, and starts nothing. What only the kernel can tell is still refused
     * by {@code start}: a format that it does not know, or a limit.
     *
     * @throws ErrnoException there is no such program, its interpreter is missing, or it may not be run
     */
    public void requireProgram() throws ErrnoException {
        String program = command.getFirst();
        try {
            List<Path> files = candidates(program);
            Optional<Path> found = files.stream().filter(Spawn::isExecutable).findFirst();
            if (found.isEmpty()) {
                boolean isThere = !files.stream().allMatch(Files::notExists);
                throw ErrnoException.of(isThere ? Problem.CANNOT_RUN : Problem.NO_COMMAND, program);
            }
            String interpreter = interpreter(found.get());
            if (Files.notExists(where().resolve(interpreter))) {
                throw ErrnoException.of(Problem.NO_INTERPRETER, program);
            }
        } catch (InvalidPathException noTextInThisLocale) {
            // the kernel knows
        }
    }

    private ChildProcess spawn(Arena arena, SpawnCalls.Actions actions) throws ErrnoException {
        String program = command.getFirst();
        MemorySegment pid = arena.allocate(Integer.BYTES, Integer.BYTES);
        int answer = actions.spawn(pid, program, command, environment.variables());
        if (answer < 0) {
            throw refused(-answer, program);
        }
        PidFd pidfd = null;
        try {
            pidfd = PidFd.open(answer);
            return ChildProcess.watch(pidfd, program);
        } catch (ErrnoException | RuntimeException | Error unwatched) {
            killUnwatched(answer, arena);
            if (pidfd != null) {
                pidfd.close();
            }
            throw unwatched;
        }
    }

    /** No descriptor or thread was left to watch the child by: rather none than one that becomes a zombie. */
    private static void killUnwatched(int pid, Arena arena) {
        int _ = ProcessCalls.kill(pid, Signal.SIGKILL.number());
        int _ = ProcessCalls.waitid(Constants.P_PID, pid, arena.allocate(SIZEOF_SIGINFO, 8), Constants.WEXITED);
    }

    private int copyAbove(int last, Descriptor source) throws ErrnoException {
        if (!source.enter()) {
            throw ErrnoException.of(Constants.EBADF, "fcntl(F_DUPFD_CLOEXEC)", source.toString());
        }
        try {
            int copy = FileCalls.fcntl(source.number(), Constants.F_DUPFD_CLOEXEC, last + 1);
            if (copy == -Constants.EINVAL) {
                // EINVAL: the lowest number asked for lies beyond what the process may have
                throw ErrnoException.of(
                        Problem.DESCRIPTOR_TOO_HIGH,
                        Constants.EINVAL,
                        "fcntl(F_DUPFD_CLOEXEC)",
                        command.getFirst(),
                        Limits.openDescriptors(),
                        "descriptor " + last);
            }
            return source.check(copy, "fcntl(F_DUPFD_CLOEXEC)");
        } finally {
            source.leave();
        }
    }

    /**
     * The kernel says ENOENT also of a program whose interpreter is missing; then it had found the program. It looks on our
     * PATH, not on the child's, and from the directory where the child starts.
     */
    private boolean isThere(String program) {
        try {
            return candidates(program).stream().anyMatch(Spawn::isExecutable);
        } catch (InvalidPathException noTextInThisLocale) {
            return false;
        }
    }

    /** The files that the kernel is asked to run, one after the other. */
    private List<Path> candidates(String program) {
        if (program.contains("/")) {
            return List.of(where().resolve(program));
        }
        if (program.isEmpty()) {
            return List.of(); // not the folders themselves
        }
        String ours = System.getenv("PATH");
        return Arrays.stream((ours == null ? DEFAULT_PATH : ours).split(":", -1))
                .map(folder -> where().resolve(folder).resolve(program))
                .toList();
    }

    private Path where() {
        return directory == null ? Path.of("") : directory;
    }

    private static boolean isExecutable(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    /** What the first line of a script names, as execve(2) reads it; the root directory, which is there, of what is none. */
    private static String interpreter(Path program) {
        try (InputStream file = Files.newInputStream(program)) {
            Matcher script = SCRIPT.matcher(new String(file.readNBytes(MOST_OF_FIRST_LINE), StandardCharsets.US_ASCII));
            return script.lookingAt() ? script.group(1) : "/";
        } catch (IOException notForUs) {
            return "/"; // to be run it need not be readable
        }
    }

    private static void check(int answer, String target) throws ErrnoException {
        if (answer < 0) {
            throw ErrnoException.of(-answer, "posix_spawn", target);
        }
    }

    private ErrnoException refused(int errno, String program) {
        Path start = directory;
        return switch (Errno.of(errno)) {
            case ENOENT, ENOTDIR -> {
                if (start != null && !Files.isDirectory(start)) {
                    Problem problem = Files.exists(start) ? Problem.NOT_A_DIRECTORY : Problem.NO_WORKING_DIRECTORY;
                    yield ErrnoException.of(problem, errno, "chdir", start.toString());
                }
                Problem problem = isThere(program) ? Problem.NO_INTERPRETER : Problem.NO_COMMAND;
                yield ErrnoException.of(problem, errno, "posix_spawn", program);
            }
            case EACCES, ENOEXEC, EISDIR ->
                start != null && !Files.isExecutable(start)
                        ? ErrnoException.of(errno, "chdir", start.toString())
                        : ErrnoException.of(Problem.CANNOT_RUN, errno, "posix_spawn", program);
            default -> ErrnoException.of(errno, "posix_spawn", program);
        };
    }
}
