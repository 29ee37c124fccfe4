package dev.naru.channels;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Python;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames, with python3 as the far side, which makes and reads them with struct. */
@ExtendWith(NoLeaks.class)
class FrameTest {
    private static final int MOST = 1000;

    private Python python;
    private Connection connection;
    private FrameReceiver receiver;

    @BeforeEach
    void connect() throws Exception {
        python = Python.start();
        assertThat(python.ask("import struct")).isEqualTo("ok");
        try (Listener listener = Listener.listen(new Address.Tcp("127.0.0.1", 0))) {
            int port = ((Address.Tcp) listener.address()).port();
            assertThat(python.ask("s = socket.create_connection(('127.0.0.1', " + port + "))"))
                    .isEqualTo("ok");
            connection = listener.accept();
        }
        receiver = FrameReceiver.over(connection, MOST);
    }

    @AfterEach
    void close() throws Exception {
        receiver.close();
        python.close();
    }

    private void sends(String bytes) throws IOException {
        assertThat(python.ask("s.sendall(" + bytes + ")")).isEqualTo("None");
    }

    private Problem problem() {
        return catchThrowableOfType(ErrnoException.class, () -> receiver.receive())
                .problem();
    }

    @Test
    void theFarSideReadsWhatWeSend() throws Exception {
        // when
        FrameSender sender = FrameSender.over(connection, MOST);
        sender.send("hello".getBytes(US_ASCII));
        sender.send(new byte[0]);

        // then
        assertThat(python.ask("s.recv(13, socket.MSG_WAITALL)"))
                .isEqualTo("b'\\x00\\x00\\x00\\x05hello\\x00\\x00\\x00\\x00'");
    }

    @Test
    void aPeerThatSendsItsNextByteOnlyWhenTheLastWasSeen() throws Exception {
        // given
        byte[] frame = {0, 0, 0, 3, 'a', 'b', 'c'};

        // when
        for (byte each : frame) {
            assertThat(receiver.tryReceive()).isEmpty();
            sends("bytes([" + each + "])");
        }

        // then
        assertThat(receiver.receive()).asString(US_ASCII).isEqualTo("abc");
    }

    @Test
    void severalThatComeAtOnceAreReceivedOneByOne() throws Exception {
        // given
        sends("b''.join(struct.pack('>I', n) + bytes([n % 251]) * n for n in range(0, 1001))");

        // then
        ByteBuffer room = ByteBuffer.allocateDirect(MOST);
        for (int length = 0; length <= MOST; length++) {
            assertThat(receiver.receive(room.clear())).isEqualTo(length);
            assertThat(room.position()).isEqualTo(length);
            assertThat(length == 0 || room.get(length - 1) == (byte) (length % 251))
                    .isTrue();
        }
    }

