package dev.naru.rpc;

import dev.naru.linux.testing.JavaProgram;
import dev.naru.memory.Waiting;
import dev.naru.memory.testing.Talk;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.testing.integration.TestServiceImpl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;

/** A process that serves all services of the tests at an address, and ends when it is told to. */
final class FarServer {
    private FarServer() {}

    /** Started, and serving. */
    static Talk start(String address, String... options) throws IOException {
        List<String> command = java(FarServer.class, address);
        command.addAll(List.of(options));
        Talk far = Talk.start(command);
        if (!far.line().equals("serving")) {
            throw new AssertionError("it does not serve");
        }
        return far;
    }

    /** A program of the tests in a JVM of its own. */
    static List<String> java(Class<?> main, String... arguments) {
        return JavaProgram.of(main).needingAll().command(arguments);
    }

    public static void main(String[] arguments) throws Exception {
        RpcServerBuilder builder = RpcServer.builder(arguments[0]).maxInboundMessageSize(128 << 20);
        for (int i = 1; i < arguments.length; i++) {
            String[] option = arguments[i].split("=", 2);
            switch (option[0]) {
                case "direct" -> builder.directExecutor();
                case "busy" -> builder.waiting(Waiting.busy());
                case "park" -> builder.waiting(Waiting.park());
                case "ring" -> builder.ringBytes(Integer.parseInt(option[1]));
                case "connections" -> builder.maxConnections(Integer.parseInt(option[1]));
                case "mode" -> builder.mode(Integer.parseInt(option[1], 8));
                case "admit" -> builder.admit(who -> who.uid() == Integer.parseInt(option[1]));
                default -> throw new IllegalArgumentException(arguments[i]);
            }
        }
        Greeting greeting = new Greeting();
        builder.addService(greeting)
                .addService(new HealthStatusManager().getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .addService(ServerInterceptors.intercept(
                        (BindableService) new TestServiceImpl(Executors.newScheduledThreadPool(2)),
                        TestServiceImpl.interceptors()));
        RpcServer server = builder.build().start();
        System.out.println("serving");
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(answer(line, server, greeting));
            }
        }
        System.exit(0);
    }

    private static String answer(String line, RpcServer server, Greeting greeting) throws InterruptedException {
        return switch (line) {
            case "shutdown" -> {
                RpcServer _ = server.shutdown();
                yield "shut down";
            }
            case "await" -> {
                server.awaitTermination();
                yield "terminated";
            }
            case "memory" -> {
                System.gc();
                yield String.valueOf(Runtime.getRuntime().totalMemory()
                        - Runtime.getRuntime().freeMemory());
            }
            case "threads" ->
                String.valueOf(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("naru-rpc-server"))
                        .count());
            default -> greeting.awaitCancelled(line);
        };
    }
}
