package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Naru;
import dev.naru.cli.testing.Program;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.ProcessState;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** A tour under way, with a temporary directory of its own, and the two processes that it started. */
final class Tour implements Closeable {
    private final Program program;
    private final Path temporary;
    private final List<ProcessHandle> peers = new ArrayList<>();

    private Tour(Program program, Path temporary) {
        this.program = program;
        this.temporary = temporary;
    }

    /** A tour that can be interrupted; its temporary files go into a directory below the folder. */
    static Tour start(Path folder, String... arguments) throws IOException {
        String[] line =
                Stream.concat(Stream.of("tour"), Arrays.stream(arguments)).toArray(String[]::new);
        return start(folder, command(folder, Naru.java(), line).interruptible());
    }

    /** One that was put together by {@link #command}. */
    static Tour start(Path folder, Naru command) throws IOException {
        return new Tour(command.start(), folder.resolve("temporary"));
    }

    /** Such a command. */
    static Naru command(Path folder, JavaProgram java, String... arguments) throws IOException {
        Path temporary = Files.createDirectories(folder.resolve("temporary"));
        return Naru.naru(java.option("-Djava.io.tmpdir=" + temporary), arguments)
                .in(folder);
    }

    /** A file with holes and, in many places, bytes that only it has. */
    static Path sparseFile(Path path, long length) throws IOException {
        Random random = new Random(length);
        byte[] piece = new byte[1000];
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
            for (long at = 0; at < length - piece.length; at += 1 + random.nextLong(length / 200 + 1)) {
                random.nextBytes(piece);
                file.seek(at);
                file.write(piece);
            }
        }
        return path;
    }

    Program program() {
        return program;
    }

    /** Waits for the process that plays the role. */
    ProcessHandle awaitPeer(String role) {
        var _ = program.await(
                "it has a peer that " + role + "s", () -> peer(role).isPresent());
        ProcessHandle peer =
                peer(role).orElseThrow(() -> new AssertionError("the peer that " + role + "s has ended at once"));
        peers.add(peer);
        return peer;
    }

    private Optional<ProcessHandle> peer(String role) {
        return program.children().stream()
                .filter(child -> arguments(child.pid()).contains("tour-peer " + role + " "))
                .findFirst();
    }

    private static String arguments(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (IOException gone) {
            return "";
        }
    }

    /** Waits until that process runs no more; who has lost its parent may stay as a zombie where nobody reaps. */
    static void awaitEnd(long pid) {
        Await.until("process " + pid + " has ended", () -> ProcessState.of(pid) == ' ' || ProcessState.of(pid) == 'Z');
    }

    /** Nothing of it is left in the temporary directory. */
    void assertNothingLeft() throws IOException {
        assertThat(left()).isEqualTo(List.of());
    }

    /** What lies in the temporary directory. */
    List<Path> left() throws IOException {
        try (Stream<Path> left = Files.walk(temporary)) {
            return left.filter(path -> !path.equals(temporary)).sorted().toList();
        }
    }

    @Override
    public void close() throws IOException {
        program.close();
        peers.forEach(ProcessHandle::destroyForcibly); // also those that have lost their parent
    }
}
