package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.TimestampProto;
import dev.naru.cli.example.Landing;
import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Naru;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.cli.testing.Resident;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru rpc} against servers in processes of their own. */
@ExtendWith(NoLeaks.class)
class RpcCommandTest {
    private static final List<String> SERVICES = List.of(
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "naru.test.Ferry",
            "naru.test.harbour.Crane");

    private static final String NAME =
            "naru-test-" + ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);

    /** What needs no process of its own runs in this one. */
    private static Resident resident;

    /** One for each kind of address, with reflection. */
    private static final Map<String, Program> SERVERS = new HashMap<>();

    @TempDir
    private static Path served;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        resident = Resident.in(served, java(ResidentMain.class));
        for (String kind : List.of("rpc", "tcp", "unix")) {
            SERVERS.put(kind, server(place(kind, served), "v1"));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        resident.close();
        for (Program each : SERVERS.values()) {
            each.close();
        }
        boolean _ = Files.deleteIfExists(Path.of("/dev/shm/naru-rpc." + NAME));
    }

    private static String place(String kind, Path folder) {
        return switch (kind) {
            case "rpc" -> "rpc:/" + NAME;
            case "tcp" -> "tcp:127.0.0.1:0";
            default -> "unix:" + folder.resolve("s");
        };
    }

    private static String address(String kind) throws Exception {
        return kind.equals("dns") ? address(SERVERS.get("tcp")).replace("tcp:", "dns:///") : address(SERVERS.get(kind));
    }

    /** All that the command has when it is installed, and what the tests have. */
    private static JavaProgram java(Class<?> main) {
        return JavaProgram.of(main).needingAll().option("-XX:+UseSerialGC").option("-XX:TieredStopAtLevel=1");
    }

    private static Result rpc(String... arguments) throws Exception {
        return resident.run(
                Stream.concat(Stream.of("rpc"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** In a process of its own. */
    private static Naru process(String... arguments) {
        return naru(
                java(Main.class),
                Stream.concat(Stream.of("rpc"), Stream.of(arguments)).toArray(String[]::new));
    }

    private static Program server(String... arguments) throws Exception {
        Program server = naru(java(RpcPeer.class), arguments).start();
        return server.await("it listens", () -> server.out().contains("\n"));
    }

    private static String address(Program server) throws Exception {
        return server.out().lines().findFirst().orElseThrow();
    }

    private Naru withInput(Naru command, String text) throws Exception {
        return command.input(Files.writeString(Files.createTempFile(folder, "input", ""), text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc", "tcp", "dns", "unix"})
    void aServerIsListedDescribedAndCalled(String kind) throws Exception {
        String address = address(kind);
        assertThat(rpc("list", address).succeeded().out().lines()).containsExactlyElementsOf(SERVICES);
        assertThat(rpc("describe", address, "Ferry").succeeded().out())
                .startsWith("naru.test.Ferry is a service:\nservice Ferry {\n  rpc Cross (naru.test.Passage)");
        assertThat(rpc("call", address, "Ferry/Cross", "{\"who\":\"Ann\",\"times\":2}")
                        .succeeded()
                        .out())
                .isEqualTo("""
                        {
                          "text": "<Ann> & \\"co\\"",
                          "passage": {
                            "who": "Ann",
                            "times": 2
                          }
                        }
                        """);
    }

    @Test
    void servicesMethodsAndTheirTypesAreShown() throws Exception {
        String address = address("unix");
        assertThat(rpc("list", address, "Ferry").succeeded().out().lines())
                .containsExactly(
                        "naru.test.Ferry/Cross",
                        "naru.test.Ferry/CrossOften",
                        "naru.test.Ferry/CrossAll",
                        "naru.test.Ferry/CrossEach",
                        "naru.test.Ferry/Sink",
                        "naru.test.Ferry/Ring");
        assertThat(Json.lines(rpc("list", "--json", address, "naru.test.Ferry")
                                .succeeded()
                                .out())
                        .get(2))
                .isEqualTo(Map.of(
                        "method", "naru.test.Ferry/CrossAll",
                        "request", "naru.test.Passage",
                        "reply", "naru.test.Landing",
                        "clientStreaming", true,
                        "serverStreaming", false));
        assertThat(rpc("describe", address, "naru.test.Ferry/CrossEach")
                        .succeeded()
                        .out())
                .isEqualTo("""
                        naru.test.Ferry.CrossEach is a method:
                        rpc CrossEach (stream naru.test.Passage) returns (stream naru.test.Landing);
                        """);
        assertThat(rpc("describe", address, "Passage").succeeded().out()).isEqualTo("""
                        naru.test.Passage is a message:
                        message Passage {
                          string who = 1;
                          int32 times = 2;
                          repeated naru.test.Freight freight = 3;
                          map<string, int64> weights = 4;
                          optional bool urgent = 5;
                          oneof way {
                            string river = 6;
                            naru.test.Passage.Sea sea = 7;
                          }
                          google.protobuf.Timestamp at = 8;
                          bytes ticket = 9 [deprecated = true];
                          message Sea {
                            double miles = 1;
                          }
                        }
                        """);
        assertThat(rpc("describe", address, "naru.test.Freight").succeeded().out())
                .isEqualTo("""
                        naru.test.Freight is an enum:
                        enum Freight {
                          FREIGHT_NONE = 0;
                          FREIGHT_SALT = 1;
                          FREIGHT_RICE = 2;
                        }
                        """);
        assertThat(Json.lines(
                        rpc("describe", "--json", address, "Berth").succeeded().out()))
                .containsExactly(Map.of(
                        "symbol", "naru.test.harbour.Berth",
                        "kind", "message",
                        "file", "harbour.proto",
                        "definition", "message Berth {\n  int32 number = 1;\n}"));
        assertThat(rpc("describe", address).succeeded().out().lines())
                .filteredOn(line -> line.endsWith(" is a service:"))
                .hasSameSizeAs(SERVICES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc", "unix"})
    void eachKindOfCallTakesItsMessagesAndPrintsItsAnswers(String kind) throws Exception {
        String address = address(kind);
        assertThat(rpc("call", "--json", address, "Ferry.CrossOften", "{\"who\":\"Bob\",\"times\":2}")
                        .succeeded()
                        .out())
                .isEqualTo("""
                        {"text":"Bob 0","extra":{"@type":"type.googleapis.com/naru.test.harbour.Berth"}}
                        {"text":"Bob 1","extra":{"@type":"type.googleapis.com/naru.test.harbour.Berth","number":1}}
                        """);
        assertThat(withInput(
                                process("call", "--json", address, "Ferry/CrossAll"),
                                "{\"who\":\"Ann\"}\n{\"who\":\n\"Bob\"}{\"who\":\"Cy\"}")
                        .run()
                        .succeeded()
                        .out())
                .isEqualTo("{\"text\":\"Ann and Bob and Cy\"}\n");
        assertThat(rpc("call", "--json", address, "Ferry/CrossEach", "{\"who\":\"Ann\"} {\"who\":\"Bob\"}")
                        .succeeded()
                        .out())
                .isEqualTo("{\"text\":\"Ann\"}\n{\"text\":\"Bob\"}\n");
        assertThat(withInput(process("call", "--json", address, "Ferry/Cross", "-"), "{\"who\":\"Ann\"}")
                        .run()
                        .succeeded()
                        .out())
                .isEqualTo("{\"text\":\"<Ann> & \\\"co\\\"\",\"passage\":{\"who\":\"Ann\"}}\n");
        // nothing is read for a message that has no fields, and an empty input is an empty message
        assertThat(rpc("call", "--json", address, "Ferry/Ring").succeeded().out())
                .isEqualTo("{\"text\":\"ding\"}\n");
        assertThat(rpc("call", "--json", "--emit-defaults", address, "Lift", "")
                        .endedWith(65)
                        .err())
                .contains("SERVICE/METHOD");
        assertThat(rpc("call", "--json", "--emit-defaults", address, "Crane/Lift", "")
                        .succeeded()
                        .out())
                .isEqualTo("{\"number\":0}\n");
    }

    /** Both sides talk by turns: neither end of a stream has to come first. */
    @ParameterizedTest
    @ValueSource(strings = {"rpc", "unix"})
    @SuppressWarnings("try") // closed in the middle
    void whatIsAnsweredIsPrintedBeforeTheInputEnds(String kind) throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        try (Program call = Naru.shell(process("call", "--json", address(kind), "Ferry/CrossEach")
                                        .inWords() + " < '" + fifo + "'")
                        .start();
                var input = Files.newOutputStream(fifo)) {
            input.write("{\"who\":\"Ann\"}\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            Program _ = call.await("the first is answered", () -> call.out().equals("{\"text\":\"Ann\"}\n"));
            input.write("{\"who\":\"Bob\"}\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            Program _ = call.await("the second is", () -> call.out().endsWith("{\"text\":\"Bob\"}\n"));
            input.close();
            assertThat(call.end().succeeded().out()).hasLineCount(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc", "unix"})
    void aStatusOtherThanOkIsALineWithItsDetailsAndAnExitStatus(String kind) throws Exception {
        String address = address(kind);
        Result sunk = rpc("call", address, "Ferry/Sink", "{}");
        assertThat(sunk.endedWith(76).out()).isEmpty();
        assertThat(sunk.err()).isEqualTo("""
                FAILED_PRECONDITION: it has a hole below
                  {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"HOLE","domain":"ferry"}
                  {"@type":"type.googleapis.com/naru.test.harbour.Berth","number":7}
                  type.googleapis.com/of.Nobody, 0 B
                """);
        assertThat(rpc("call", "--deadline", "100ms", address, "Ferry/Cross", "{\"who\":\"never\"}")
                        .endedWith(76)
                        .err())
                .startsWith("DEADLINE_EXCEEDED: ");
        assertThat(rpc("call", "--max-message", "10", address, "Ferry/Cross", "{}")
                        .endedWith(76)
                        .err())
                .startsWith("RESOURCE_EXHAUSTED: ");
        assertThat(rpc("list", kind.equals("rpc") ? "rpc:/naru-test-nobody" : place(kind, folder))
                        .endedWith(76)
                        .err())
                .startsWith("UNAVAILABLE: ");
        assertThat(rpc("list", "tcp:127.0.0.1:1").endedWith(76).err())
                .startsWith("UNAVAILABLE: ")
                .contains("Connection refused")
                .hasLineCount(1);
        assertThat(resident.run("explain", "call-failed").succeeded().out()).contains("76");
    }

    @Test
    void whatIsNotThereOrNoMessageIsToldInWords() throws Exception {
        try (Program server = server(place("unix", folder), "two")) {
            String address = address(server);
            assertThat(rpc("list", address, "Ship").failed(65, "no-symbol").err())
                    .contains("it has grpc.health.v1.Health, ");
            assertThat(rpc("call", address, "Ferry/Cross")
                            .failed(65, "several-symbols")
                            .err())
                    .contains("naru.test.Ferry, naru.test.harbour.Ferry");
            assertThat(rpc("call", address, "naru.test.Ferry/Fly", "{}")
                            .failed(65, "no-symbol")
                            .err())
                    .contains("naru.test.Ferry has Cross, CrossOften");
            assertThat(rpc("call", address, "Crane/Lift", "{\"numbr\":1}")
                            .failed(65, "bad-message")
                            .err())
                    .contains("message 1: ")
                    .contains("numbr")
                    .contains("naru.test.harbour.Berth has number");
            assertThat(rpc("call", address, "Crane/Lift", "{\"number\":\"x\"}")
                            .failed(65, "bad-message")
                            .err())
                    .contains("x");
            assertThat(rpc("call", address, "Crane/Lift", "{\"number\":")
                            .failed(65, "bad-message")
                            .err())
                    .contains("no JSON");
            assertThat(rpc("call", address, "Crane/Lift", "{}{}")
                            .failed(65, "bad-message")
                            .err())
                    .contains("takes one message");
            // of a stream, those before it are sent, and the call is cancelled
            assertThat(rpc("call", address, "naru.test.Ferry/CrossAll", "{\"who\":\"Ann\"}{\"whom\":1}")
                            .failed(65, "bad-message")
                            .err())
                    .contains("message 2: ");
            Program _ = server.await("it was cancelled", () -> server.out().contains("cancelled"));
        }
        assertThat(rpc("list", "fifo:x").endedWith(64).err()).contains("takes no calls");
        assertThat(rpc("list", "greeter").endedWith(64).err()).contains("has no kind");
        assertThat(rpc("list", "dns:///").endedWith(64).err()).contains("code: bad-address");
        Path garbage = Files.writeString(folder.resolve("garbage"), "nothing");
        assertThat(rpc("list", "--cacert", garbage.toString(), "tcp:127.0.0.1:1")
                        .endedWith(64)
                        .err())
                .contains("code: bad-address");
        assertThat(rpc("list", "--cacert", folder.resolve("missing").toString(), "tcp:127.0.0.1:1")
                        .endedWith(65)
                        .err())
                .contains("missing");
        assertThat(rpc("list", "-H", "x", "tcp:127.0.0.1:1").endedWith(64).err())
                .contains("NAME: VALUE");
        assertThat(rpc("list", "-H", "x-bin: ?", "tcp:127.0.0.1:1")
                        .endedWith(64)
                        .err())
                .contains("x-bin: ?");
        assertThat(rpc("list", "--tls", "rpc:/x").endedWith(64).err()).contains("--tls");
    }

    @Test
    void reflectionOfBeforeAndNoneAndAFileInsteadAreKnown() throws Exception {
        // given what protoc writes
        Path protoset = folder.resolve("ferry.protoset");
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
        Stream.of(
                        AnyProto.getDescriptor(),
                        EmptyProto.getDescriptor(),
                        TimestampProto.getDescriptor(),
                        Landing.getDescriptor().getFile())
                .forEach(file -> set.addFile(file.toProto()));
        Files.write(protoset, set.build().toByteArray());

        try (Program server = server(place("unix", folder), "v1alpha")) {
            assertThat(rpc("list", address(server)).succeeded().out()).contains("naru.test.Ferry\n");
        }
        try (Program server = server(place("unix", folder), "none")) {
            String address = address(server);
            assertThat(rpc("list", address).failed(69, "no-reflection").err()).contains("--protoset");
            assertThat(rpc("list", "--protoset", protoset.toString(), address)
                            .succeeded()
                            .out())
                    .isEqualTo("naru.test.Ferry\n");
            assertThat(rpc("call", "--json", "--protoset", protoset.toString(), address, "Ferry/Ring")
                            .succeeded()
                            .out())
                    .isEqualTo("{\"text\":\"ding\"}\n");
            assertThat(rpc(
                                    "list",
                                    "--protoset",
                                    Files.writeString(folder.resolve("x"), "nothing")
                                            .toString(),
                                    address)
                            .failed(65, "no-protoset")
                            .err())
                    .contains(folder.resolve("x").toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc", "unix"})
    void headersAreSentAndThoseThatComeAreShown(String kind) throws Exception {
        Result result =
                rpc("call", "-v", "--json", "-H", "x-flag: red", "-H", "x-flag-bin: AAEC", address(kind), "Ferry/Ring");
        assertThat(result.endedWith(0).out()).isEqualTo("{\"text\":\"ding\"}\n");
        assertThat(result.err().lines())
                .contains("header x-flag: red!", "header x-flag-bin: AAEC", "trailer x-flag: red!");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc", "unix"})
    void aSignalEndsTheCallAndTheServerHearsOfIt(String kind) throws Exception {
        Program server = SERVERS.get(kind);
        try (Program call = process("call", address(kind), "Ferry/Cross", "{\"who\":\"never by signal\"}")
                .interruptible()
                .start()) {
            Program _ = server.await("it is called", () -> server.out().contains("waits: never by signal"));
            assertThat(call.signal("INT").end().endedWith(130).err()).isEmpty();
            Program _ = server.await("it was cancelled", () -> server.out().contains("cancelled: never by signal"));
        }
    }

    @Test
    void aServerIsKnownByItsCertificate() throws Exception {
        Path store = folder.resolve("store.p12");
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        TestCertificate.make(store, certificate, key);
        try (Program server = server(place("tcp", folder), "v1", certificate.toString(), key.toString())) {
            String address = address(server);
            assertThat(rpc("list", "--cacert", certificate.toString(), address)
                            .succeeded()
                            .out())
                    .contains("naru.test.Ferry");
            assertThat(rpc("list", "--tls", address).endedWith(76).err()).startsWith("UNAVAILABLE: ");
            assertThat(rpc("list", address).endedWith(76).err()).startsWith("UNAVAILABLE: ");
        }
    }
}
