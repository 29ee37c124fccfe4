package dev.naru.bench;

import com.google.protobuf.ByteString;
import dev.naru.bench.echo.Message;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A unary call with 32 B and back by a generated blocking stub, client and server in one process, callbacks where they come
 * (directExecutor): over shared memory, or over gRPC's transport within a process. What is allocated is of both sides.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--sun-misc-unsafe-memory-access=allow")
@State(Scope.Thread)
public class RpcBenchmark {
    private static final ByteString BODY = EchoService.body(32);

    /** What carries the calls, as {@link EchoPair.Transport} names it. */
    @Param({"SPINNING", "ADAPTIVE", "IN_PROCESS"})
    @SuppressWarnings("NullAway.Init") // by JMH
    public EchoPair.Transport transport;

    @SuppressWarnings("NullAway.Init") // by open()
    private EchoPair pair;

    private long number;

    /** Starts the server, and connects with the first call. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        pair = EchoPair.open(transport);
    }

    /** Ends both. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        pair.close();
    }

    /** The call. */
    @Benchmark
    public Message unary32() {
        return pair.stub().unary(EchoService.message(number++, BODY));
    }
}
