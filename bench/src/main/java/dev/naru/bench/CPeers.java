package dev.naru.bench;

import dev.naru.channels.Command;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.ExitStatus;
import dev.naru.linux.Problem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The C programs, compiled by this machine's compiler from the sources in our jar.
 *
 * @param directory where they lie
 */
record CPeers(Path directory) {
    private static final List<String> SOURCES = List.of(
            "peer.h",
            "peer.c",
            "socket.h",
            "socket.c",
            "rtt.c",
            "stream.c",
            "sink.c",
            "ring.h",
            "ring.c",
            "ringrtt.c",
            "ringstream.c",
            "mutex.c",
            "queue.h",
            "queue.c",
            "queuertt.c",
            "queuestream.c",
            "semaphore.c",
            "log.h",
            "log.c",
            "append.c",
            "logread.c",
            "logdelivery.c",
            "delivery.c",
            "flush.c");
    private static final List<String> PROGRAMS = List.of(
            "rtt",
            "stream",
            "sink",
            "ringrtt",
            "ringstream",
            "mutex",
            "queuertt",
            "queuestream",
            "semaphore",
            "append",
            "logread",
            "logdelivery",
            "delivery",
            "flush");
    private static final List<String> FLAGS =
            List.of("-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror");

    /** Compiles them all into that directory. */
    static CPeers build(String compiler, Path directory)
            throws IOException, InterruptedException, UnavailableException {
        for (String source : SOURCES) {
            try (InputStream in = CPeers.class.getResourceAsStream("c/" + source)) {
                if (in == null) {
                    throw new FileNotFoundException("c/" + source + " is not in the jar of bench");
                }
                Files.copy(in, directory.resolve(source), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        for (String program : PROGRAMS) {
            compile(compiler, directory, program);
        }
        return new CPeers(directory);
    }

    private static void compile(String compiler, Path directory, String program)
            throws IOException, InterruptedException, UnavailableException {
        List<String> command = new ArrayList<>(List.of(compiler));
        command.addAll(FLAGS);
        command.addAll(List.of(
                "-o", program, program + ".c", "ring.c", "log.c", "peer.c", "socket.c", "queue.c", "-lrt", "-pthread"));
        ExitStatus status;
        try {
            status = Command.of(command).directory(directory).start().waitFor();
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.NO_COMMAND) {
                throw new UnavailableException(
                        "there is no C compiler '" + compiler + "': install one (Debian: gcc), or name it with --cc");
            }
            throw refused;
        }
        if (!status.isSuccess()) {
            throw new UnavailableException(
                    "'" + compiler + "' could not compile " + program + ".c; its own words stand above");
        }
    }

    Path program(String name) {
        return directory.resolve(name);
    }
}
