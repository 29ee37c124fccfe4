package dev.naru.bench;

import dev.naru.channels.Address;
import dev.naru.channels.Endpoints;
import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import dev.naru.channels.PipeWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One of the JVMs in a race, ours or a Java peer's. It opens its ends once, then does its part for every line {@code WARMUP COUNT} on
 * standard input and answers with a line: the ns that it measured, or 0 when the other one measures. It ends with its
 * input, so none outlives the runner.
 *
 * <pre>{@code
 * ask OUT IN BYTES       answer IN OUT BYTES
 * send OUT PIECE CAPACITY   lend OUT PIECE CAPACITY   receive IN READ
 * }</pre>
 *
 * <p>and those of {@link SocketRoles}, {@link QueueRoles}, {@link MemoryRoles}, {@link LogRoles}, {@link PollRoles}, {@link ClientRoles},
 * {@link KafkaBroker}, {@link RpcRoles} and {@link GroupTimes}.
 */
final class Side {
    private Side() {}

    /** What a side does. */
    interface Role {
        /** Does it once; the ns measured, or 0. */
        long run(long warmup, long count) throws IOException, InterruptedException;
    }

    /** The entry of the child. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LinkedBlockingQueue<String> orders = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().name("orders").start(() -> listen(orders));
        PrintStream answers = System.out;
        Role role = role(arguments, answers);
        while (true) {
            try (Scanner order = new Scanner(orders.take())) {
                answers.println(role.run(order.nextLong(), order.nextLong()));
                answers.flush();
            }
        }
    }

    private static void listen(LinkedBlockingQueue<String> orders) {
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))
                .lines()
                .forEach(orders::add);
        Runtime.getRuntime().halt(0); // also out of a read whose writer has died
    }

    private static Role role(String[] arguments, PrintStream answers) throws IOException, InterruptedException {
        return switch (arguments[0]) {
            case "ask" ->
                new RoundTripRoles.Ask(writer(arguments[1]), reader(arguments[2]), Integer.parseInt(arguments[3]));
            case "answer" ->
                new RoundTripRoles.Answer(reader(arguments[1]), writer(arguments[2]), Integer.parseInt(arguments[3]));
            case "send" -> new OneWayRoles.Send(pipe(arguments), Integer.parseInt(arguments[2]));
            case "lend" -> new OneWayRoles.Lend(pipe(arguments), Integer.parseInt(arguments[2]));
            case "receive" -> new OneWayRoles.Receive(reader(arguments[1]), Integer.parseInt(arguments[2]));
            case String role when role.startsWith("socket-") -> SocketRoles.of(arguments, answers);
            case String role when role.startsWith("queue-") -> QueueRoles.of(arguments);
            case String role when role.startsWith("log-") -> LogRoles.of(arguments);
            case String role when role.startsWith("poll-") -> PollRoles.of(arguments);
            case String role when role.startsWith("client-") -> ClientRoles.of(arguments);
            case String role when role.startsWith("rpc-") -> RpcRoles.of(arguments, answers);
            case "group-victim" -> GroupTimes.pollForEver(Path.of(arguments[1]), arguments[2], answers);
            case "kafka-broker" -> KafkaBroker.start(Path.of(arguments[1]), answers);
            default -> MemoryRoles.of(arguments);
        };
    }

    private static InputChannel reader(String address) throws IOException, InterruptedException {
        return Endpoints.openReader(Address.parse(address));
    }

    private static OutputChannel writer(String address) throws IOException, InterruptedException {
        return Endpoints.openWriter(Address.parse(address));
    }

    private static PipeWriter pipe(String[] arguments) throws IOException, InterruptedException {
        PipeWriter writer = (PipeWriter) writer(arguments[1]);
        int _ = writer.capacity(Integer.parseInt(arguments[3]));
        return writer;
    }
}
