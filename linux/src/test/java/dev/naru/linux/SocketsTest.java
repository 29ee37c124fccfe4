package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Python;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The steps of the classic model, with python3 on the far side. */
@ExtendWith(NoLeaks.class)
class SocketsTest {
    @TempDir
    Path folder;

    private final Arena arena = Arena.ofAuto();

    private static void assertRefused(Problem problem, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(problem));
    }

    private static Descriptor await(Descriptor socket, Poller.Interest interest) throws Exception {
        assertThat(socket.enter()).isTrue();
        try {
            assertThat(Poller.await(socket, interest, Poller.NEVER)).isEqualTo(Poller.Outcome.READY);
        } finally {
            socket.leave();
        }
        return socket;
    }

    private static Descriptor accepted(Descriptor server) throws Exception {
        int number = Sockets.accept(await(server, Poller.Interest.READABLE));
        assertThat(number).isGreaterThanOrEqualTo(0);
        return Descriptor.adopt(number);
    }

    private static Descriptor connected(SocketName name, Sockets.Kind kind) throws Exception {
        Descriptor socket = Sockets.create(name, kind);
        int answer = Sockets.connect(socket, name);
        if (answer == -Errno.EINPROGRESS.number()) {
            var _ = await(socket, Poller.Interest.WRITABLE);
            answer = -Sockets.pendingError(socket, name.toString());
        }
        assertThat(answer).isZero();
        return socket;
    }

    private void write(Descriptor socket, String text) {
        MemorySegment bytes = arena.allocateFrom(text, StandardCharsets.UTF_8);
        assertThat(socket.write(bytes, bytes.byteSize() - 1)).isEqualTo(bytes.byteSize() - 1);
    }

    private String read(Descriptor socket) throws Exception {
        MemorySegment bytes = arena.allocate(100);
        long count = await(socket, Poller.Interest.READABLE).read(bytes, 100);
        return new String(bytes.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** A name, how python says its family and it, and a kind. */
    record Far(SocketName name, String family, String python, Sockets.Kind kind) {
        String type() {
            return switch (kind) {
                case STREAM -> "socket.SOCK_STREAM";
                case SEQPACKET -> "socket.SOCK_SEQPACKET";
                case DATAGRAM -> "socket.SOCK_DGRAM";
            };
        }
    }

    private static SocketName internet(String host, int port) throws Exception {
        return new SocketName.Internet(new InetSocketAddress(InetAddress.getByName(host), port));
    }

    private static Stream<Far> streams() throws Exception {
        String abstractName = "naru-" + ProcessHandle.current().pid() + "-sockets";
        return Stream.of(
                new Far(internet("127.0.0.1", 0), "AF_INET", "", Sockets.Kind.STREAM),
                new Far(internet("::1", 0), "AF_INET6", "", Sockets.Kind.STREAM),
                new Far(new SocketName.UnixFile(Path.of("")), "AF_UNIX", "", Sockets.Kind.STREAM),
                new Far(new SocketName.UnixFile(Path.of("")), "AF_UNIX", "", Sockets.Kind.SEQPACKET),
                new Far(
                        new SocketName.UnixAbstract(abstractName),
                        "AF_UNIX",
                        "'\\0" + abstractName + "'",
                        Sockets.Kind.STREAM));
    }

    private SocketName placed(Far far) {
        return far.name instanceof SocketName.UnixFile ? new SocketName.UnixFile(folder.resolve("s")) : far.name;
    }

    private static String python(SocketName name) {
        return switch (name) {
            case SocketName.UnixFile(Path path) -> "'" + path + "'";
            case SocketName.UnixAbstract(String text) -> "'\\0" + text + "'";
            case SocketName.UnixUnnamed _ -> "''";
            case SocketName.Internet(InetSocketAddress address) ->
                "('" + address.getAddress().getHostAddress() + "', " + address.getPort() + ")";
        };
    }

    @ParameterizedTest
    @MethodSource("streams")
    void aServerBindsListensAndAccepts(Far far) throws Exception {
        SocketName name = placed(far);
        try (Descriptor server = Sockets.create(name, far.kind);
                Python python = Python.start()) {
            // given
            Sockets.bind(server, name);
            Sockets.listen(server, 5, name.toString());
            SocketName bound = Sockets.name(server, "server");
            assertThat(bound.getClass()).isEqualTo(name.getClass());

            // when
            assertThat(python.ask("s = socket.socket(socket." + far.family + ", " + far.type() + ")"))
                    .isEqualTo("ok");
            assertThat(python.ask("s.connect(" + python(bound) + ")")).isEqualTo("None");
            try (Descriptor connection = accepted(server)) {
                // then
                write(connection, "hello");
                assertThat(python.ask("s.recv(100)")).isEqualTo("b'hello'");
                assertThat(python.ask("s.send(b'bye')")).isEqualTo("3");
                assertThat(read(connection)).isEqualTo("bye");
                if (name instanceof SocketName.Internet(InetSocketAddress address)) {
                    int port = Integer.parseInt(python.ask("s.getsockname()[1]"));
                    assertThat(Sockets.peer(connection, "peer"))
                            .isEqualTo(new SocketName.Internet(new InetSocketAddress(address.getAddress(), port)));
                } else {
                    assertThat(Sockets.peer(connection, "peer")).isEqualTo(new SocketName.UnixUnnamed());
                    assertThat(Sockets.credentials(connection, "peer"))
                            .isEqualTo(new Sockets.Credentials((int) python.pid(), 0, 0));
                }

                // and a half is closed
                Sockets.shutdownOutput(connection, "peer");
                assertThat(python.ask("s.recv(100)")).isEqualTo("b''");
                assertThat(python.ask("s.send(b'late')")).isEqualTo("4");
                assertThat(read(connection)).isEqualTo("late");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void aClientConnects(Far far) throws Exception {
        SocketName name = placed(far);
        try (Python python = Python.start()) {
            // given
            assertThat(python.ask("l = socket.socket(socket." + far.family + ", " + far.type() + ")"))
                    .isEqualTo("ok");
            assertThat(python.ask("l.bind(" + python(name) + ")")).isEqualTo("None");
            assertThat(python.ask("l.listen()")).isEqualTo("None");
            SocketName there = name instanceof SocketName.Internet(InetSocketAddress address)
                    ? internet(
                            address.getAddress().getHostAddress(), Integer.parseInt(python.ask("l.getsockname()[1]")))
                    : name;

            // when
            try (Descriptor socket = connected(there, far.kind)) {
                assertThat(python.ask("c = l.accept()[0]")).isEqualTo("ok");

                // then
                write(socket, "hello");
                assertThat(python.ask("c.recv(100)")).isEqualTo("b'hello'");
                assertThat(Sockets.peer(socket, "peer")).isEqualTo(there);
            }
            assertThat(python.ask("c.recv(100)")).isEqualTo("b''");
        }
    }

    @Test
    void descriptorsGoWithBytesToPythonAndBack() throws Exception {
        SocketName name = new SocketName.UnixFile(folder.resolve("s"));
        Path file = Files.writeString(folder.resolve("file"), "what is in it");
        try (Descriptor server = Sockets.create(name, Sockets.Kind.STREAM);
                Python python = Python.start()) {
            Sockets.bind(server, name);
            Sockets.listen(server, 1, name.toString());
            assertThat(python.ask("s = socket.socket(socket.AF_UNIX)")).isEqualTo("ok");
            assertThat(python.ask("s.connect(" + python(name) + ")")).isEqualTo("None");
            SocketMessage message = SocketMessage.create();
            MemorySegment bytes = arena.allocate(10);
            try (Descriptor connection = accepted(server);
                    Descriptor opened = Descriptor.open(file, Descriptor.Access.READ)) {
                // when
                assertThat(message.send(connection, bytes, 0, 1, null, List.of(opened, opened)))
                        .isEqualTo(1);

                // then
                assertThat(python.ask("fds = socket.recv_fds(s, 10, 9)[1]")).isEqualTo("ok");
                assertThat(python.ask("[os.pread(fd, 4, 5) for fd in fds]")).isEqualTo("[b'is i', b'is i']");

                // when
                assertThat(python.ask("socket.send_fds(s, [b'xyz'], [os.memfd_create('m'), fds[0]])"))
                        .isEqualTo("3");
                assertThat(message.receive(await(connection, Poller.Interest.READABLE), bytes, 0, 10, false))
                        .isEqualTo(3);

                // then
                List<Descriptor> got = message.takeDescriptors();
                assertThat(got).hasSize(2);
                assertThat(message.takeDescriptors()).isEmpty();
                assertThat(got.get(1).status()).isEqualTo(opened.status());
                assertThat(got.get(0).status().type()).isEqualTo(FileStatus.Type.REGULAR);
                got.forEach(Descriptor::close);

                // and what nobody takes is closed: NoLeaks looks
                assertThat(python.ask("socket.send_fds(s, [b'x'], fds)")).isEqualTo("1");
                assertThat(message.receive(await(connection, Poller.Interest.READABLE), bytes, 0, 10, false))
                        .isEqualTo(1);
                message.dropDescriptors();
            }
        }
    }

    @Test
    void datagramsAreWholeAndSayWhereTheyComeFrom() throws Exception {
        SocketName name = new SocketName.UnixFile(folder.resolve("here"));
        Path there = folder.resolve("there");
        try (Descriptor socket = Sockets.create(name, Sockets.Kind.DATAGRAM);
                Python python = Python.start()) {
            Sockets.bind(socket, name);
            assertThat(python.ask("s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"))
                    .isEqualTo("ok");
            assertThat(python.ask("s.bind('" + there + "')")).isEqualTo("None");

            // when
            assertThat(python.ask("s.sendto(b'0123456789', " + python(name) + ")"))
                    .isEqualTo("10");
            SocketMessage message = SocketMessage.create();
            MemorySegment bytes = arena.allocate(100);

            // then
            assertThat(message.receive(await(socket, Poller.Interest.READABLE), bytes, 0, 4, true))
                    .isEqualTo(4);
            assertThat(message.isTruncated()).isTrue();
            assertThat(message.from()).isEqualTo(new SocketName.UnixFile(there));
            assertThat(message.receive(socket, bytes, 0, 4, true)).isEqualTo(-Errno.EAGAIN.number());

            // and
            assertThat(message.send(socket, bytes, 0, 4, message.from(), List.of()))
                    .isEqualTo(4);
            assertThat(python.ask("s.recv(100)")).isEqualTo("b'0123'");
        }
    }

    @Test
    void credentialsAreThoseOfWhoConnected() throws Exception {
        SocketName name = new SocketName.UnixFile(folder.resolve("s"));
        try (Descriptor server = Sockets.create(name, Sockets.Kind.STREAM)) {
            // given
            Sockets.bind(server, name);
            Sockets.listen(server, 1, name.toString());
            var _ = Foreign.output("chmod", "-R", "a+rwX", folder.toString());
            Process nobody = new ProcessBuilder(JavaProgram.asNobody(List.of(
                            "perl",
                            "-MSocket",
                            "-e",
                            "socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un($ARGV[0])) or die $!; <S>",
                            folder.resolve("s").toString())))
                    .inheritIO()
                    .start();
            try (Descriptor connection = accepted(server)) {
                // then
                assertThat(Sockets.credentials(connection, "peer"))
                        .isEqualTo(new Sockets.Credentials((int) nobody.pid(), 65534, 65534));
            } finally {
                int _ = nobody.destroyForcibly().waitFor();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, tcp:127.0.0.1:7",
        "::1, tcp:[::1]:7",
        "::, tcp:[::]:7",
        "2001:db8:0:0:1:0:0:1, tcp:[2001:db8::1:0:0:1]:7",
        "1:2:3:4:5:6:7:8, tcp:[1:2:3:4:5:6:7:8]:7",
        "1:0:2:3:4:5:6:0, tcp:[1:0:2:3:4:5:6:0]:7",
        "fe80::, tcp:[fe80::]:7"
    })
    void anAddressIsWrittenAsPeopleWriteIt(String host, String text) throws Exception {
        assertThat(internet(host, 7)).hasToString(text);
    }

    @Test
    void whatTheKernelRefusesIsToldByItsName() throws Exception {
        SocketName name = new SocketName.UnixFile(folder.resolve("s"));
        try (Descriptor server = Sockets.create(name, Sockets.Kind.STREAM);
                Descriptor other = Sockets.create(name, Sockets.Kind.STREAM)) {
            Sockets.bind(server, name);

            assertRefused(Problem.ADDRESS_IN_USE, () -> Sockets.bind(other, name));
            assertThat(Sockets.connect(other, name)).isEqualTo(-Errno.ECONNREFUSED.number());
            assertThat(Sockets.connect(other, new SocketName.UnixFile(folder.resolve("none"))))
                    .isEqualTo(-Errno.ENOENT.number());
            assertRefused(Problem.NOT_CONNECTED, () -> Sockets.peer(other, "other"));
            assertRefused(
                    Problem.SOCKET_NAME_TOO_LONG,
                    () -> Sockets.bind(other, new SocketName.UnixFile(folder.resolve("x".repeat(108)))));
            assertRefused(
                    Problem.SOCKET_NAME_TOO_LONG,
                    () -> Sockets.bind(other, new SocketName.UnixAbstract("x".repeat(108))));
        }
        try (Descriptor socket = Sockets.create(internet("127.0.0.1", 0), Sockets.Kind.STREAM)) {
            assertRefused(Problem.NOT_AN_ADDRESS_HERE, () -> Sockets.bind(socket, internet("192.0.2.1", 0)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 107})
    void namesHaveUpTo107Bytes(int length) throws Exception {
        SocketName name = new SocketName.UnixAbstract("n".repeat(length - 1) + (char) ('a' + length % 26));
        try (Descriptor server = Sockets.create(name, Sockets.Kind.STREAM)) {
            Sockets.bind(server, name);
            assertThat(Sockets.name(server, "server")).isEqualTo(name);
        }
    }

    @Test
    void optionsAreSetAndAsked() throws Exception {
        try (Descriptor socket = Sockets.create(internet("127.0.0.1", 0), Sockets.Kind.STREAM)) {
            for (Sockets.Option option :
                    List.of(Sockets.Option.REUSE_ADDRESS, Sockets.Option.KEEP_ALIVE, Sockets.Option.NO_DELAY)) {
                assertThat(Sockets.get(socket, option, "socket")).isZero();
                Sockets.set(socket, option, 1, "socket");
                assertThat(Sockets.get(socket, option, "socket")).isEqualTo(1);
            }
            Sockets.set(socket, Sockets.Option.SEND_BUFFER, 20_000, "socket");
            assertThat(Sockets.get(socket, Sockets.Option.SEND_BUFFER, "socket"))
                    .isEqualTo(40_000);
        }
        try (Descriptor unix = Sockets.create(new SocketName.UnixUnnamed(), Sockets.Kind.STREAM)) {
            assertRefused(Problem.UNSUPPORTED, () -> Sockets.set(unix, Sockets.Option.NO_DELAY, 1, "unix"));
        }
    }

    @Test
    void asManyDescriptorsAsTheKernelTakesGoAtOnce() throws Exception {
        Sockets.Pair pair = Sockets.pair(Sockets.Kind.SEQPACKET);
        try (Descriptor one = pair.one();
                Descriptor other = pair.other()) {
            SocketMessage message = SocketMessage.create();
            MemorySegment bytes = arena.allocate(1);
            List<Descriptor> many = IntStream.range(0, SocketMessage.MOST_DESCRIPTORS)
                    .mapToObj(_ -> one)
                    .toList();

            assertThat(message.send(one, bytes, 0, 1, null, many)).isEqualTo(1);

            assertThat(message.receive(other, bytes, 0, 1, false)).isEqualTo(1);
            assertThat(message.hasLostDescriptors()).isFalse();
            List<Descriptor> got = message.takeDescriptors();
            assertThat(got).hasSize(SocketMessage.MOST_DESCRIPTORS);
            got.forEach(Descriptor::close);
        }
    }
}
