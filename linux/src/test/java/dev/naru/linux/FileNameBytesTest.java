package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A name is bytes: what a directory shows is found, though it is no text in the locale of the JVM. */
@ExtendWith(NoLeaks.class)
class FileNameBytesTest {
    @TempDir
    private Path folder;

    /** Says what is in a directory, and opens and removes the FIFOs. */
    static final class ListMain {
        private ListMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            List<String> found = new ArrayList<>();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(arguments[0]))) {
                for (Path file : files) {
                    FileStatus.Type type = FileStatus.ofLink(file).type();
                    FileStatus.Type behind = FileStatus.of(file).type();
                    boolean directory = behind == FileStatus.Type.DIRECTORY;
                    found.add(type + " " + behind
                            + (directory
                                    ? " " + FileStatus.of(file.resolve("inner")).type()
                                    : ""));
                    if (type == FileStatus.Type.FIFO) {
                        FifoNode.openReader(file).close();
                        FifoNode.remove(file);
                        FifoNode.make(file, 0600);
                        FifoNode.remove(file);
                    }
                }
            }
            Collections.sort(found);
            System.out.println(found);
        }
    }

    @ParameterizedTest
    @CsvSource({"C, absolute", "C, relative", "C.UTF-8, absolute", "C.UTF-8, relative"})
    void whatADirectoryShowsIsFound(String locale, String how) throws Exception {
        // given names in UTF-8 and in no encoding
        String odd = "$(printf 'x\\377')";
        var _ = Foreign.shell(
                "cd '" + folder + "' && mkfifo \"$(printf '\\303\\251')\" \"$(printf '\\377\\376')\" plain"
                        + " 'a%41 ?' && mkdir \"" + odd + "\" && mkfifo \"" + odd + "/inner\" && ln -s \"" + odd
                        + "\" \"l" + odd + "\"");
        String program = String.join("' '", JavaProgram.of(ListMain.class).command());

        // when
        String said = Foreign.shell("cd '" + folder + "' && LC_ALL=" + locale + " '" + program + "' "
                + (how.equals("relative") ? "." : "\"$PWD\"") + "; echo left *");

        // then
        assertThat(said)
                .startsWith(
                        "[DIRECTORY DIRECTORY FIFO, FIFO FIFO, FIFO FIFO, FIFO FIFO, FIFO FIFO, LINK DIRECTORY FIFO]\nleft lx");
        assertThat(said).doesNotContain("plain");
    }
}
