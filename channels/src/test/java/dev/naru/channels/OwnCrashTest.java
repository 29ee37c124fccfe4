package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A process of ours dies (kill -9) while a foreign one reads from it or writes to it. Seed: as {@link PeerCrashTest}. */
@ExtendWith(NoLeaks.class)
@Timeout(300) // a guard against hangs, for many rounds
class OwnCrashTest {
    private static final long SEED = Long.getLong("naru.test.seed", System.nanoTime());
    private static final int ROUNDS = Integer.getInteger("naru.test.rounds", 50) / 5; // each starts a JVM
    private static final int RECORD = Long.BYTES;

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private Fifo fifo;
    private Peer peer;

    @BeforeAll
    @SuppressWarnings("SystemOut") // with it the test can be run again
    static void printSeed() {
        System.out.println("OwnCrashTest: -Dnaru.test.seed=" + SEED);
    }

    @BeforeEach
    void start() throws Exception {
        fifo = Fifo.create(folder.resolve("orders"));
        peer = Peer.start();
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
    }

    private Process startOurs(Class<?> main) throws Exception {
        List<String> command =
                JavaProgram.of(main).needing(Fifo.class).command(fifo.path().toString());
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Writes numbers for ever; a line for each that was answered. */
    static final class WriterMain {
        private WriterMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (PipeWriter writer = Fifo.open(Path.of(arguments[0])).openWriter()) {
                ByteBuffer number = ByteBuffer.allocateDirect(RECORD);
                for (long i = 1; ; i++) {
                    int _ = writer.write(number.clear().putLong(0, i));
                    System.out.println(i);
                }
            }
        }
    }

    /** Reads numbers for ever; a line for each. */
    static final class ReaderMain {
        private ReaderMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (PipeReader reader = Fifo.open(Path.of(arguments[0])).openReader()) {
                ByteBuffer number = ByteBuffer.allocateDirect(RECORD);
                while (reader.read(number.clear()) == RECORD) {
                    System.out.println(number.getLong(0));
                }
            }
        }
    }

    /** The last whole line that the process prints before it is killed at a random one; what follows is read to the end. */
    private long killAfterSomeLines(Process process) throws Exception {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            int moment = 1 + random.nextInt(3000);
            long last = 0;
            for (int i = 0; i < moment; i++) {
                last = Long.parseLong(lines.readLine());
            }
            boolean _ = process.toHandle().destroyForcibly(); // the other one would close the stream
            StringBuilder rest = new StringBuilder();
            for (int c; (c = lines.read()) >= 0; ) {
                rest.append((char) c);
            }
            int end = rest.lastIndexOf("\n"); // what comes after it was cut by the kill
            if (end >= 0) {
                last = Long.parseLong(rest.substring(rest.lastIndexOf("\n", end - 1) + 1, end));
            }
            return last;
        } finally {
            process.destroyForcibly().waitFor();
            process.getOutputStream().close();
        }
    }

    private static byte[] numbersUpTo(long last) {
        ByteBuffer numbers = ByteBuffer.allocate(Math.toIntExact(last * RECORD));
        for (long i = 1; i <= last; i++) {
            numbers.putLong(i);
        }
        return numbers.array();
    }

    @Test
    void whatWasAnsweredHasArrivedWhenAWriterOfOursIsKilledAndThenTheEnd() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            // given
            Process ours = startOurs(WriterMain.class);
            peer.tell("open-read " + fifo.path()).send("read-to-end");

            // when
            long answered = killAfterSomeLines(ours);

            // then
            String[] end = peer.answer().split(" ", -1);
            long arrived = Long.parseLong(end[1]) / RECORD;
            assertThat(end[0]).isEqualTo("end");
            assertThat(arrived).as("round %s", round).isGreaterThanOrEqualTo(answered);
            assertThat(end[2]).isEqualTo(Payload.sha256(numbersUpTo(arrived)));
            peer.tell("close read");
        }
    }

    @Test
    void aForeignWriterIsToldWhenAReaderOfOursIsKilled() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            // given
            Path noted = folder.resolve("noted-" + round);
            Process ours = startOurs(ReaderMain.class);
            peer.tell("open-write " + fifo.path()).send("count " + noted);

            // when
            long answered = killAfterSomeLines(ours);

            // then
            assertThat(peer.answer()).as("round %s", round).startsWith("error EPIPE");
            // what was read had been written; the note of the last may not have been made yet
            assertThat(Long.parseLong(Files.readString(noted)) + 1).isGreaterThanOrEqualTo(answered);
            peer.tell("close write");
        }
    }

    @Test
    void aForeignWriterThatKnowsNothingDiesOfSigpipe() throws Exception {
        // given
        Process ours = startOurs(ReaderMain.class);
        Process yes = new ProcessBuilder(
                        "sh", "-c", "exec yes > \"$1\"", "sh", fifo.path().toString())
                .start();
        try {
            ours.getInputStream().readNBytes(1);

            // when
            ours.destroyForcibly();

            // then
            assertThat(yes.waitFor()).isEqualTo(128 + 13);
        } finally {
            for (Process process : List.of(ours, yes)) {
                process.destroyForcibly().waitFor();
                process.getInputStream().close();
                process.getOutputStream().close();
                process.getErrorStream().close();
            }
        }
    }

    @Test
    void theChildrenOfAProcessThatIsKilledSeeTheEndToo() throws Exception {
        // given a JVM of ours that holds the only other end of a pipe to its child, which tells when it sees the end
        Path said = folder.resolve("said");
        List<String> command =
                JavaProgram.of(ParentMain.class).needing(Fifo.class).command(said.toString());
        Process ours = new ProcessBuilder(command).start();
        try {
            Await.until(
                    "the child runs",
                    () -> Files.exists(said) && Files.readString(said).equals("up\n"));

            // when
            ours.destroyForcibly();

            // then
            Await.until(
                    "the child has seen the end", () -> Files.readString(said).equals("up\nend\n"));
        } finally {
            ours.destroyForcibly().waitFor();
            ours.getInputStream().close();
            ours.getOutputStream().close();
            ours.getErrorStream().close();
        }
    }

    /** Starts a child that reads from it, and then waits for ever. */
    static final class ParentMain {
        private ParentMain() {}

        public static void main(String[] arguments) throws Exception {
            AnonymousPipe pipe = AnonymousPipe.create();
            var child = Command.of("sh", "-c", "echo up > \"$1\"; cat; echo end >> \"$1\"", "sh", arguments[0])
                    .stdin(pipe.reader())
                    .start();
            var _ = child.waitFor();
        }
    }
}
