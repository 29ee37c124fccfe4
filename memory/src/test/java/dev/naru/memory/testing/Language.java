package dev.naru.memory.testing;

import dev.naru.linux.testing.Foreign;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Other languages at our layouts, by the files of {@code docs/layouts/}. */
public enum Language {
    /** {@code naru.h} and what includes it. */
    C,
    /** {@code naru.py} and what imports it. */
    PYTHON;

    private static final Path LAYOUTS =
            Path.of("..", "docs", "layouts").toAbsolutePath().normalize();

    /**
     * The command that starts the peer: {@code send|receive RING MANY}, {@code broadcast|listen
     * RING MANY}, {@code count LOCK MANY COUNTER}, {@code hold|leave LOCK 0} or {@code look FILE 0}.
     *
     * @param folder where it may be built
     */
    public List<String> command(Path folder, Object... arguments) throws IOException, InterruptedException {
        return program(Language.class, "peer", folder, arguments);
    }

    /**
     * The command that starts a program of a name, which lies in this language beside that class.
     *
     * @param folder where it may be built
     */
    public List<String> program(Class<?> beside, String name, Path folder, Object... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (this == C) {
            Path program = folder.resolve(name);
            if (!Files.exists(program)) {
                Path source = copy(beside, name + ".c", folder);
                var _ = Foreign.output(
                        "cc",
                        "-O2",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-fsanitize=undefined", // a signal instead of a wrong sum or a crooked address
                        "-fsanitize-undefined-trap-on-error",
                        "-I" + LAYOUTS,
                        "-o",
                        "" + program,
                        "" + source);
            }
            command.add(program.toString());
        } else {
            command.addAll(List.of("python3", copy(beside, name + ".py", folder).toString(), LAYOUTS.toString()));
        }
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return command;
    }

    private static Path copy(Class<?> beside, String name, Path folder) throws IOException {
        Path to = folder.resolve(name);
        try (InputStream source = beside.getResourceAsStream(name)) {
            if (!Files.exists(to)) {
                var _ = Files.copy(source, to);
            }
        }
        return to;
    }
}
