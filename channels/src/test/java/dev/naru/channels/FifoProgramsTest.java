package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.contract.Buffers;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FIFOs shared with the programs that everybody has. */
@ExtendWith(NoLeaks.class)
class FifoProgramsTest {
    private static final int SIZE = 1_000_000;

    @TempDir
    private Path folder;

    private Fifo fifo;
    private Path file;

    @BeforeEach
    void create() throws Exception {
        fifo = Fifo.create(folder.resolve("orders"));
        file = folder.resolve("file");
    }

    private Process shell(String line) throws IOException {
        return new ProcessBuilder("sh", "-c", line, "sh", fifo.path().toString(), file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void assertEnds(Process process) throws Exception {
        try {
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly().waitFor();
            process.getInputStream().close();
            process.getErrorStream().close();
            process.getOutputStream().close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat \"$2\" > \"$1\"",
                "dd if=\"$2\" of=\"$1\" bs=777 status=none",
                "perl -e 'open I, q(<), $ARGV[1]; open O, q(>), $ARGV[0]; print O $_ while read I, $_, 5000' \"$1\""
                        + " \"$2\"",
                "python3 -c 'import sys; open(sys.argv[1], \"wb\").write(open(sys.argv[2], \"rb\").read())' \"$1\""
                        + " \"$2\"",
                "tail -c +1 \"$2\" | cat | cat > \"$1\""
            })
    void whatAProgramWritesIsRead(String line) throws Exception {
        // given
        Path _ = Files.write(file, Payload.bytes(1, SIZE));
        Process program = shell(line);

        // when
        String read;
        try (PipeReader reader = fifo.openReader()) {
            read = Buffers.DIRECT.readToEnd(reader);
        }

        // then
        assertThat(read).isEqualTo("end " + SIZE + " " + Payload.sha256(1, SIZE));
        assertEnds(program);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat < \"$1\" > \"$2\"",
                "dd if=\"$1\" of=\"$2\" bs=777 status=none",
                "perl -e 'open I, q(<), $ARGV[0]; open O, q(>), $ARGV[1]; print O $_ while read I, $_, 5000' \"$1\""
                        + " \"$2\"",
                "python3 -c 'import sys; open(sys.argv[2], \"wb\").write(open(sys.argv[1], \"rb\").read())' \"$1\""
                        + " \"$2\"",
                "cat \"$1\" | cat | cat > \"$2\""
            })
    void whatIsWrittenAProgramReads(String line) throws Exception {
        // given
        Process program = shell(line);

        // when
        try (PipeWriter writer = fifo.openWriter();
                OutputStream stream = Channels.newOutputStream(writer)) {
            stream.write(Payload.bytes(2, SIZE));
        }

        // then
        assertEnds(program);
        assertThat(file).hasBinaryContent(Payload.bytes(2, SIZE));
    }

    @Test
    void linesOfSeveralProgramsAllArrive() throws Exception {
        // given
        Process programs = shell("exec 3> \"$1\"; for i in 1 2 3 4; do "
                + "(n=0; while [ $n -lt 1000 ]; do echo \"$i $n\" >&3; n=$((n+1)); done) & done; wait");

        // when
        String lines;
        try (PipeReader reader = fifo.openReader()) {
            lines = new String(Channels.newInputStream(reader).readAllBytes(), StandardCharsets.US_ASCII);
        }

        // then
        assertThat(lines.lines()).hasSize(4000).doesNotHaveDuplicates().allMatch(line -> line.matches("[1-4] \\d+"));
        assertEnds(programs);
    }
}
