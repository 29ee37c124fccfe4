package dev.naru.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.memory.testing.Talk;
import io.grpc.testing.integration.AbstractInteropTest;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Test;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
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

    @TestFactory
    Stream<DynamicTest> cases() {
        return Arrays.stream(AbstractInteropTest.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .sorted(Comparator.comparing(Method::getName))
                .map(method -> DynamicTest.dynamicTest(method.getName(), () -> run(method)));
    }

    private static void run(Method method) {
        Result result = new JUnitCore().run(Request.method(InteropCases.class, method.getName()));
        assertThat(result.getFailures()).isEmpty();
        assertThat(result.getRunCount() + result.getIgnoreCount()).isPositive();
    }
}
