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

/** The C programs, each compiled by this machine's compiler from the sources in our jar when it is first asked for. */
final class CPeers {
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
    private static final List<String> FLAGS =
            List.of("-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror");

    private final String compiler;
    private final Path directory;

    private CPeers(String compiler, Path directory) {
        this.compiler = compiler;
        this.directory = directory;
    }

    /** Unpacks the sources into that directory, where the programs will lie too. */
    static CPeers in(Path directory, String compiler) throws IOException {
        for (String source : SOURCES) {
            try (InputStream in = CPeers.class.getResourceAsStream("c/" + source)) {
                if (in == null) {
                    throw new FileNotFoundException("c/" + source + " is not in the jar of bench");
                }
                Files.copy(in, directory.resolve(source), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return new CPeers(compiler, directory);
    }

    /** Where that program is. */
    Path program(String name) throws IOException, InterruptedException, UnavailableException {
        Path program = directory.resolve(name);
        if (Files.notExists(program)) {
            compile(name);
        }
        return program;
    }

    private void compile(String program) throws IOException, InterruptedException, UnavailableException {
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
}
