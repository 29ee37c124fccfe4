package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.contract.ByteChannelFixture;
import dev.naru.channels.contract.ByteChannelFixture.Inbound;
import dev.naru.channels.contract.ByteChannelFixture.Outbound;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The process on the other side dies (kill -9) at any moment. Run it again with what it printed:
 * {@code -Dnaru.test.seed=…}; {@code -Dnaru.test.rounds=…} makes it longer.
 */
@ExtendWith(NoLeaks.class)
@Timeout(300) // a guard against hangs, for many rounds
class PeerCrashTest {
    private static final long SEED = Long.getLong("naru.test.seed", System.nanoTime());
    private static final int ROUNDS = Integer.getInteger("naru.test.rounds", 50);
    private static final int RECORD = Long.BYTES;

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);

    /** Both are pipes to the kernel, and both must survive. */
    enum Kind {
        PIPE,
        FIFO,
        DUPLEX;

        ByteChannelFixture fixture() {
            return switch (this) {
                case PIPE -> new AnonymousPipeFixture();
                case FIFO -> new FifoFixture();
                case DUPLEX -> new DuplexPipeFixture();
            };
        }
    }

    @BeforeAll
    @SuppressWarnings("SystemOut") // with it the test can be run again
    static void printSeed() {
        System.out.println("PeerCrashTest: -Dnaru.test.seed=" + SEED);
    }

    private ThreadKind anyKind() {
        return random.nextBoolean() ? ThreadKind.PLATFORM : ThreadKind.VIRTUAL;
    }

    /** Reads numbers to the end, which must be 1, 2, 3 … with none missing and none torn. */
    private static long readNumbers(Inbound in, AtomicLong seen) throws Exception {
        ByteBuffer numbers = ByteBuffer.allocate(RECORD * 509);
        while (in.channel().read(numbers) >= 0) {
            numbers.flip();
            while (numbers.remaining() >= RECORD) {
                assertThat(numbers.getLong()).isEqualTo(seen.get() + 1);
                seen.incrementAndGet();
            }
            numbers.compact();
        }
        assertThat(numbers.position()).as("bytes of a torn record").isZero();
        return seen.get();
    }

    @ParameterizedTest
    @EnumSource
    void whatAWriterHadWrittenWhenItWasKilledArrivesAndThenTheEnd(Kind kind) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (ByteChannelFixture fixture = kind.fixture()) {
                // given a peer that writes numbers, and notes in a file each that has gone
                var in = fixture.inbound();
                Path noted = folder.resolve("noted-" + round);
                AtomicLong seen = new AtomicLong();
                var read = Task.start(anyKind(), () -> readNumbers(in, seen));
                in.peer().send("count " + noted);
                int moment = random.nextInt(3000);
                Await.until("so many have come", () -> read.isDone() || seen.get() >= moment);

                // when
                in.peer().kill();

                // then
                long last = read.result();
                String note = Files.exists(noted) ? Files.readString(noted) : "";
                assertThat(last)
                        .as("round %s", round)
                        .isGreaterThanOrEqualTo(note.isEmpty() ? 0 : Long.parseLong(note));
            }
        }
    }

    private static long writeNumbers(Outbound out, AtomicLong written) throws Exception {
        ByteBuffer number = ByteBuffer.allocateDirect(RECORD);
        while (true) {
            assertThat(out.channel().write(number.clear().putLong(0, written.get() + 1)))
                    .isEqualTo(RECORD);
            written.incrementAndGet();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriterWhoseReaderIsKilledIsToldSo(Kind kind) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (ByteChannelFixture fixture = kind.fixture()) {
                // given a peer that reads so many numbers
                var out = fixture.outbound();
                AtomicLong written = new AtomicLong();
                var write = Task.start(anyKind(), () -> writeNumbers(out, written));
                int answered = 1 + random.nextInt(20_000);
                assertThat(out.peer().ask("read " + answered * RECORD)).startsWith("read " + answered * RECORD);
                out.peer().send("read-to-end");
                for (int i = random.nextInt(20_000); i > 0; i--) {
                    Thread.onSpinWait();
                }

                // when
                out.peer().kill();

                // then
                assertThat(write.failure())
                        .as("round %s", round)
                        .isInstanceOfSatisfying(
                                ErrnoException.class,
                                gone -> assertThat(gone.problem()).isEqualTo(Problem.READER_GONE));
                assertThat(written.get()).isGreaterThanOrEqualTo(answered);
            }
        }
    }

    @Test
    void whenTheReaderOfAFifoIsKilledTheNextGoesOnWhereItStopped() throws Exception {
        Fifo fifo = Fifo.create(folder.resolve("orders"));
        Peer first = Peer.start().send("open-read " + fifo.path());
        try (PipeWriter writer = fifo.openWriter()) {
            first.expectOk();
            Outbound out = new Outbound(writer, first, List.of());
            AtomicLong written = new AtomicLong();
            long read = 0;
            for (int round = 0; round < ROUNDS; round++) {
                // given a writer that goes on until it is told that the reader is gone
                Peer reader = round == 0 ? first : Peer.start().tell("open-read " + fifo.path());
                var write = Task.start(anyKind(), () -> writeNumbers(out, written));
                try (reader) {
                    int count = 1 + random.nextInt(5000);
                    String answer = reader.ask("read " + count * RECORD);

                    // then it has the next numbers, the first of them never read before
                    assertThat(answer).as("round %s", round).isEqualTo(digestOf(read + 1, count));
                    read += count;
                    reader.kill();
                }
                assertThat(write.failure()).isInstanceOf(ErrnoException.class);
            }
        }
    }

    private static String digestOf(long first, int count) {
        ByteBuffer numbers = ByteBuffer.allocate(count * RECORD);
        for (long number = first; numbers.hasRemaining(); number++) {
            numbers.putLong(number);
        }
        return "read " + count * RECORD + " " + Payload.sha256(numbers.array());
    }
}
