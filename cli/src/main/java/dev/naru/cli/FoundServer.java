package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A server of calls that has a name: the file of the socket at which it is found.
 *
 * @param bound what to look for
 * @param file what it is
 */
record FoundServer(Address.Rpc address, Path bound, FileStatus file) {
    private static final String SCHEME = "rpc";

    /** All of this machine, sorted by address. */
    static List<FoundServer> all() throws IOException {
        List<FoundServer> found = new ArrayList<>();
        String prefix = SharedFiles.prefix(SCHEME);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(SharedFiles.POSIX_DIRECTORY, prefix + "?*")) {
            for (Path file : files) {
                String name = file.getFileName().toString().substring(prefix.length());
                of(new Address.Rpc("/" + name), file).ifPresent(found::add);
            }
        }
        found.sort(Comparator.comparing(each -> each.address.toString()));
        return found;
    }

    private static Optional<FoundServer> of(Address.Rpc address, Path file) {
        try {
            FileStatus status = FileStatus.ofLink(file);
            return status.type() == FileStatus.Type.SOCKET
                    ? Optional.of(new FoundServer(address, file, status))
                    : Optional.empty();
        } catch (ErrnoException gone) {
            return Optional.empty(); // removed while we were looking
        }
    }

    /** Where the socket of the server at that address lies. */
    static Path file(Address.Rpc server) throws ErrnoException {
        return SharedFiles.place(SCHEME, server.place());
    }

    /** Removes the file of its socket. What is no socket stays. */
    static void remove(Address.Rpc server) throws IOException {
        Path file = file(server);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                && FileStatus.ofLink(file).type() != FileStatus.Type.SOCKET) {
            throw ErrnoException.of(
                    Problem.WRONG_KIND,
                    Errno.ENOTSOCK.number(),
                    "stat",
                    server.toString(),
                    "a socket",
                    "another kind of file");
        }
        SharedFiles.remove(file, server.toString());
    }
}