    @Test
    void oneThatIsLongerThanTheBufferStays() throws Exception {
        // given
        sends("struct.pack('>I', 5) + b'hello'");

        // then
        assertThatThrownBy(() -> receiver.receive(ByteBuffer.allocate(4))).isInstanceOf(BufferOverflowException.class);
        assertThat(receiver.receive()).asString(US_ASCII).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(ints = {MOST + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void aLengthOverTheLimitOrBelowZeroIsRefusedForGood(int length) throws Exception {
        // given one that is right before it
        sends("struct.pack('>Ii', 0, " + length + ")");

        // then
        assertThat(receiver.receive()).isEmpty();
        assertThat(problem()).isEqualTo(Problem.FRAME_TOO_LONG);
        sends("struct.pack('>I', 0)");
        assertThatThrownBy(() -> receiver.receive())
                .hasMessageContainingAll(length + " bytes", MOST + " bytes", connection.toString());
    }

    @Test
    void garbageIsNoFrame() throws Exception {
        sends("b'GET / HTTP/1.1\\r\\n\\r\\n'");
        assertThat(problem()).isEqualTo(Problem.FRAME_TOO_LONG);
    }

    @Test
    void theEndAfterAMessageIsTheEnd() throws Exception {
        // given
        sends("struct.pack('>I', 1) + b'x'");
        assertThat(python.ask("s.shutdown(socket.SHUT_WR)")).isEqualTo("None");

        // then
        assertThat(receiver.receive()).hasSize(1);
        assertThat(problem()).isEqualTo(Problem.ENDED);
        assertThat(receiver.receive(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"b'\\x00\\x00'", "struct.pack('>I', 9)", "struct.pack('>I', 9) + b'partial'"})
    void aPeerThatIsKilledInTheMiddleOfAMessageCutsItOff(String part) throws Exception {
        // given
        sends(part);

        // when
        python.kill();

        // then
        assertThat(problem()).isEqualTo(Problem.FRAME_CUT_OFF);
        assertThat(problem()).isEqualTo(Problem.FRAME_CUT_OFF);
    }

    @Test
    void aPeerThatResetsBreaksIt() throws Exception {
        // given
        sends("struct.pack('>I', 9) + b'par'");
        assertThat(receiver.tryReceive()).isEmpty();

        // when
        assertThat(python.ask("s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))"))
                .isEqualTo("None");
        assertThat(python.ask("s.close()")).isEqualTo("None");

        // then
        assertThat(problem()).isEqualTo(Problem.CONNECTION_RESET);
    }

    @Test
    void aPeerThatStopsReadingLosesNothing() throws Exception {
        // given a sender that does not wait
        FrameSender sender = FrameSender.over(connection, MOST);
        int sent = 0;
        byte[] message = new byte[MOST];
        while (sender.trySend(ByteBuffer.wrap(message))) {
            sent++;
        }

        // when
        String length = python.tell(
                        "sum(len(s.recv(" + (MOST + 4) + ", socket.MSG_WAITALL)) for _ in range(" + sent + "))")
                .answerAfter(sender::flush);

        // then
        assertThat(length).isEqualTo(Integer.toString(sent * (MOST + 4)));
    }

    @Test
    void whatHadNotGoneWhenItWasClosedIsSaid() throws Exception {
        // given
        FrameSender sender = FrameSender.over(connection, MOST);
        while (sender.trySend(ByteBuffer.allocate(MOST))) {}

        // then
        assertThatThrownBy(sender::close).isInstanceOf(IOException.class).hasMessageContaining("flush()");
        sender.close();
    }

    @Test
    void anyBytesAreFramesOrRefused() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            AnonymousPipe pipe = AnonymousPipe.create();
            byte[] garbage = new byte[random.nextInt(64)];
            random.nextBytes(garbage);
            for (int i = 0; i < garbage.length; i++) {
                garbage[i] = random.nextInt(3) == 0 ? garbage[i] : 0;
            }
            try (PipeReader reader = pipe.reader()) {
                int _ = pipe.writer().write(ByteBuffer.wrap(garbage));
                pipe.writer().close();
                assertThat(received(FrameReceiver.over(reader, MOST)))
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(expected(garbage));
            }
        }
    }

    /** The lengths of the messages, and what ended them. */
    private static List<Object> received(FrameReceiver frames) throws Exception {
        List<Object> all = new ArrayList<>();
        while (true) {
            try {
                all.add(frames.receive().length);
            } catch (ErrnoException end) {
                all.add(end.problem());
                return all;
            }
        }
    }

    private static List<Object> expected(byte[] bytes) {
        List<Object> all = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (buffer.remaining() < 4) {
                all.add(Problem.FRAME_CUT_OFF);
                return all;
            }
            int length = buffer.getInt();
            if (length < 0 || length > MOST) {
                all.add(Problem.FRAME_TOO_LONG);
                return all;
            }
            if (length > buffer.remaining()) {
                all.add(Problem.FRAME_CUT_OFF);
                return all;
            }
            all.add(length);
            buffer.position(buffer.position() + length);
        }
        all.add(Problem.ENDED);
        return all;
    }
}
