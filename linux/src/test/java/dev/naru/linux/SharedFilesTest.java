package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class SharedFilesTest {
    @TempDir
    private Path folder;

    private static void assertRefused(Problem problem, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(ErrnoException.class))
                .extracting(ErrnoException::problem)
                .isEqualTo(problem);
    }

    @Test
    void aPosixNameLiesInDevShm() throws Exception {
        assertThat(SharedFiles.posix("/quote")).isEqualTo(Path.of("/dev/shm/quote"));
        assertThat(SharedFiles.posix("/" + "n".repeat(255))).hasFileName("n".repeat(255));
        assertThat(SharedFiles.posix("/...")).hasFileName("...");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "quote", "/a/b", "//a", "/.", "/..", "/a\0b", "../etc/passwd"})
    void whatIsNoPosixNameIsRefused(String name) {
        assertRefused(Problem.BAD_NAME, () -> SharedFiles.posix(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"n", "나"})
    void aNameHas255BytesAtMost(String letter) {
        assertRefused(Problem.NAME_TOO_LONG, () -> SharedFiles.posix("/" + letter.repeat(256)));
        assertRefused(
                Problem.NAME_TOO_LONG, () -> SharedFiles.posix("/" + letter.repeat(letter.length() == 1 ? 256 : 86)));
    }

    @Test
    void whatIsNoFileIsRefusedAndNobodyWaits() throws Exception {
        // given
        Path file = Files.createFile(folder.resolve("file"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        Path fifo = folder.resolve("fifo");
        var _ = Foreign.output("mkfifo", fifo.toString());

        // when, then
        for (boolean writable : new boolean[] {false, true}) {
            for (Path path : new Path[] {link, fifo, folder, Path.of("/dev/null")}) {
                assertRefused(Problem.NOT_A_FILE, () -> SharedFiles.open(path, writable, "file"));
            }
            assertRefused(Problem.NOT_FOUND, () -> SharedFiles.open(folder.resolve("missing"), writable, "file"));
            SharedFiles.open(file, writable, "file").close();
        }
    }

    @Test
    void removedItsNameIsGoneAndItsHoldersKeepIt() throws Exception {
        // given
        Path path = Files.writeString(folder.resolve("file"), "kept");
        try (Descriptor file = SharedFiles.open(path, true, "file")) {
            // when
            SharedFiles.remove(path, "file");

            // then
            assertThat(path).doesNotExist();
            assertThat(file.status().size()).isEqualTo(4);
            try (Descriptor again = SharedFiles.reopen(file, true, "file")) {
                assertThat(again.status().inode()).isEqualTo(file.status().inode());
                assertThat(again.isWritable()).isTrue();
            }
            try (Descriptor again = SharedFiles.reopen(file, false, "file")) {
                assertThat(again.isWritable()).isFalse();
            }
        }
        assertRefused(Problem.NOT_FOUND, () -> SharedFiles.remove(path, "file"));
    }
}
