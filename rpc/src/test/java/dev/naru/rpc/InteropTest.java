package dev.naru.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.memory.testing.Talk;
import io.grpc.testing.integration.AbstractInteropTest;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Test;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.runner.JUnitCore;
import org.junit.runner.Request;
import org.junit.runner.Result;

/** gRPC's published interop client and service, in two processes: all cases of a transport. */
@Timeout(value = 3, unit = TimeUnit.MINUTES) // all cases together
class InteropTest {
    private static Talk server;

    @BeforeAll
    static void start() throws Exception {
        InteropCases.address = Places.unused();
        server = FarServer.start(InteropCases.address);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        Places.remove(InteropCases.address);
    }

    static Stream<String> all() {
        return Arrays.stream(AbstractInteropTest.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("all")
    void cases(String name) {
        Result result = new JUnitCore().run(Request.method(InteropCases.class, name));
        assertThat(result.getFailures()).isEmpty();
        assertThat(result.getRunCount() + result.getIgnoreCount()).isPositive();
    }
}
