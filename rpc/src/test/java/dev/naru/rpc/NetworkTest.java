package dev.naru.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.naru.channels.AddressException;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.TestCertificate;
import dev.naru.memory.testing.Talk;
import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that do not go through shared memory, between processes: gRPC's own transport behind our addresses. */
@ExtendWith(NoLeaks.class)
class NetworkTest {
    @TempDir
    private Path folder;

    /** The JDK opens descriptors with the first socket, and keeps them. */
    @BeforeAll
    static void theFirstSocketIsOpened() throws IOException {
        try (RpcServer server = RpcServer.listen("tcp:127.0.0.1:0", new NetworkPeer.Greeter());
                RpcChannel channel = RpcChannel.connect(server.address());
                SocketChannel _ = SocketChannel.open()) {
            var _ = GreeterGrpc.newBlockingStub(channel).greet(named("Ann"));
        }
    }

    @AfterEach
    void noThreadIsLeft() {
        Await.until(
                "the threads have ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("naru-rpc-net")
                                || thread.getName().startsWith("grpc-default-")));
    }

    private String address(String kind) {
        return switch (kind) {
            case "tcp" -> "tcp:127.0.0.1:0";
            case "file" -> "unix:" + folder.resolve("s");
            default -> "unix:@naru-test-" + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
        };
    }

    private static GreetRequest named(String name) {
        return GreetRequest.newBuilder().setName(name).build();
    }

    /** What came, until the end or the error. */
    private static final class Replies implements StreamObserver<GreetReply> {
        private final List<String> texts = new ArrayList<>();
        private final CompletableFuture<List<String>> all = new CompletableFuture<>();

        @Override
        public void onNext(GreetReply reply) {
            texts.add(reply.getText());
        }

        @Override
        public void onError(Throwable failed) {
            var _ = all.completeExceptionally(failed);
        }

        @Override
        public void onCompleted() {
            var _ = all.complete(texts);
        }
    }

    private static void callsInEachWay(RpcChannel channel) throws Exception {
        var blocking = GreeterGrpc.newBlockingStub(channel);
        var stub = GreeterGrpc.newStub(channel);
        assertThat(blocking.greet(named("Ann")).getText()).isEqualTo("hello Ann, virtually");

        List<String> often = new ArrayList<>();
        blocking.greetOften(named("Bob").toBuilder().setTimes(3).build())
                .forEachRemaining(reply -> often.add(reply.getText()));
        assertThat(often).containsExactly("hello Bob 0, virtually", "hello Bob 1, virtually", "hello Bob 2, virtually");

        Replies all = new Replies();
        StreamObserver<GreetRequest> names = stub.greetAll(all);
        names.onNext(named("Ann"));
        names.onNext(named("Bob"));
        names.onCompleted();
        assertThat(all.all.get()).containsExactly("hello Ann and Bob, virtually");

        Replies each = new Replies();
        StreamObserver<GreetRequest> requests = stub.greetEach(each);
        requests.onNext(named("Ann"));
        requests.onNext(named("Bob"));
        requests.onCompleted();
        assertThat(each.all.get()).containsExactly("hello Ann, virtually", "hello Bob, virtually");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "file", "abstract"})
    void aServerInAnotherProcessIsCalledInEachWay(String kind) throws Exception {
        try (Talk server = Talk.start(FarServer.java(NetworkPeer.class, address(kind)));
                RpcChannel channel = RpcChannel.connect(server.line())) {
            callsInEachWay(channel);
            assertThat(channel.getState(false)).isEqualTo(ConnectivityState.READY);

            // and when it is killed, a call ends at once
            server.kill();
            var gone = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> GreeterGrpc.newBlockingStub(channel).greet(named("Ann")));
            // UNKNOWN is gRPC's word for a connection that breaks just as a call is written to it
            assertThat(gone.getStatus().getCode()).isIn(Status.Code.UNAVAILABLE, Status.Code.UNKNOWN);
        }
    }

    @Test
    void aTargetOfGrpcIsAnAddressToo() throws Exception {
        try (Talk server = Talk.start(FarServer.java(NetworkPeer.class, "dns:///127.0.0.1:0"))) {
            String address = server.line();
            assertThat(address).startsWith("tcp:127.0.0.1:");
            try (RpcChannel channel = RpcChannel.connect("dns:///" + address.substring("tcp:".length()))) {
                callsInEachWay(channel);
            }
        }
    }

    @Test
    void aPortAloneIsOneOfThisMachine() throws Exception {
        for (String address : new String[] {"tcp:0", "tcp::0"}) {
            try (RpcServer server = RpcServer.listen(address, new NetworkPeer.Greeter())) {
                assertThat(server.address()).isEqualTo("tcp:127.0.0.1:" + server.getPort());
                assertThat(server.getPort()).isPositive();
            }
        }
    }

    /** As channels' servers do. */
    @Test
    void theFileOfADeadServerIsReplacedAndThatOfALivingOneIsNot() throws Exception {
        String address = address("file");
        Path file = folder.resolve("s");

        // given a server that was killed
        try (Talk dead = Talk.start(FarServer.java(NetworkPeer.class, address))) {
            assertThat(dead.line()).isEqualTo(address);
            dead.kill();
        }
        assertThat(file).exists();

        // when another one comes
        try (Talk server = Talk.start(FarServer.java(NetworkPeer.class, address))) {
            assertThat(server.line()).isEqualTo(address);

            // then it has the place, for this user alone, and nobody else gets it
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(problem(address)).isEqualTo(Problem.ADDRESS_IN_USE);
            try (RpcChannel channel = RpcChannel.connect(address)) {
                callsInEachWay(channel);
            }

            // and when it ends, its file goes
            assertThat(server.goOn().waitFor()).isZero();
            assertThat(server.line()).isEqualTo("closed");
            assertThat(file).doesNotExist();
        }

        // and what is no socket stays
        Files.createFile(file);
        assertThat(problem(address)).isEqualTo(Problem.ADDRESS_IN_USE);
        assertThat(file).isRegularFile();
    }

    /** Netty removes the file when it has closed the socket, whosever it is by then. */
    @Test
    @SuppressWarnings("try") // closed in the middle
    void theFileOfAServerThatHasTakenThePlaceStays() throws Exception {
        String address = address("file");
        Path file = folder.resolve("s");
        try (RpcServer first = RpcServer.listen(address, new NetworkPeer.Greeter())) {
            assertThat(first.getListenSockets().toString())
                    .isEqualTo(List.of(UnixDomainSocketAddress.of(file)).toString());
            Files.delete(file);
            try (RpcServer second = RpcServer.listen(address, new NetworkPeer.Greeter())) {
                first.close();
                assertThat(first.isTerminated()).isTrue();
                assertThat(file).exists();
                try (RpcChannel channel = RpcChannel.connect(second.address())) {
                    callsInEachWay(channel);
                }
            }
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void whatTheKernelRefusesIsToldInOurWords() throws Exception {
        try (RpcServer server = RpcServer.listen("tcp:127.0.0.1:0", new NetworkPeer.Greeter())) {
            assertThat(problem(server.address())).isEqualTo(Problem.ADDRESS_IN_USE);
        }
        assertThat(problem("tcp:192.0.2.1:0")).isEqualTo(Problem.NOT_AN_ADDRESS_HERE);
        assertThat(problem("unix:" + folder.resolve("missing/s"))).isEqualTo(Problem.NOT_FOUND);
        assertThatThrownBy(() -> RpcServer.builder("fifo:x").build())
                .isInstanceOf(AddressException.class)
                .hasMessageContaining("rpc:");
        assertThatThrownBy(() -> RpcChannel.connect("unix:x?type=dgram")).isInstanceOf(AddressException.class);
    }

    private static Problem problem(String address) throws IOException {
        try (RpcServer _ = RpcServer.listen(address, new NetworkPeer.Greeter())) {
            throw new AssertionError(address + " was not refused");
        } catch (ErrnoException refused) {
            assertThat(refused.target()).isEqualTo(address);
            return refused.problem();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "file"})
    @SuppressWarnings("try") // closed in the middle
    void closeWaitsForCallsAndCancelsThemWhenTheGraceIsOver(String kind) throws Exception {
        // given a call that does not end by itself
        RpcServer server = RpcServer.builder(address(kind))
                .addService(new NetworkPeer.Greeter())
                .grace(Duration.ZERO)
                .build()
                .start();
        try (server;
                RpcChannel channel = RpcChannel.connect(server.address())) {
            Replies replies = new Replies();
            StreamObserver<GreetRequest> requests = GreeterGrpc.newStub(channel).greetEach(replies);
            requests.onNext(named("Ann"));
            Await.until("it is served", () -> !replies.texts.isEmpty());

            // when
            server.close();

            // then
            assertThat(server.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS))
                    .isTrue();
            assertThatThrownBy(replies.all::get).hasCauseInstanceOf(StatusRuntimeException.class);
        }
    }

    @Test
    void aChannelThatIsClosedWaitsForItsCallsAndTakesNoMore() throws Exception {
        try (RpcServer server = RpcServer.listen(address("file"), new NetworkPeer.Greeter())) {
            RpcChannel channel = RpcChannel.connect(server.address());
            Replies replies = new Replies();
            StreamObserver<GreetRequest> requests = GreeterGrpc.newStub(channel).greetEach(replies);
            requests.onNext(named("Ann"));
            Thread closing = Thread.startVirtualThread(channel::close);
            Await.until("it takes no more", channel::isShutdown);
            requests.onNext(named("Bob"));
            requests.onCompleted();
            assertThat(replies.all.get()).hasSize(2);
            closing.join();
            assertThat(channel.isTerminated()).isTrue();
            channel.close(); // again
        }
    }

    @Test
    void whatIsSaidToTheBuildersIsPassedOn() throws Exception {
        AtomicReference<String> agent = new AtomicReference<>("");
        ServerInterceptor seen = new ServerInterceptor() {
            @Override
            public <A, B> ServerCall.Listener<A> interceptCall(
                    ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
                agent.set(headers.get(Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER)) + " at "
                        + call.getAuthority());
                return next.startCall(call, headers);
            }
        };
        List<String> called = new ArrayList<>();
        ClientInterceptor noted = new ClientInterceptor() {
            @Override
            public <A, B> ClientCall<A, B> interceptCall(
                    MethodDescriptor<A, B> method, CallOptions options, Channel next) {
                called.add(method.getBareMethodName());
                return next.newCall(method, options);
            }
        };
        try (RpcServer server = RpcServer.builder(address("file"))
                        .addService(new NetworkPeer.Greeter())
                        .intercept(seen)
                        .executor(task -> Thread.ofPlatform().name("ours").start(task))
                        .maxInboundMessageSize(1_000)
                        .build()
                        .start();
                RpcChannel channel = RpcChannel.builder(server.address())
                        .intercept(noted)
                        .userAgent("ferry/1")
                        .build()) {
            var stub = GreeterGrpc.newBlockingStub(channel);
            assertThat(stub.greet(named("Ann")).getText()).isEqualTo("hello Ann, from ours");
            assertThat(called).containsExactly("Greet");
            assertThat(agent.get()).startsWith("ferry/1 ").endsWith(" at localhost");
            var large = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> stub.greet(GreetRequest.newBuilder()
                            .setPayload(ByteString.copyFrom(new byte[1_001]))
                            .build()));
            assertThat(large.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        }
    }

    @Test
    void aCertificateProvesWhoTheServerIs() throws Exception {
        // given one that keytool has made
        Path store = folder.resolve("store.p12");
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        TestCertificate.make(store, certificate, key);

        try (Talk server = Talk.start(
                FarServer.java(NetworkPeer.class, "tcp:127.0.0.1:0", certificate.toString(), key.toString()))) {
            String address = server.line();

            // when it is trusted, then it is called
            var trusting = TlsChannelCredentials.newBuilder()
                    .trustManager(certificate.toFile())
                    .build();
            try (RpcChannel channel = RpcChannel.builder(address, trusting).build()) {
                callsInEachWay(channel);
            }

            // and otherwise not
            try (RpcChannel channel =
                    RpcChannel.builder(address, TlsChannelCredentials.create()).build()) {
                var refused = catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> GreeterGrpc.newBlockingStub(channel).greet(named("Ann")));
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            }
        }
    }

    @Test
    void withoutNettyItSaysWhatIsMissing() throws Exception {
        try (Talk peer = Talk.start(
                JavaProgram.of(WithoutNetty.class).needingAll().without("netty").command())) {
            assertThat(peer.line()).contains("tcp:127.0.0.1:1: ").contains("io.grpc:grpc-netty");
            assertThat(peer.line()).contains("tcp:127.0.0.1:0: ").contains("io.grpc:grpc-netty");
        }
        try (Talk peer = Talk.start(JavaProgram.of(WithoutNetty.class)
                .needingAll()
                .without("native-epoll")
                .command("unix:x"))) {
            assertThat(peer.line()).contains("unix:x: ").contains("netty-transport-native-epoll");
        }
    }

    /** Prints how it is refused. */
    static final class WithoutNetty {
        private WithoutNetty() {}

        /** A channel, and a server where no other address is named. */
        public static void main(String[] arguments) throws IOException {
            try (RpcChannel _ = RpcChannel.connect(arguments.length == 0 ? "tcp:127.0.0.1:1" : arguments[0])) {
                System.out.println("it is there");
            } catch (IllegalStateException refused) {
                System.out.println(refused.getMessage());
            }
            try (RpcServer _ = RpcServer.listen("tcp:127.0.0.1:0", new NetworkPeer.Greeter())) {
                System.out.println("it is there");
            } catch (IllegalStateException refused) {
                System.out.println(refused.getMessage());
            }
        }
    }
}
