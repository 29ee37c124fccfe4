package dev.naru.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Python;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client that is not ours, made after the specification: {@code docs/layouts/naru_rpc.py}. */
@ExtendWith(NoLeaks.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PythonClientTest {
    private static final String GREETER = "'dev.naru.rpc.example.Greeter/";
    private static final Path LAYOUTS =
            Path.of("../docs/layouts").toAbsolutePath().normalize();

    private final String address = Places.unused();
    private final Greeting greeting = new Greeting();
    private RpcServer server;
    private Python python;

    @BeforeEach
    void start() throws Exception {
        server = RpcServer.builder(address)
                .maxInboundMessageSize(8 << 20)
                .addService(greeting)
                .build()
                .start();
        python = Python.start();
        tell("sys.path.insert(0, '" + LAYOUTS + "')");
        tell("import naru_rpc");
        tell("c = naru_rpc.Client('" + Rendezvous.socketOf((Address.Rpc) Address.parse(address)) + "')");
    }

    @AfterEach
    void stop() throws Exception {
        python.close();
        server.close();
        Places.remove(address);
    }

    private void tell(String line) throws Exception {
        assertThat(python.ask(line)).as(line).isIn("ok", "None");
    }

    @Test
    void itCallsInEachWay() throws Exception {
        // a message of protobuf with name = "py", and the answer's text
        assertThat(python.ask("c.unary(" + GREETER + "Greet', b'\\n\\x02py')"))
                .isEqualTo("(0, '', b'\\n\\thello, py')");
        tell("c.begin(" + GREETER + "GreetOften')");
        tell("c.send(b'\\n\\x02py\\x10\\x03')"); // three times
        tell("c.end()");
        assertThat(python.ask("len(list(c.answers())), c.code")).isEqualTo("(3, 0)");
        tell("c.begin(" + GREETER + "GreetAll')");
        tell("c.send(b'\\n\\x01a')");
        tell("c.send(b'\\n\\x01b')");
        tell("c.end()");
        assertThat(python.ask("list(c.answers())")).isEqualTo("[b'\\n\\x0ehello, a and b']");
    }

    @Test
    void itSendsAndTakesMoreThanAWindowAndItsCallsEnd() throws Exception {
        tell("big = bytes(3_000_000)");
        tell("message = b'\\x1a' + b'\\xc0\\x8d\\xb7\\x01' + big"); // payload
        assertThat(python.ask("len(c.unary(" + GREETER + "Greet', message)[2]) > len(big)"))
                .isEqualTo("True");
        assertThat(python.ask("c.unary(" + GREETER + "Missing', b'')"))
                .isEqualTo("(12, 'Method not found: dev.naru.rpc.example.Greeter/Missing', None)");
        tell("c.begin(" + GREETER + "GreetEach')");
        tell("c.send(b'\\n\\x06python')");
        assertThat(python.ask("next(c.answers())")).isEqualTo("b'\\n\\rhello, python'");
        tell("c.cancel()");
        assertThat(greeting.awaitCancelled("python")).isEqualTo("cancelled");
        tell("c.close()");
    }
}
