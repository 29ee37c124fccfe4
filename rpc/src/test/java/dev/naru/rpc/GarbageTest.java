package dev.naru.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.Listener;
import dev.naru.linux.Descriptor;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.Ring;
import dev.naru.memory.RingWriter;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.ConnectivityState;
import io.grpc.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A far side that says and writes anything: its connection ends, and nothing else does. */
@ExtendWith(NoLeaks.class)
class GarbageTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int ROUNDS = 200;

    private final Address.Rpc address = (Address.Rpc) Address.parse(Places.unused());
    private final Random random = new Random();
    private RpcServer server;

    @BeforeEach
    void serve() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        random.setSeed(seed);
        server = RpcServer.listen(address.toString(), new Greeting());
    }

    @AfterEach
    void close() throws Exception {
        try (RpcChannel honest = RpcChannel.connect(address.toString())) {
            GreetRequest request = GreetRequest.newBuilder().setName("honest").build();
            assertThat(GreeterGrpc.newBlockingStub(honest).greet(request).getText())
                    .isEqualTo("hello, honest");
        }
        server.close();
        assertThat(server.isTerminated()).isTrue();
    }

    private byte[] bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Waits until the server has ended the connection. */
    private static void awaitEnd(Connection socket) throws Exception {
        ByteBuffer words = ByteBuffer.allocate(64);
        try {
            while (socket.read(words.clear()) >= 0) {
                // what it had to say
            }
        } catch (java.io.IOException reset) {
            // an end, too
        }
    }

    @Test
    void wordsOnTheSocket() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (Connection socket = Connection.connect(new Address.UnixFile(Rendezvous.socketOf(address)))) {
                byte[] words = bytes(200);
                if (words.length >= Rendezvous.HELLO.length) {
                    socket.write(ByteBuffer.wrap(words));
                    awaitEnd(socket);
                } // else it goes before it has said all
            }
        }
        Rendezvous.Agreed agreed = Rendezvous.connect(address, LONG);
        try (Connection socket = agreed.socket();
                Ring _ = agreed.toServer();
                Ring _ = agreed.toClient()) {
            socket.write(ByteBuffer.wrap(new byte[] {'x'})); // a client has nothing to say there
            awaitEnd(socket);
        }
    }

    @Test
    void framesOfAnything() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Rendezvous.Agreed agreed = Rendezvous.connect(address, LONG);
            try (Connection socket = agreed.socket();
                    Ring toServer = agreed.toServer();
                    Ring _ = agreed.toClient();
                    RingWriter writer = toServer.writer()) {
                for (int frame = 0; frame < 20; frame++) {
                    writer.trySend(ByteBuffer.wrap(frame()));
                }
                writer.trySend(ByteBuffer.wrap(new byte[3])); // shorter than any frame
                awaitEnd(socket);
            }
        }
    }

    /** One that looks like a frame, of a call that may be there. */
    private byte[] frame() {
        byte[] frame = new byte[FrameLayout.HEADER + random.nextInt(64)];
        random.nextBytes(frame);
        frame[0] = (byte) random.nextInt(4);
        frame[1] = frame[2] = frame[3] = 0;
        frame[FrameLayout.TYPE_AT] = (byte) random.nextInt(10);
        return frame;
    }

    @Test
    void memoryThatIsScribbledOver() throws Exception {
        for (int round = 0; round < ROUNDS / 10; round++) {
            Rendezvous.Agreed agreed = Rendezvous.connect(address, LONG);
            try (Connection socket = agreed.socket();
                    Ring toServer = agreed.toServer();
                    Ring toClient = agreed.toClient();
                    RingWriter writer = toServer.writer()) {
                scribble(toClient);
                scribble(toServer);
                // The server looks at its ring when it is told to, if what is left of the ring still tells.
                writer.trySend(ByteBuffer.wrap(frame()));
                socket.shutdownOutput();
                awaitEnd(socket);
            } catch (IllegalStateException | java.io.IOException damaged) {
                // this side's own ring
            }
        }
    }

    private void scribble(Ring ring) throws Exception {
        try (Descriptor memory = ring.toPass();
                SharedMapping mapping =
                        SharedMapping.map(memory, memory.status().size(), SharedMapping.Options.WRITABLE, "a ring")) {
            MemorySegment all = mapping.segment();
            for (int i = 0; i < 2_000; i++) {
                long at = random.nextLong(all.byteSize() / Long.BYTES) * Long.BYTES;
                all.set(ValueLayout.JAVA_LONG, at, random.nextLong());
            }
            for (long at = 0; at < 4 * 4096 && random.nextBoolean(); at += Long.BYTES) {
                all.set(ValueLayout.JAVA_LONG, at, random.nextLong()); // its words
            }
        }
    }

    @Test
    void aServerOfAnything() throws Exception {
        Address.Rpc place = (Address.Rpc) Address.parse(Places.unused());
        GreetRequest request = GreetRequest.newBuilder().setName("x").build();
        try (Listener liar = Listener.listen(new Address.UnixFile(Rendezvous.socketOf(place)));
                RpcChannel channel = RpcChannel.connect(place.toString())) {
            for (int round = 0; round < 50; round++) {
                var answer = GreeterGrpc.newFutureStub(channel)
                        .withDeadlineAfter(1, TimeUnit.MINUTES)
                        .greet(request);
                try (Connection client = liar.accept()) {
                    Rendezvous.requireClient(client, LONG);
                    if (round % 2 == 0) {
                        client.write(ByteBuffer.wrap(bytes(100)));
                    } else {
                        lie(client);
                    }
                }
                Await.until("the channel knows", () -> channel.getState(false) != ConnectivityState.READY);
                // a lie may be any status, too
                assertThatThrownBy(answer::get)
                        .satisfies(thrown -> assertThat(
                                        Status.fromThrowable(thrown).getCode())
                                .isNotEqualTo(Status.Code.DEADLINE_EXCEEDED));
            }
        }
    }

    /** Lets the client in, and answers its call by anything. */
    private void lie(Connection client) throws Exception {
        Rendezvous.Agreed agreed = Rendezvous.welcome(client, ServerSettings.LEAST_RING, "liar");
        try (Ring toServer = agreed.toServer();
                Ring toClient = agreed.toClient();
                var reader = toServer.reader();
                var writer = toClient.writer()) {
            byte[] begin = reader.receive();
            assertThat(begin[FrameLayout.TYPE_AT]).isEqualTo(FrameLayout.BEGIN);
            for (int frame = 0; frame < 5; frame++) {
                byte[] bytes = frame();
                System.arraycopy(begin, 0, bytes, 0, Integer.BYTES); // of its call
                writer.trySend(ByteBuffer.wrap(bytes));
            }
        }
    }
}
