package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.internal.SharedFileCalls;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Space is reserved before it is mapped, so a full file system is an error and not a SIGBUS. */
@ExtendWith(NoLeaks.class)
class FileSpaceTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsReservedIsThere() throws Exception {
        // given
        Path path = Files.writeString(folder.resolve("file"), "abc");
        try (Descriptor file = SharedFiles.open(path, true, "file")) {
            // when
            FileSpace.reserve(file, 0, 1 << 20, "file");

            // then
            assertThat(file.status().size()).isEqualTo(1 << 20);
            assertThat(Foreign.output("stat", "-c", "%b", path.toString()).strip())
                    .satisfies(
                            blocks -> assertThat(Long.parseLong(blocks) * 512).isGreaterThanOrEqualTo(1 << 20));
            assertThat(Files.readAllBytes(path)).startsWith('a', 'b', 'c', 0);

            // when
            FileSpace.resize(file, 2, "file");

            // then
            assertThat(path).hasContent("ab");
            FileSpace.sync(file, "file");
            FileSpace.syncData(file, "file");
            FileSpace.syncNames(folder, "folder");
        }
    }

    @Test
    void zerosAreWrittenToARangeAndNowhereElse() throws Exception {
        // given
        Path path = Files.writeString(folder.resolve("file"), "a".repeat(20_000));
        try (Descriptor file = SharedFiles.open(path, true, "file")) {
            // when
            FileSpace.zero(file, 100, 9_000, "file");
            FileSpace.zero(file, 19_999, 10_000, "file");
            FileSpace.zero(file, 0, 0, "file");

            // then
            assertThat(path)
                    .hasContent(
                            "a".repeat(100) + "\0".repeat(9_000) + "a".repeat(19_999 - 9_100) + "\0".repeat(10_000));
        }
    }

    @Test
    void whatCannotBeSyncedIsToldByItsCall() throws Exception {
        assertThatThrownBy(() -> FileSpace.syncNames(folder.resolve("none"), "folder"))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.NOT_FOUND));
        try (Descriptor none = Descriptor.open(Path.of("/dev/null"), Descriptor.Access.READ)) {
            assertThatThrownBy(() -> FileSpace.syncData(none, "null"))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.call()).isEqualTo("fdatasync"));
        }
    }

    @Test
    void theRoomOfAFileSystemIsTold() throws Exception {
        try (Descriptor file = SharedFiles.open(Files.createFile(folder.resolve("file")), true, "file")) {
            // when
            FileSpace.Room room = FileSpace.room(file).orElseThrow();

            // then
            assertThat(room.size()).isEqualTo(folder.toFile().getTotalSpace());
            assertThat(room.available()).isBetween(0L, room.size());
            assertThat(folder.toString()).startsWith(room.mount());
        }
    }

    @Test
    void aFileThatMayNotBeWrittenIsNotReserved() throws Exception {
        Path path = Files.createFile(folder.resolve("file"));
        try (Descriptor file = SharedFiles.open(path, false, "file")) {
            assertThatThrownBy(() -> FileSpace.reserve(file, 0, 10, "file"))
                    .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                        assertThat(refused.problem()).isEqualTo(Problem.BAD_DESCRIPTOR);
                        assertThat(refused.call()).isEqualTo("fallocate");
                    });
        }
    }

    /** Asks for more than there is, then for what is left, and touches every byte of that. */
    static final class FullMain {
        private FullMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (UnnamedFile file = UnnamedFile.create(SharedFiles.POSIX_DIRECTORY, 0600, "shm:/full")) {
                try {
                    FileSpace.reserve(file.descriptor(), 0, 8 << 20, "shm:/full");
                    System.out.println("reserved?");
                } catch (ErrnoException refused) {
                    System.out.println(refused.problem() + " " + refused.errno().name() + " " + refused.value());
                    System.out.println(refused.getMessage());
                }
                FileSpace.reserve(file.descriptor(), 0, 4 << 20, "shm:/full");
                try (SharedMapping mapping =
                        SharedMapping.map(file.descriptor(), 4 << 20, SharedMapping.Options.WRITABLE, "shm:/full")) {
                    mapping.segment().fill((byte) 1);
                    System.out.println(mapping.segment().get(ValueLayout.JAVA_BYTE, (4 << 20) - 1));
                }
            }
        }
    }

    @Test
    void aFullDevShmIsAnErrorThatNamesItAndItsSize() throws Exception {
        // when
        List<String> said = inSmallDevShm(FullMain.class);

        // then
        assertThat(said)
                .containsExactly(
                        "FILE_SYSTEM_FULL ENOSPC 8388608 B",
                        "shm:/full: there is no room for 8388608 B"
                                + " (/dev/shm: size 4194304 B, available 4194304 B) (fallocate: ENOSPC); free some, or"
                                + " give it more: a tmpfs such as /dev/shm grows by"
                                + " 'mount -o remount,size=SIZE DIR'",
                        "1");
    }

    /** A disk, unlike a tmpfs, is full by the time it refuses: as if by a call that takes all and then fails. */
    static final class FilledMain {
        private FilledMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (UnnamedFile file = UnnamedFile.create(SharedFiles.POSIX_DIRECTORY, 0600, "disk")) {
                FileSpace.reserve(file.descriptor(), 0, 8 << 20, "disk", (number, mode, offset, length) -> {
                    int _ = SharedFileCalls.fallocate(number, mode, offset, 4 << 20);
                    return SharedFileCalls.fallocate(number, mode, offset, length);
                });
            } catch (ErrnoException refused) {
                System.out.println(refused.limit());
            }
        }
    }

    @Test
    void whatWasAvailableBeforeIsNamed() throws Exception {
        assertThat(inSmallDevShm(FilledMain.class)).containsExactly("/dev/shm: size 4194304 B, available 4194304 B");
    }

    /** What that program says in a mount namespace of its own, where /dev/shm has 4 MiB. */
    private static List<String> inSmallDevShm(Class<?> main) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=4m none /dev/shm && exec \"$@\"", "sh"));
        command.addAll(JavaProgram.of(main).command());
        return Foreign.output(command).lines().toList();
    }
}
