package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.ProcessState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru fifo read} of what programs write that are not ours. */
@ExtendWith(NoLeaks.class)
class FifoReadTest {
    private static final int SIZE = 16 << 20;

    @TempDir
    private Path folder;

    private Path orders;
    private Path file;

    @BeforeEach
    void make() throws Exception {
        orders = folder.resolve("orders");
        file = folder.resolve("file");
        var _ = Foreign.output("mkfifo", orders.toString());
    }

    /** Runs the line, in which naru reads from orders, while a peer writes so much into it. */
    private Result read(String line, int size) throws Exception {
        try (Peer writer = Peer.start();
                Program reader = shell(line).in(folder).start()) {
            assertThat(writer.tell("open-write " + orders).ask("write " + size + " 1"))
                    .isEqualTo("wrote " + size);
            writer.kill();
            return reader.end();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat file > orders",
                "dd if=file of=orders bs=777 status=none",
                "perl -e 'open I, q(<file); open O, q(>orders); print O $_ while read I, $_, 5000'",
                "python3 -c 'open(\"orders\", \"wb\").write(open(\"file\", \"rb\").read())'",
                "tail -c +1 file | cat | cat > orders"
            })
    void whatAProgramWritesArrivesWhole(String program) throws Exception {
        // given
        var _ = Files.write(file, Payload.bytes(1, 1_000_000));

        // when
        Result result = shell(program + " & naru fifo read orders | sha256sum; wait $!")
                .in(folder)
                .run();

        // then
        assertThat(result.succeeded().out()).isEqualTo(Payload.sha256(1, 1_000_000) + "  -\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "fifo:orders", "./orders"})
    void pathAndAddressNameTheSame(String name) throws Exception {
        // when
        Result result =
                shell("echo hello > orders & naru fifo read " + name).in(folder).run();

        // then
        assertThat(result.succeeded().out()).isEqualTo("hello\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "naru fifo read orders | sha256sum",
                "naru fifo read orders > file; sha256sum < file",
                "naru fifo read orders >> file; sha256sum < file", // splice(2) refuses a file open for appending
                "naru fifo read orders | cat | sha256sum",
                "script -qec \"stty -opost; $(declare -f naru); naru fifo read orders\" /dev/null | sha256sum"
            })
    void manyMegabytesArriveWhereverTheyGo(String line) throws Exception {
        // when
        Result result = read(line, SIZE);

        // then
        assertThat(result.succeeded().out()).isEqualTo(Payload.sha256(1, SIZE) + "  -\n");
    }

    @Test
    void appendingKeepsWhatTheFileHad() throws Exception {
        // given
        var _ = Files.writeString(file, "before\n");

        // when
        Result result = shell("echo after > orders & naru fifo read orders >> file")
                .in(folder)
                .run();

        // then
        var _ = result.succeeded();
        assertThat(file).hasContent("before\nafter\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "naru fifo read --bytes N orders > file",
                "naru fifo read --bytes N orders >> file",
                "naru fifo read --bytes N orders | cat > file"
            })
    void noMoreThanTheBytesAskedForAreTaken(String line) throws Exception {
        for (int bytes : new int[] {0, 1, 65_536, 100_001}) {
            // given
            Files.deleteIfExists(file);

            // when
            try (Peer writer = Peer.start();
                    Peer next = Peer.start();
                    Program reader =
                            shell(line.replace("N", "" + bytes)).in(folder).start()) {
                // a second reader, so that what is left stays in the FIFO
                var _ = next.send("open-read " + orders);
                var _ = writer.tell("open-write " + orders).send("write 200000 1");
                var _ = next.expectOk();
                var _ = reader.end().succeeded();

                // then
                assertThat(file).hasBinaryContent(Payload.bytes(1, bytes));
                var _ = next.send("read " + (200_000 - bytes));
                assertThat(writer.answer()).isEqualTo("wrote 200000");
                byte[] rest = Arrays.copyOfRange(Payload.bytes(1, 200_000), bytes, 200_000);
                assertThat(next.answer()).isEqualTo("read " + rest.length + " " + Payload.sha256(rest));
            }
        }
    }

    @Test
    void fewerBytesThanAskedForAreNoFailure() throws Exception {
        // when
        Result result = shell("echo hello > orders & naru fifo read --bytes 1000 orders")
                .in(folder)
                .run();

        // then
        assertThat(result.succeeded().out()).isEqualTo("hello\n");
    }

    @Test
    void theEndComesWithTheLastOfSeveralWriters() throws Exception {
        try (Peer first = Peer.start();
                Peer last = Peer.start();
                Program reader = naru("fifo", "read", orders.toString()).start()) {
            // given
            var _ = last.tell("open-write " + orders);
            assertThat(first.tell("open-write " + orders).ask("write-records a 1 3"))
                    .isEqualTo("wrote 1");
            var _ = first.tell("close write");
            var _ = reader.await("the first has arrived", () -> reader.out().equals("aaa"))
                    .awaitPolling();

            // when
            assertThat(last.ask("write-records b 1 3")).isEqualTo("wrote 1");
            last.kill();

            // then
            assertThat(reader.end().succeeded().out()).isEqualTo("aaabbb");
        }
    }

    @Test
    void withNoWaitNobodyNeedsToWrite() throws Exception {
        // when
        Result result = naru("fifo", "read", "--no-wait", orders.toString()).run();

        // then
        assertThat(result.succeeded().out()).isEmpty();
    }

    @Test
    void withNoWaitWhatIsThereNowIsTaken() throws Exception {
        try (Peer holder = Peer.start();
                Peer writer = Peer.start()) {
            // given
            var _ = holder.tell("try-open-read " + orders);
            assertThat(writer.tell("open-write " + orders).ask("write-records x 1 5"))
                    .isEqualTo("wrote 1");

            // when
            Result result = naru("fifo", "read", "--no-wait", orders.toString()).run();

            // then
            assertThat(result.succeeded().out()).isEqualTo("xxxxx");
        }
    }

    /** Puts so many bytes into the output, which has room for 65,536, and into the FIFO more than fit then. */
    private void fill(int bytes, Peer output, Peer holder, Peer writer) throws Exception {
        var _ = Foreign.output("mkfifo", folder.resolve("slow").toString());
        var _ = output.send("open-read " + folder.resolve("slow"));
        var _ = holder.tell("try-open-read " + orders);
        assertThat(writer.tell("open-write " + folder.resolve("slow")).ask("write " + bytes + " 2"))
                .isEqualTo("wrote " + bytes);
        var _ = output.expectOk();
        var _ = writer.tell("close write");
        assertThat(writer.tell("open-write " + orders).ask("write 60000 1")).isEqualTo("wrote 60000");
    }

    @Test
    void withNoWaitASlowOutputGetsAllThatWasThere() throws Exception {
        try (Peer output = Peer.start();
                Peer holder = Peer.start();
                Peer writer = Peer.start()) {
            // given
            fill(60_000, output, holder, writer);

            // when
            try (Program reader = naru("fifo", "read", "--no-wait", "orders")
                    .under("sh", "-c", "exec \"$@\" > slow", "sh")
                    .in(folder)
                    .start()) {
                var _ = reader.awaitPolling();
                var _ = output.ask("read 60000");

                // then
                assertThat(output.ask("read 60000")).isEqualTo("read 60000 " + Payload.sha256(1, 60_000));
                var _ = reader.end().succeeded();
            }
        }
    }

    @Test
    void withNoWaitBytesThatAnotherTakesMeanwhileAreNotWaitedFor() throws Exception {
        try (Peer output = Peer.start();
                Peer holder = Peer.start();
                Peer writer = Peer.start()) {
            // given
            fill(65_536, output, holder, writer);
            try (Program reader = naru("fifo", "read", "--no-wait", "orders")
                    .under("sh", "-c", "exec \"$@\" > slow", "sh")
                    .in(folder)
                    .start()) {
                var _ = reader.awaitPolling();

                // when another reader is faster, and then there is room
                assertThat(holder.ask("read 60000")).isEqualTo("read 60000 " + Payload.sha256(1, 60_000));
                assertThat(output.ask("read 65536")).startsWith("read 65536 ");

                // then
                var _ = reader.end().succeeded();
            }
        }
    }

    @Test
    void noBytesAtAllNeedNoWriter() throws Exception {
        // when
        Result result = naru("fifo", "read", "--bytes", "0", orders.toString()).run();

        // then
        assertThat(result.succeeded().out()).isEmpty();
    }

    @Test
    void withNoWaitATimeIsForTheOutput() throws Exception {
        try (Peer output = Peer.start();
                Peer holder = Peer.start();
                Peer writer = Peer.start()) {
            // given
            fill(60_000, output, holder, writer);

            // when
            Result result = shell("naru fifo read --no-wait --timeout 10ms orders > slow")
                    .in(folder)
                    .run();

            // then
            assertThat(result.failed(75, "timed-out").err()).startsWith("naru: standard output: the time ran out");
        }
    }

    @Test
    void aSocketThatGoesOnLaterGetsAll() throws Exception {
        // given a taker that takes nothing until it is told to
        var _ = Files.writeString(folder.resolve("taker"), """
                use Socket; use Digest::SHA;
                socketpair(A, B, AF_UNIX, SOCK_STREAM, 0) or die;
                if (!fork) { open STDOUT, '>&', *A; close A; close B; exec @ARGV }
                close A; open G, '<', 'go' or die; <G>;
                print Digest::SHA->new(256)->addfile(*B)->hexdigest;
                """);
        var _ = Foreign.output("mkfifo", folder.resolve("go").toString());
        String[] line = {"perl", "taker"};
        try (Peer writer = Peer.start();
                Peer starter = Peer.start();
                Program taker =
                        naru("fifo", "read", "orders").under(line).in(folder).start()) {
            var _ = writer.tell("open-write " + orders).send("write " + SIZE + " 1");
            var _ = writer.awaitBlockedIn(ProcessState.Call.WRITE);

            // when
            var _ = starter.tell("open-write " + folder.resolve("go"));
            starter.kill();

            // then
            assertThat(writer.answer()).isEqualTo("wrote " + SIZE);
            writer.kill();
            assertThat(taker.end().succeeded().out()).isEqualTo(Payload.sha256(1, SIZE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "."})
    void whatIsNoFifoIsNotRead(String name) throws Exception {
        // given
        var _ = Files.writeString(file, "mine");

        // when
        Result result = naru("fifo", "read", name).in(folder).run();

        // then
        assertThat(result.failed(65, "not-a-fifo").err())
                .contains("fifo:" + name + ": it exists, but is not a FIFO", "'ls -ld PATH'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "write", "rm", "create"})
    void aDirectoryThatIsMissingIsNamed(String verb) throws Exception {
        // when
        Result result = naru("fifo", verb, "missing/orders").in(folder).run();

        // then
        assertThat(result.failed(65, "no-directory").err())
                .startsWith("naru: fifo:missing/orders: its directory does not exist");
    }

    @Test
    void aFifoThatIsMissingIsNotMade() throws Exception {
        // when
        Result result = naru("fifo", "read", "missing").in(folder).run();

        // then
        assertThat(result.failed(65, "no-fifo").err()).contains("naru fifo create");
        assertThat(folder.resolve("missing")).doesNotExist();
    }
}
