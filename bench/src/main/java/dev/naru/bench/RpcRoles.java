package dev.naru.bench;

import com.google.protobuf.ByteString;
import dev.naru.bench.Work.Wait;
import dev.naru.bench.echo.EchoGrpc;
import dev.naru.bench.echo.Message;
import dev.naru.bench.echo.Order;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A server and clients with generated stubs, whatever carries the calls ({@link RpcLibrary}). The server leaves in its folder where it is
 * to be called, says so with a line, and has no rounds. A client looks there when its first round begins, so both start at a time.
 *
 * <pre>{@code
 * rpc-serve LIBRARY FOLDER WAIT
 * rpc-trips LIBRARY FOLDER WAIT BYTES 1         one call after the other: the median
 * rpc-calls LIBRARY FOLDER WAIT BYTES 1         the same: the time of all
 * rpc-flight LIBRARY FOLDER WAIT BYTES CALLS    so many at a time: the time of all
 * rpc-stream LIBRARY FOLDER WAIT BYTES 1        the messages of one call
 * }</pre>
 */
final class RpcRoles {
    private static final String PLACE = "place";

    private RpcRoles() {}

    static Side.Role of(String[] arguments, PrintStream answers) throws IOException {
        if (!arguments[0].equals("rpc-serve")) {
            return new Client(arguments);
        }
        Path folder = Path.of(arguments[2]);
        String place = RpcLibrary.valueOf(arguments[1]).serve(new EchoService(), folder, Wait.valueOf(arguments[3]));
        var _ = Files.writeString(folder.resolve(PLACE), place);
        answers.println(place);
        answers.flush();
        return (warmup, count) -> 0;
    }

    /** A client, which connects when it is to begin. */
    private static final class Client implements Side.Role {
        private final String[] arguments;
        private Side.@Nullable Role role;

        Client(String... arguments) {
            this.arguments = arguments;
        }

        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            Side.Role connected = role;
            if (connected == null) {
                connected = connected(arguments);
                role = connected;
            }
            return connected.run(warmup, count);
        }
    }

    private static Side.Role connected(String... arguments) throws IOException {
        String place = Files.readString(Path.of(arguments[2], PLACE));
        ManagedChannel channel = RpcLibrary.valueOf(arguments[1]).connect(place, Wait.valueOf(arguments[3]));
        int bytes = Integer.parseInt(arguments[4]);
        ByteString body = EchoService.body(bytes);
        return switch (arguments[0]) {
            case "rpc-trips" -> new Trips(EchoGrpc.newBlockingStub(channel), body);
            case "rpc-calls" -> new Calls(EchoGrpc.newBlockingStub(channel), body);
            case "rpc-flight" -> new Flight(EchoGrpc.newStub(channel), body, Integer.parseInt(arguments[5]));
            case "rpc-stream" -> new Stream(EchoGrpc.newStub(channel), bytes);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
    }

    /** Calls and checks the answer. */
    private static void call(EchoGrpc.EchoBlockingStub stub, long number, ByteString body) {
        require(stub.unary(EchoService.message(number, body)), number, body.size());
    }

    private static void require(Message answer, long number, int bytes) {
        if (answer.getNumber() != number || answer.getBody().size() != bytes) {
            throw new IllegalStateException("asked " + number + ", answered " + answer.getNumber());
        }
    }

    /** One call after the other. The median, in ns. */
    private record Trips(EchoGrpc.EchoBlockingStub stub, ByteString body) implements Side.Role {
        @Override
        public long run(long warmup, long count) {
            long[] taken = new long[Math.toIntExact(count)];
            for (long i = -warmup; i < count; i++) {
                long start = System.nanoTime();
                call(stub, i, body);
                if (i >= 0) {
                    taken[(int) i] = System.nanoTime() - start;
                }
            }
            Arrays.sort(taken);
            return taken[taken.length / 2];
        }
    }

    /** One call after the other. The ns of all. */
    private record Calls(EchoGrpc.EchoBlockingStub stub, ByteString body) implements Side.Role {
        @Override
        public long run(long warmup, long count) {
            long start = System.nanoTime();
            for (long i = -warmup; i < count; i++) {
                if (i == 0) {
                    start = System.nanoTime();
                }
                call(stub, i, body);
            }
            return System.nanoTime() - start;
        }
    }

    /** Several calls at a time: each answer begins the next call. The ns of all. */
    private record Flight(EchoGrpc.EchoStub stub, ByteString body, int calls) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws InterruptedException, IOException {
            all(warmup);
            long start = System.nanoTime();
            all(count);
            return System.nanoTime() - start;
        }

        private void all(long count) throws InterruptedException, IOException {
            Pending pending = new Pending(count, calls);
            for (int i = 0; i < calls; i++) {
                new Chain(stub, body, pending).next();
            }
            awaitAll(pending.done);
        }
    }

    /** What is still to be done, by all who do it. */
    private static final class Pending {
        private final long count;
        private final AtomicLong begun = new AtomicLong();
        private final AtomicInteger chains;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Pending(long count, int chains) {
            this.count = count;
            this.chains = new AtomicInteger(chains);
        }
    }

    /** Calls of which each begins when the one before has ended. */
    private static final class Chain implements StreamObserver<Message> {
        private final EchoGrpc.EchoStub stub;
        private final ByteString body;
        private final Pending pending;
        private long number;

        Chain(EchoGrpc.EchoStub stub, ByteString body, Pending pending) {
            this.stub = stub;
            this.body = body;
            this.pending = pending;
        }

        void next() {
            number = pending.begun.getAndIncrement();
            if (number < pending.count) {
                stub.unary(EchoService.message(number, body), this);
            } else if (pending.chains.decrementAndGet() == 0) {
                boolean _ = pending.done.complete(null);
            }
        }

        @Override
        public void onNext(Message answer) {
            require(answer, number, body.size());
        }

        @Override
        public void onCompleted() {
            next();
        }

        @Override
        public void onError(Throwable failure) {
            boolean _ = pending.done.completeExceptionally(failure);
        }
    }

    /** One call that is answered by many messages. The ns from the last one that does not count to the last one. */
    private record Stream(EchoGrpc.EchoStub stub, int bytes) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws InterruptedException, IOException {
            Order order =
                    Order.newBuilder().setCount(warmup + count).setBytes(bytes).build();
            Received received = new Received(warmup, warmup + count);
            stub.stream(order, received);
            awaitAll(received.done);
            return received.nanos;
        }
    }

    /** Counts what comes. */
    private static final class Received implements StreamObserver<Message> {
        private final long warmup;
        private final long all;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private long came;
        private long sum;
        private long start = System.nanoTime();
        private long nanos;

        Received(long warmup, long all) {
            this.warmup = warmup;
            this.all = all;
        }

        @Override
        public void onNext(Message message) {
            sum += message.getNumber();
            if (++came == warmup) {
                start = System.nanoTime();
            }
        }

        @Override
        public void onCompleted() {
            nanos = System.nanoTime() - start;
            if (came == all) {
                Numbered.requireSum(all, sum);
                boolean _ = done.complete(null);
            } else {
                onError(new IllegalStateException(came + " messages came, not " + all));
            }
        }

        @Override
        public void onError(Throwable failure) {
            boolean _ = done.completeExceptionally(failure);
        }
    }

    private static void awaitAll(CompletableFuture<Void> done) throws InterruptedException, IOException {
        try {
            var _ = done.get();
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        }
    }
}
