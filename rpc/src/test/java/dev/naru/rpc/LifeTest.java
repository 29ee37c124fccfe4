package dev.naru.rpc;

import static dev.naru.rpc.Answers.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.internal.InternalFutureFailureAccess;
import com.google.protobuf.ByteString;
import dev.naru.channels.Address;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.Ring;
import dev.naru.memory.testing.Talk;
import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of calls when a side comes late, goes, dies or stops. */
@ExtendWith(NoLeaks.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES) // JVMs start
class LifeTest {
    private static final int KILLS = 4;

    private final String address = Places.unused();

    @AfterEach
    void remove() throws Exception {
        Places.remove(address);
    }

    @Test
    void everyCallEndsWhenTheServerIsKilledAndTheNextServerIsFound() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (RpcChannel channel = RpcChannel.connect(address)) {
            for (int kill = 0; kill < KILLS; kill++) {
                try (Talk server = FarServer.start(address)) {
                    assertThat(GreeterGrpc.newBlockingStub(channel)
                                    .greet(request("x"))
                                    .getText())
                            .isEqualTo("hello, x");
                    List<Answers> ends = new ArrayList<>();
                    for (int i = 0; i < 50; i++) {
                        Answers end = new Answers();
                        ends.add(end);
                        GreeterGrpc.newStub(channel).greetEach(end).onNext(request("" + i));
                        Answers stream = new Answers();
                        ends.add(stream);
                        GreeterGrpc.newStub(channel)
                                .greetOften(
                                        GreetRequest.newBuilder()
                                                .setTimes(Integer.MAX_VALUE)
                                                .build(),
                                        stream);
                    }
                    Task<Throwable> waiting = Task.start(ThreadKind.PLATFORM, () -> callUntilRefused(channel));
                    ends.get(random.nextInt(ends.size())).first.get();
                    server.kill();
                    for (Answers end : ends) {
                        assertThat(end.end.get().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                    }
                    assertThat(Status.fromThrowable(waiting.result()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                }
            }
        }
    }

    private static Throwable callUntilRefused(RpcChannel channel) {
        var stub = GreeterGrpc.newBlockingStub(channel);
        while (true) {
            try {
                GreetReply _ = stub.greet(request("x"));
            } catch (RuntimeException refused) {
                return refused;
            }
        }
    }

    @Test
    void callsOfAClientThatIsKilledAreCancelled() throws Exception {
        Greeting greeting = new Greeting();
        try (RpcServer server = RpcServer.listen(address, greeting)) {
            assertThat(server.address()).isEqualTo(address);
            for (int kill = 0; kill < KILLS; kill++) {
                try (Talk client = FarClient.start(address)) {
                    for (int i = 0; i < 20; i++) {
                        String name = "open" + kill + "-" + i;
                        assertThat(client.say(name).line()).isEqualTo("hello, " + name);
                    }
                    client.kill();
                    for (int i = 0; i < 20; i++) {
                        assertThat(greeting.awaitCancelled("open" + kill + "-" + i))
                                .isEqualTo("cancelled");
                    }
                }
            }
            Await.until("no connection has a thread", () -> threads("naru-rpc-server") == 0);
        }
    }

    private static long threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }

    @Test
    void noCallIsLostWhenOneServerGoesAndAnotherComes() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (RpcChannel channel = RpcChannel.connect(address)) {
            Talk server = FarServer.start(address);
            Task<Integer> calls = Task.start(ThreadKind.PLATFORM, () -> {
                var stub = GreeterGrpc.newBlockingStub(channel).withWaitForReady();
                int count = 0;
                while (!stop.get()) {
                    assertThat(stub.greet(request("x")).getText()).isEqualTo("hello, x");
                    count++;
                }
                return count;
            });
            for (int change = 0; change < 3; change++) {
                assertThat(server.say("shutdown").line()).isEqualTo("shut down");
                assertThat(server.say("await").line()).isEqualTo("terminated");
                server.close();
                server = FarServer.start(address);
            }
            stop.set(true);
            assertThat(calls.result()).isPositive();
            server.close();
        }
    }

    @Test
    void aServerThatIsShutDownEndsWhatItHasBegun() throws Exception {
        try (Talk server = FarServer.start(address);
                RpcChannel channel = RpcChannel.connect(address)) {
            Answers end = new Answers();
            StreamObserver<GreetRequest> open = GreeterGrpc.newStub(channel).greetEach(end);
            open.onNext(request("x"));
            end.first.get();
            assertThat(server.say("shutdown").line()).isEqualTo("shut down");
            Await.until("the channel knows", () -> channel.getState(false) != io.grpc.ConnectivityState.READY);
            assertThatThrownBy(() -> GreeterGrpc.newBlockingStub(channel).greet(request("late")))
                    .hasMessageContaining("UNAVAILABLE");
            open.onCompleted();
            assertThat(end.end.get().isOk()).isTrue();
            assertThat(server.say("await").line()).isEqualTo("terminated");
        }
    }

