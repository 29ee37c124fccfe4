package dev.naru.rpc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What gRPC's other channels and servers have and this one has not is refused where it is asked for, in words. */
class RefusedTest {
    private static RpcChannelBuilder channel() {
        return RpcChannel.builder("rpc:/refused");
    }

    private static Arguments refused(String what, ThrowingCallable call, String why) {
        return Arguments.of(what, call, why);
    }

    static Stream<Arguments> all() {
        String oneServer = "a channel over shared memory has one server, on this machine";
        return Stream.of(
                refused("defaultLoadBalancingPolicy", () -> channel().defaultLoadBalancingPolicy("x"), oneServer),
                refused(
                        "defaultServiceConfig",
                        () -> channel().defaultServiceConfig(Map.of()),
                        "neither retries, hedges"),
                refused("maxHedgedAttempts", () -> channel().maxHedgedAttempts(2), "it does not hedge"),
                refused("maxRetryAttempts", () -> channel().maxRetryAttempts(2), "it does not retry"),
                refused(
                        "keepAliveTime",
                        () -> channel().keepAliveTime(1, TimeUnit.MINUTES),
                        "the kernel tells at once"),
                refused("useTransportSecurity", () -> channel().useTransportSecurity(), "give ChannelCredentials"),
                refused(
                        "keepAliveTime",
                        () -> RpcServer.builder("rpc:/refused").keepAliveTime(1, TimeUnit.MINUTES),
                        "the kernel tells at once"),
                refused(
                        "admit",
                        () -> RpcServer.builder("tcp:127.0.0.1:0")
                                .admit(_ -> true)
                                .build(),
                        "only a server over shared memory"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void isRefusedInWords(String what, ThrowingCallable call, String why) {
        assertThatThrownBy(call)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining(": " + what + ": ")
                .hasMessageContaining(why);
    }
}
