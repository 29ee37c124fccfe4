package dev.naru.channels;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.Sockets;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.OpenDescriptors;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.Python;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Descriptors and credentials, with python3 on the far side. */
@ExtendWith(NoLeaks.class)
class PassTest {
    @TempDir
    private Path folder;

    private Python python;

    @BeforeEach
    void start() throws Exception {
        python = Python.start();
    }

    @AfterEach
    void close() throws Exception {
        python.close();
    }

    private Address socket(Sockets.Kind kind) {
        return new Address.UnixFile(folder.resolve("s"), kind);
    }

    private void connects(String type) throws Exception {
        assertThat(python.ask("s = socket.socket(socket.AF_UNIX, socket." + type + ")"))
                .isEqualTo("ok");
        assertThat(python.ask("s.connect('" + folder.resolve("s") + "')")).isEqualTo("None");
    }

    private Connection stream() throws Exception {
        try (Listener listener = Listener.listen(socket(Sockets.Kind.STREAM))) {
            connects("SOCK_STREAM");
            return listener.accept();
        }
    }

    private void gets(int count) throws Exception {
        assertThat(python.ask("fds = socket.recv_fds(s, 100, 9)[1]")).isEqualTo("ok");
        assertThat(python.ask("len(fds)")).isEqualTo(Integer.toString(count));
    }