    @Test
    void aCallMayWaitForItsServer() throws Exception {
        try (RpcChannel channel = RpcChannel.connect(address)) {
            assertThatThrownBy(() -> GreeterGrpc.newBlockingStub(channel).greet(request("x")))
                    .hasMessageContaining("UNAVAILABLE")
                    .hasMessageContaining(address);
            Task<String> waiting = Task.start(
                    ThreadKind.PLATFORM,
                    () -> GreeterGrpc.newBlockingStub(channel)
                            .withWaitForReady()
                            .greet(request("y"))
                            .getText());
            Talk server = FarServer.start(address);
            assertThat(waiting.result()).isEqualTo("hello, y");
            server.close();
        }
    }

    @Test
    void aServerThatIsStoppedEndsNothingButByDeadlines() throws Exception {
        try (Talk server = FarServer.start(address);
                RpcChannel channel = RpcChannel.connect(address)) {
            var stub = GreeterGrpc.newBlockingStub(channel);
            assertThat(stub.greet(request("x")).getText()).isEqualTo("hello, x");
            signal("STOP", server.pid());
            assertThatThrownBy(() ->
                            stub.withDeadlineAfter(50, TimeUnit.MILLISECONDS).greet(request("y")))
                    .hasMessageContaining("DEADLINE_EXCEEDED");
            signal("CONT", server.pid());
            assertThat(stub.greet(request("z")).getText()).isEqualTo("hello, z");
        }
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** A client that may not read the folders of root. */
    private static List<String> nobody(String address, Path folder) throws Exception {
        return JavaProgram.asNobody(JavaProgram.of(FarClient.class)
                .needing(RpcChannel.class)
                .needing(Talk.class)
                .needing(Ring.class)
                .needing(Address.class)
                .needing(CallOptions.class)
                .needing(StreamObserver.class)
                .needing(ProtoUtils.class)
                .needing(ProtoLiteUtils.class)
                .needing(ByteString.class)
                .needing(ListenableFuture.class)
                .needing(InternalFutureFailureAccess.class)
                .packedInto(folder)
                .command(address));
    }

    @Test
    void whoMayNotConnectIsToldSo(@TempDir Path folder) throws Exception {
        List<String> command = nobody(address, folder);
        try (RpcServer server = RpcServer.builder(address)
                        .addService(new Greeting())
                        .build()
                        .start();
                Talk nobody = Talk.start(command)) {
            assertThat(server.isShutdown()).isFalse();
            assertThat(nobody.say("x").line()).contains("UNAVAILABLE", address, "EACCES");
        }
        try (RpcServer server = RpcServer.builder(address)
                        .mode(0666)
                        .admit(who -> who.uid() == 0)
                        .addService(new Greeting())
                        .build()
                        .start();
                Talk nobody = Talk.start(command);
                Talk root = FarClient.start(address)) {
            assertThat(server.isShutdown()).isFalse();
            assertThat(nobody.say("x").line())
                    .startsWith("PERMISSION_DENIED: " + address + ": the server does not admit uid 65534");
            assertThat(root.say("y").line()).isEqualTo("hello, y");
        }
        try (RpcServer server = RpcServer.builder(address)
                        .mode(0666)
                        .addService(new Greeting())
                        .build()
                        .start();
                Talk nobody = Talk.start(command)) {
            assertThat(server.isShutdown()).isFalse();
            assertThat(nobody.say("z").line()).isEqualTo("hello, z");
        }
    }

    @Test
    void aConnectionTooManyIsRefusedByName() throws Exception {
        try (Talk server = FarServer.start(address, "connections=1");
                RpcChannel first = RpcChannel.connect(address);
                RpcChannel second = RpcChannel.connect(address)) {
            assertThat(server.isAlive()).isTrue();
            assertThat(GreeterGrpc.newBlockingStub(first).greet(request("x")).getText())
                    .isEqualTo("hello, x");
            assertThatThrownBy(() -> GreeterGrpc.newBlockingStub(second).greet(request("y")))
                    .hasMessageContaining(
                            "RESOURCE_EXHAUSTED: " + address + ": the server has all of its 1 connections");
        }
    }

    @Test
    void memoryStaysBoundedWhenNobodyReads() throws Exception {
        try (Talk server = FarServer.start(address, "direct");
                RpcChannel channel = RpcChannel.connect(address)) {
            long before = memory(server);
            List<ClientCall<GreetRequest, GreetReply>> calls = new ArrayList<>();
            CountDownLatch began = new CountDownLatch(100);
            for (int i = 0; i < 100; i++) {
                ClientCall<GreetRequest, GreetReply> call =
                        channel.newCall(GreeterGrpc.getGreetOftenMethod(), CallOptions.DEFAULT);
                call.start(
                        new ClientCall.Listener<>() {
                            @Override
                            public void onMessage(GreetReply reply) {
                                began.countDown();
                            }
                        },
                        new Metadata());
                call.request(1);
                call.sendMessage(GreetRequest.newBuilder()
                        .setTimes(Integer.MAX_VALUE)
                        .setPayload(ByteString.copyFrom(new byte[10_000]))
                        .build());
                call.halfClose();
                calls.add(call);
            }
            began.await();
            long asked = memory(server);
            assertThat(asked - before).isLessThan(100 * (FrameLayout.WINDOW_BYTES + 100_000));
            calls.forEach(call -> call.cancel("enough", null));
        }
    }

    private static long memory(Talk server) throws Exception {
        return Long.parseLong(server.say("memory").line());
    }
}
