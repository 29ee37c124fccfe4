package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class FileStatusTest {
    /** As stat(1) calls them. */
    private static final Map<FileStatus.Type, String> NAMES = Map.of(
            FileStatus.Type.FIFO, "fifo",
            FileStatus.Type.CHARACTER_DEVICE, "character special file",
            FileStatus.Type.DIRECTORY, "directory",
            FileStatus.Type.BLOCK_DEVICE, "block special file",
            FileStatus.Type.REGULAR, "regular file",
            FileStatus.Type.LINK, "symbolic link",
            FileStatus.Type.SOCKET, "socket");

    @TempDir
    private Path folder;

    private static void assertAsStatSays(FileStatus status, Path path, String... options) throws Exception {
        String format = "%F|%a|%Hd:%Ld|%i|%u|%s";
        String foreign = Foreign.shell("stat " + String.join(" ", options) + " -c '" + format + "' '" + path + "'");
        assertThat("%s|%o|%s|%d|%d|%d"
                        .formatted(
                                NAMES.get(status.type()),
                                status.mode(),
                                status.device(),
                                status.inode(),
                                status.owner(),
                                status.size()))
                .isEqualTo(foreign.strip());
    }

    @Test
    void aRegularFileIsAsStatSays() throws Exception {
        // given
        Path file = Files.write(folder.resolve("file"), Payload.bytes(1, 12_345));
        var _ = Foreign.shell("chmod 4751 " + file + "; chown 65534 " + file + "; chmod u+s " + file);

        // when, then
        assertAsStatSays(FileStatus.of(file), file);
    }

    @Test
    void aFifoIsAsStatSays() throws Exception {
        // given
        Path fifo = folder.resolve("fifo");
        var _ = Foreign.output("mkfifo", "-m", "640", fifo.toString());

        // when, then
        assertAsStatSays(FileStatus.of(fifo), fifo);
    }

    @Test
    void aDirectoryIsAsStatSays() throws Exception {
        assertAsStatSays(FileStatus.of(folder), folder);
    }

    @Test
    void aDeviceIsAsStatSays() throws Exception {
        assertAsStatSays(FileStatus.of(Path.of("/dev/null")), Path.of("/dev/null"));
    }

    @Test
    void aSocketIsAsStatSays() throws Exception {
        // given
        Path path = folder.resolve("socket");
        var _ = Foreign.output(
                "perl",
                "-MIO::Socket::UNIX",
                "-e",
                "IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)",
                path.toString());

        // when, then
        assertAsStatSays(FileStatus.of(path), path);
    }

    @Test
    void aLinkIsFollowedOrNot() throws Exception {
        // given
        Path file = Files.writeString(folder.resolve("file"), "text");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);

        // when, then
        assertAsStatSays(FileStatus.of(link), link, "-L");
        assertAsStatSays(FileStatus.ofLink(link), link);
    }

    @Test
    void aDescriptorIsWhatStandsBehindIt() throws Exception {
        // given
        Path file = Files.writeString(folder.resolve("file"), "text");

        // when
        try (Descriptor descriptor = Descriptor.open(file, Descriptor.Access.READ)) {
            // then
            assertThat(descriptor.status()).isEqualTo(FileStatus.of(file));
        }
    }

    @Test
    void aPipeHasTheInodeThatProcShows() throws Exception {
        // given
        Pipes.Ends pipe = Pipes.create();
        try (Descriptor reader = pipe.reader();
                Descriptor writer = pipe.writer()) {
            // when
            FileStatus status = reader.status();

            // then
            assertThat(status.type()).isEqualTo(FileStatus.Type.FIFO);
            assertThat(status).isEqualTo(writer.status());
            assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + reader.number())))
                    .hasToString("pipe:[" + status.inode() + "]");
        }
    }

    @Test
    void whatHasNoTypeIsOther() throws Exception {
        // given
        try (PidFd self = PidFd.open(ProcessHandle.current().pid())) {
            // when, then: older kernels give a pidfd no type, newer ones that of a file
            assertThat(self.descriptor().status().type()).isIn(FileStatus.Type.OTHER, FileStatus.Type.REGULAR);
        }
    }

    @Test
    void whatIsMissingIsNotFound() {
        // when
        var refused = catchThrowableOfType(ErrnoException.class, () -> FileStatus.of(folder.resolve("missing")));

        // then
        assertThat(refused.problem()).isEqualTo(Problem.NOT_FOUND);
        assertThat(refused.call()).isEqualTo("statx");
        assertThat(refused.target()).isEqualTo(folder.resolve("missing").toString());
    }
}
