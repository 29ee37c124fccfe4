package dev.naru.bench;

import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code naru bench jmh}: the JMH benchmarks of hot paths, with what they allocate. */
@Command(name = "jmh", description = "Runs the JMH benchmarks of the hot paths; gc.alloc.rate.norm is to be 0 B/op.")
final class JmhCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "REGEX",
            description = "Which benchmarks; all by default.",
            defaultValue = "dev.naru")
    private String regex = "dev.naru";

    @Override
    public Integer call() throws RunnerException {
        Runner runner = new Runner(new OptionsBuilder()
                .include(regex)
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend("--enable-native-access=ALL-UNNAMED")
                .build());
        boolean _ = runner.run().isEmpty();
        return CommandLine.ExitCode.OK;
    }
}
