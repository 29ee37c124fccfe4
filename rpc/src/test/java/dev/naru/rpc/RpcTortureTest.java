package dev.naru.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Talk;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Either side is killed at any moment, in calls and streams of all kinds: every call ends with a status, and nothing is left behind. The
 * long form, of {@code ./naru torture}, also holds the end of each call to 1 s after the kill.
 */
@ExtendWith(NoLeaks.class)
@Timeout(value = 2, unit = TimeUnit.HOURS) // of the long form
class RpcTortureTest {
    private static final int SHORT = 6;
    private static final int KILLS = Integer.getInteger("naru.torture.kills", SHORT);
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String address = Places.unused();
    private final Random random = new Random();
    private long longest;

    private void seed() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        random.setSeed(seed);
    }

    @AfterEach
    void tell() throws Exception {
        System.out.printf("longest from a kill to the end of a call: %.1f ms%n", longest / 1e6);
        if (KILLS > SHORT) {
            assertThat(longest).isLessThan(MOST_NANOS);
        }
        Places.remove(address);
    }

    private Answers begin(RpcChannel channel, CountDownLatch answers) {
        Answers seen = new Answers(answers);
        GreeterGrpc.GreeterStub stub = GreeterGrpc.newStub(channel);
        GreetRequest request = GreetRequest.newBuilder()
                .setName("x")
                .setTimes(1 + random.nextInt(100_000))
                .build();
        switch (random.nextInt(3)) {
            case 0 -> stub.greet(request, seen);
            case 1 -> stub.greetOften(request, seen);
            default -> {
                StreamObserver<GreetRequest> each = stub.greetEach(seen);
                for (int i = random.nextInt(200); i >= 0; i--) {
                    each.onNext(request);
                }
            }
        }
        return seen;
    }

    @Test
    void everyCallEndsWhenItsServerIsKilled() throws Exception {
        seed();
        try (RpcChannel channel = RpcChannel.connect(address)) {
            for (int kill = 0; kill < KILLS / 2; kill++) {
                try (Talk server = FarServer.start(address)) {
                    CountDownLatch answers = new CountDownLatch(1 + random.nextInt(5_000));
                    List<Answers> calls = new ArrayList<>();
                    while (answers.getCount() > 0) {
                        if (calls.size() < 50 || calls.getLast().end.isDone()) {
                            calls.add(begin(channel, answers));
                        } else {
                            Thread.onSpinWait();
                        }
                    }
                    server.kill();
                    long killed = System.nanoTime();
                    for (Answers call : calls) {
                        assertThat(call.end.get().getCode()).isIn(Status.Code.OK, Status.Code.UNAVAILABLE);
                    }
                    longest = Math.max(longest, System.nanoTime() - killed);
                }
            }
        }
        Await.until("no thread of the channel is left", () -> threads("naru-rpc-reader") == 0);
    }

    @Test
    void everyCallIsCancelledWhenItsClientIsKilled() throws Exception {
        seed();
        Greeting greeting = new Greeting();
        try (RpcServer server = RpcServer.listen(address, greeting)) {
            for (int kill = 0; kill < KILLS / 2; kill++) {
                try (Talk client = FarClient.start(address)) {
                    int most = 1 + random.nextInt(50);
                    List<String> names = new ArrayList<>();
                    for (int i = 0; i < most; i++) {
                        names.add("open" + kill + "-" + i);
                        client.say(names.getLast());
                    }
                    int answered = 1 + random.nextInt(most); // the others may have come to the server, or not
                    List<String> open = new ArrayList<>();
                    for (int i = 0; i < answered; i++) {
                        open.add(client.line().substring("hello, ".length()));
                    }
                    client.kill();
                    long killed = System.nanoTime();
                    for (String name : open) {
                        assertThat(greeting.awaitCancelled(name)).isEqualTo("cancelled");
                    }
                    longest = Math.max(longest, System.nanoTime() - killed);
                }
            }
            assertThat(server.isShutdown()).isFalse();
            Await.until("no connection has a thread", () -> threads("naru-rpc-server") == 0);
        }
    }

    private static long threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }
}
