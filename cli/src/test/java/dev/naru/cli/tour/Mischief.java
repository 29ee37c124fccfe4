package dev.naru.cli.tour;

import dev.naru.cli.CrookedMain;
import dev.naru.cli.testing.Naru;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.Stream;

/** A JDK whose java does some mischief when the tour starts a peer with it, and then is as good as any. */
record Mischief(Path jdk) {
    /** Another byte stands at that place of the file, after the tour has seen it and before it is sent. */
    static Mischief change(Path folder, long at) throws IOException {
        return create(folder, "change " + at);
    }

    /** The file is cut, after the tour has seen it and before it is sent. */
    static Mischief truncate(Path folder, long length) throws IOException {
        return create(folder, "truncate " + length);
    }

    /** The wire between the two flips one bit. */
    static Mischief flip(Path folder, long at) throws IOException {
        return create(folder, "flip " + at);
    }

    /** The wire between the two passes so many bytes and then nothing. */
    static Mischief stall(Path folder, long at) throws IOException {
        return create(folder, "stall " + at);
    }

    /** The one that was made there. */
    static Mischief at(Path folder) {
        return new Mischief(folder.resolve("jdk"));
    }

    private static Mischief create(Path folder, String what) throws IOException {
        Path jdk = Files.createDirectories(folder.resolve("jdk"));
        Path bin = Files.createDirectories(jdk.resolve("bin"));
        copy("java.sh", bin.resolve("java"));
        copy("wire.pl", jdk.resolve("wire.pl"));
        var _ = Files.setPosixFilePermissions(bin.resolve("java"), PosixFilePermissions.fromString("rwxr-xr-x"));
        var _ = Files.writeString(jdk.resolve("real"), System.getProperty("java.home") + "\n");
        var _ = Files.writeString(jdk.resolve("mischief"), what + "\n");
        return new Mischief(jdk);
    }

    private static void copy(String resource, Path target) throws IOException {
        try (InputStream source = Mischief.class.getResourceAsStream(resource)) {
            var _ = Files.copy(source, target);
        }
    }

    /** The command of a tour with such a JDK; its files go below the folder. */
    Naru tour(Path folder, String... arguments) throws IOException {
        String[] line = Stream.concat(Stream.of(jdk.toString(), "tour"), Arrays.stream(arguments))
                .toArray(String[]::new);
        return Tour.command(folder, Naru.java(CrookedMain.class), line).interruptible();
    }

    /** A tour that has come to the place where the wire stalls. */
    Tour startAndStall(Path folder, String mechanism, Path file) throws IOException {
        return startAndStall(folder, tour(folder, "--json", "--only", mechanism, file.toString()));
    }

    /** The same with that command. */
    Tour startAndStall(Path folder, Naru command) throws IOException {
        Tour tour = Tour.start(folder, command);
        try {
            var _ = tour.program().await("the wire stalls", () -> Files.exists(jdk.resolve("stalled")));
            return tour;
        } catch (Throwable failed) {
            tour.close();
            throw failed;
        }
    }
}
