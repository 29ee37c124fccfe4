package dev.naru.channels.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.linux.ChildProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the README, the docs and the Javadoc show to users does what they say. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SnippetsTest {
    @TempDir
    private Path directory;

    @Test
    void childSortsWhatItIsGiven() throws Exception {
        assertThat(PipeSnippets.child(List.of("pipe", "fifo", "socket"))).containsExactly("fifo", "pipe", "socket");
    }

    @Test
    void pipelineOfTwoChildrenEnds() throws Exception {
        Path file = Files.writeString(directory.resolve("plain"), "naru\n".repeat(100_000));
        Path packed = directory.resolve("packed");

        PipeSnippets.pipeline(file, packed);

        assertThat(packed).isNotEmptyFile();
        assertThat(new ProcessBuilder("sh", "-c", "gzip -dc " + packed + " | cmp - " + file)
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void silentChildWritesToNowhere() throws Exception {
        assertThat(PipeSnippets.silent("sh", "-c", "[ /proc/$$/fd/1 -ef /dev/null ]")
                        .isSuccess())
                .isTrue();
    }

    @Test
    void duplexPipeAsksAndIsAnswered() throws Exception {
        assertThat(PipeSnippets.duplex("naru")).isEqualTo("NARU");
    }

    @Test
    void timedReadTellsItsThreeOutcomesApart() throws Exception {
        try (AnonymousPipe pipe = AnonymousPipe.create()) {
            assertThat(PipeSnippets.timed(pipe)).startsWith("nothing came");
            int _ = pipe.writer().write(ByteBuffer.wrap(new byte[5]));
            assertThat(PipeSnippets.timed(pipe)).isEqualTo("5 bytes came");
            pipe.writer().close();
            assertThat(PipeSnippets.timed(pipe)).startsWith("every writer");
        }
    }

    @Test
    void bulkPiecesArriveAsTheyWere() throws Exception {
        int pieces = 40;
        Path arrived = directory.resolve("arrived");
        try (AnonymousPipe pipe = AnonymousPipe.create()) {
            ChildProcess cat = Command.of("sh", "-c", "cat > " + arrived)
                    .stdin(pipe.reader())
                    .start();
            PipeSnippets.bulk(pipe, pieces);
            pipe.writer().close();
            assertThat(cat.waitFor().isSuccess()).isTrue();
        }
        byte[] bytes = Files.readAllBytes(arrived);
        assertThat(bytes).hasSize(pieces << 20);
        for (int piece = 0; piece < pieces; piece++) {
            byte expected = (byte) piece;
            for (int i = piece << 20; i < (piece + 1) << 20; i++) {
                if (bytes[i] != expected) {
                    throw new AssertionError("piece " + piece + " has " + bytes[i] + " at byte " + i);
                }
            }
        }
    }

    @Test
    void fifoCarriesLinesBetweenStrangers() throws Exception {
        Path path = directory.resolve("orders");
        CompletableFuture<List<String>> read = CompletableFuture.supplyAsync(() -> {
            try {
                return FifoSnippets.reader(path);
            } catch (IOException | InterruptedException failed) {
                throw new CompletionException(failed);
            }
        });

        FifoSnippets.writer(path, "one coffee");

        assertThat(read.get(60, TimeUnit.SECONDS)).containsExactly("one coffee");
    }

    @Test
    void fifoWithoutReaderTimesOut() throws Exception {
        Path path = directory.resolve("orders");
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();

        assertThat(FifoSnippets.timed(path)).isEqualTo("nobody reads");
    }
}