    @Test
    void aFileGoesThere() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "what is in it");
        try (Connection connection = stream();
                Descriptor opened = Descriptor.open(file, Descriptor.Access.READ)) {
            // when
            connection.pass(ByteBuffer.wrap("a file".getBytes(US_ASCII)), Passable.of(opened));

            // then
            gets(1);
            assertThat(python.ask("os.read(fds[0], 4)")).isEqualTo("b'what'");
        }
    }

    @Test
    void anEndOfAPipeGoesThereAndWaitsAsItsReaderExpects() throws Exception {
        try (Connection connection = stream();
                AnonymousPipe pipe = AnonymousPipe.create()) {
            // when
            connection.pass(ByteBuffer.allocate(1), pipe.reader());
            pipe.reader().close();

            // then
            gets(1);
            assertThat(python.ask("os.get_blocking(fds[0])")).isEqualTo("True");
            int _ = pipe.writer().write(ByteBuffer.wrap("through it".getBytes(US_ASCII)));
            assertThat(python.ask("os.read(fds[0], 99)")).isEqualTo("b'through it'");
        }
    }

    @Test
    void aConnectionGoesThereAndGoesOn() throws Exception {
        try (Connection connection = stream();
                Listener listener = Listener.listen(new Address.Tcp("127.0.0.1", 0));
                Connection client = Connection.connect(listener.address())) {
            // when
            try (Connection served = listener.accept()) {
                connection.pass(ByteBuffer.allocate(1), served);
            }

            // then
            gets(1);
            assertThat(python.ask("c = socket.socket(fileno=fds[0])")).isEqualTo("ok");
            assertThat(python.ask("c.getblocking()")).isEqualTo("True");
            int _ = client.write(ByteBuffer.wrap("hello".getBytes(US_ASCII)));
            assertThat(python.ask("c.recv(99)")).isEqualTo("b'hello'");
            assertThat(python.ask("c.send(b'bye')")).isEqualTo("3");
            ByteBuffer answer = ByteBuffer.allocate(9);
            assertThat(client.read(answer)).isEqualTo(3);
        }
    }

    @Test
    void pipesFilesAndSocketsComeFromThere() throws Exception {
        try (Connection connection = stream()) {
            // given
            assertThat(python.ask("r, w = os.pipe()")).isEqualTo("ok");
            assertThat(python.ask("a, b = socket.socketpair()")).isEqualTo("ok");

            // when
            assertThat(python.ask("socket.send_fds(s, [b'three'], [r, w, a.fileno()])"))
                    .isEqualTo("5");
            ByteBuffer bytes = ByteBuffer.allocate(9);
            List<Descriptor> got = connection.receive(bytes).orElseThrow();

            // then
            assertThat(bytes.position()).isEqualTo(5);
            try (InputChannel reader = Endpoints.reader(got.get(0));
                    OutputChannel writer = Endpoints.writer(got.get(1));
                    Connection other = Connection.of(got.get(2))) {
                assertThat(python.ask("os.write(w, b'from there')")).isEqualTo("10");
                assertThat(reader.read(ByteBuffer.allocate(99))).isEqualTo(10);
                int _ = writer.write(ByteBuffer.wrap("from here".getBytes(US_ASCII)));
                assertThat(python.ask("os.read(r, 99)")).isEqualTo("b'from here'");
                int _ = other.write(ByteBuffer.wrap("over it".getBytes(US_ASCII)));
                assertThat(python.ask("b.recv(99)")).isEqualTo("b'over it'");
            }
        }
    }

    @Test
    void theWrongEndIsRefused() throws Exception {
        try (Connection connection = stream()) {
            assertThat(python.ask("r, w = os.pipe()")).isEqualTo("ok");
            assertThat(python.ask("socket.send_fds(s, [b'x'], [r])")).isEqualTo("1");
            try (Descriptor reading =
                    connection.receive(ByteBuffer.allocate(1)).orElseThrow().getFirst()) {
                assertThatThrownBy(() -> Endpoints.writer(reading)).isInstanceOf(ErrnoException.class);
            }
        }
    }

    /** NoLeaks looks at what is open afterwards; here it is looked at while the connection lives. */
    @Test
    void whatIsReadWithoutBeingTakenIsClosed() throws Exception {
        try (Connection connection = stream()) {
            List<String> before = OpenDescriptors.now();

            // when
            assertThat(python.ask("socket.send_fds(s, [b'dropped'], [0, 1, 2])"))
                    .isEqualTo("7");
            assertThat(connection.read(ByteBuffer.allocate(99))).isEqualTo(7);

            // then
            assertThat(OpenDescriptors.now()).isEqualTo(before);
        }
    }

    @Test
    void whatIsReceivedAsAMessageWithoutBeingTakenIsClosed() throws Exception {
        try (MessageListener listener = MessageListener.listen(socket(Sockets.Kind.SEQPACKET))) {
            connects("SOCK_SEQPACKET");
            try (MessageConnection connection = listener.accept()) {
                List<String> before = OpenDescriptors.now();

                // when
                for (int i = 0; i < 4; i++) {
                    assertThat(python.ask("socket.send_fds(s, [b'dropped'], [0, 1, 2])"))
                            .isEqualTo("7");
                }
                assertThat(connection.receive()).hasSize(7);
                assertThat(connection.tryReceive()).isPresent();
                assertThat(connection.receive(ByteBuffer.allocateDirect(7))).isEqualTo(7);
                connection.receiveMessage().close();

                // then
                assertThat(OpenDescriptors.now()).isEqualTo(before);
            }
        }
    }

    /** Of a process that may open no more, the messages still come, and what came with them is not kept by anybody. */
    @Test
    void whatTheProcessMayNotHaveIsSaid() throws Exception {
        try (Connection connection = stream()) {
            assertThat(python.ask("socket.send_fds(s, [b'x'], [0] * 253)")).isEqualTo("1");
            List<String> before = OpenDescriptors.now();
            int limit = before.size() + 40;
            String former = prlimit(Integer.toString(limit));
            try {
                assertThatThrownBy(() -> connection.receive(ByteBuffer.allocate(1)))
                        .isInstanceOfSatisfying(
                                ErrnoException.class,
                                refused -> assertThat(refused.problem()).isEqualTo(Problem.TOO_MANY_DESCRIPTORS));
            } finally {
                String _ = prlimit(former);
            }
            assertThat(OpenDescriptors.now()).isEqualTo(before);
        }
    }

    /** Sets the soft limit of open files of this process, and answers what it was. */
    private static String prlimit(String soft) throws Exception {
        String pid = Long.toString(ProcessHandle.current().pid());
        Process ask =
                new ProcessBuilder("prlimit", "--pid", pid, "--nofile", "--noheadings", "--output", "SOFT").start();
        String former = new String(ask.getInputStream().readAllBytes(), US_ASCII).strip();
        assertThat(ask.waitFor()).isZero();
        assertThat(new ProcessBuilder("prlimit", "--pid", pid, "--nofile=" + soft + ":")
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        return former;
    }

    @Test
    void nothingGoesWithoutAByteNorOverTcp() throws Exception {
        try (AnonymousPipe pipe = AnonymousPipe.create();
                Connection connection = stream();
                Listener listener = Listener.listen(new Address.Tcp("127.0.0.1", 0));
                Connection client = Connection.connect(listener.address());
                Connection served = listener.accept()) {
            assertThatThrownBy(() -> connection.pass(ByteBuffer.allocate(0), pipe.reader()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.pass(ByteBuffer.allocate(1), pipe.reader()))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.UNSUPPORTED));
            assertThat(served.tryRead(ByteBuffer.allocate(1))).isZero();
            assertThatThrownBy(served::credentials).isInstanceOf(ErrnoException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SEQPACKET", "DATAGRAM"})
    void whoSentAMessageIsKnown(Sockets.Kind kind) throws Exception {
        try (DatagramPort port = kind == Sockets.Kind.DATAGRAM ? DatagramPort.bind(socket(kind)) : null;
                MessageListener listener = port == null ? MessageListener.listen(socket(kind)) : null) {
            connects(port == null ? "SOCK_SEQPACKET" : "SOCK_DGRAM");
            assertThat(python.ask("s.send(b'me')")).isEqualTo("2");
            try (MessageConnection connection = listener == null ? null : listener.accept();
                    Received received = port == null ? connection.receiveMessage() : port.receiveMessage()) {
                assertThat(received.bytes()).asString(US_ASCII).isEqualTo("me");
                assertThat(received.sender()).contains(new Sockets.Credentials((int) python.pid(), 0, 0));
            }
        }
    }

    @Test
    void anotherUserIsKnown() throws Exception {
        open(folder);
        ListenOptions everybody = ListenOptions.usual().withMode(0666);
        try (Listener listener = Listener.listen(socket(Sockets.Kind.STREAM), everybody);
                Peer nobody = Peer.startAsNobody()) {
            nobody.tell("connect " + folder.resolve("s"));
            try (Connection connection = listener.accept()) {
                assertThat(connection.credentials())
                        .isEqualTo(new Sockets.Credentials((int) nobody.pid(), 65534, 65534));
            }
        }
    }

    @Test
    void whoMayNotWriteTheFileMayNotConnect() throws Exception {
        open(folder);
        try (Listener listener = Listener.listen(socket(Sockets.Kind.STREAM));
                Peer nobody = Peer.startAsNobody()) {
            assertThat(nobody.ask("connect " + folder.resolve("s"))).isEqualTo("error EACCES");
            assertThat(listener.tryAccept()).isEmpty();
        }
    }

    private static void open(Path folder) throws Exception {
        var _ = Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void aDatagramIsAnswered() throws Exception {
        try (DatagramPort port = DatagramPort.bind(socket(Sockets.Kind.DATAGRAM))) {
            assertThat(python.ask("s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"))
                    .isEqualTo("ok");
            assertThat(python.ask("s.bind('" + folder.resolve("client") + "')")).isEqualTo("None");
            assertThat(python.ask("s.sendto(b'question', '" + folder.resolve("s") + "')"))
                    .isEqualTo("8");
            try (Received question = port.receiveMessage()) {
                Address from = question.from().orElseThrow();
                assertThat(from).hasToString("unix:" + folder.resolve("client") + "?type=dgram");
                port.send(ByteBuffer.wrap("answer".getBytes(US_ASCII)), from);
            }
            assertThat(python.ask("s.recv(99)")).isEqualTo("b'answer'");
            assertThat(port.receiveMessage(Duration.ZERO)).isEqualTo(Optional.empty());
        }
    }

    /** Whatever a sender calls himself, his message comes, and what it brought is the receiver's to close. */
    @Test
    void aSenderWithAnEmptyAbstractNameHurtsNobody() throws Exception {
        try (DatagramPort port = DatagramPort.bind(socket(Sockets.Kind.DATAGRAM))) {
            List<String> before = OpenDescriptors.now();
            assertThat(python.ask("s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"))
                    .isEqualTo("ok");
            assertThat(python.ask("s.bind(b'\\0')")).isEqualTo("None");
            assertThat(python.ask("s.connect('" + folder.resolve("s") + "')")).isEqualTo("None");
            assertThat(python.ask("socket.send_fds(s, [b'x'], [0, 1, 2])")).isEqualTo("1");
            try (Received received = port.receiveMessage()) {
                assertThat(received.descriptors()).hasSize(3);
                assertThat(received.from()).isEmpty();
            }
            assertThat(OpenDescriptors.now()).isEqualTo(before);
        }
    }

    @Test
    void whoGreetsAtOnceIsKnownOrNotNamed() throws Exception {
        assertThat(python.ask("l = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)"))
                .isEqualTo("ok");
        assertThat(python.ask("l.bind('" + folder.resolve("s") + "')")).isEqualTo("None");
        assertThat(python.ask("l.listen()")).isEqualTo("None");
        for (int i = 0; i < 50; i++) {
            python.tell("l.accept()[0].send(b'hello')");
            try (MessageConnection connection = MessageConnection.connect(socket(Sockets.Kind.SEQPACKET));
                    Received received = connection.receiveMessage()) {
                assertThat(received.sender()).contains(new Sockets.Credentials((int) python.pid(), 0, 0));
            }
            assertThat(python.answer()).isEqualTo("5");
        }
    }

    @Test
    void aFullBufferIsNotTheEnd() throws Exception {
        try (Connection connection = stream()) {
            assertThat(python.ask("s.send(b'x')")).isEqualTo("1");
            assertThat(connection.receive(ByteBuffer.allocate(0))).contains(List.of());
            assertThat(connection.receive(ByteBuffer.allocate(1))).contains(List.of());
        }
    }
}
