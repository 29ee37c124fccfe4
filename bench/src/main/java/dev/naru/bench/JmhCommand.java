package dev.naru.bench;

import dev.naru.cli.Context;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru bench jmh}: the JMH benchmarks of hot paths, with what they allocate. */
@Command(name = "jmh", description = "Runs the JMH benchmarks of the hot paths; gc.alloc.rate.norm is to be 0 B/op.")
final class JmhCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    @Parameters(
            arity = "0..1",
            paramLabel = "REGEX",
            description = "Which benchmarks; all by default.",
            defaultValue = "dev.naru")
    private String regex = "dev.naru";

    JmhCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws RunnerException {
        Options options = new OptionsBuilder()
                .include(regex)
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend("--enable-native-access=ALL-UNNAMED")
                .build();
        try {
            boolean _ = new Runner(options, OutputFormatFactory.createFormatInstance(context.out(), Defaults.VERBOSITY))
                    .run()
                    .isEmpty();
        } catch (NoBenchmarksException none) {
            throw new ParameterException(spec.commandLine(), "no benchmark matches '" + regex + "'", none);
        }
        return CommandLine.ExitCode.OK;
    }
}
