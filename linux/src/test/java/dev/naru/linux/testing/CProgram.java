package dev.naru.linux.testing;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program in C, compiled by this machine's compiler, that does a line at a time, to which it answers with a line. */
public final class CProgram extends LineProgram {
    private CProgram(List<String> command) throws IOException {
        super(command);
    }

    /**
     * Compiles it and starts it.
     *
     * @param near the class beside which its source lies as a resource
     * @param source such as {@code mq.c}
     * @param folder where it is compiled
     */
    public static CProgram start(Class<?> near, String source, Path folder, String... arguments)
            throws IOException, InterruptedException {
        Path program = folder.resolve(source.replace(".c", ""));
        if (Files.notExists(program)) {
            Path copied = folder.resolve(source);
            try (InputStream in = near.getResourceAsStream(source)) {
                if (in == null) {
                    throw new FileNotFoundException(source);
                }
                long _ = Files.copy(in, copied);
            }
            var _ = Foreign.output(
                    "cc",
                    "-std=c11",
                    "-D_GNU_SOURCE",
                    "-O1",
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-o",
                    program.toString(),
                    copied.toString(),
                    "-lrt",
                    "-pthread");
        }
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return new CProgram(command);
    }
}
