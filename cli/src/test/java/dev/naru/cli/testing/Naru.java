package dev.naru.cli.testing;

import com.google.common.base.Preconditions;
import com.google.common.util.concurrent.internal.InternalFutureFailureAccess;
import dev.naru.channels.Address;
import dev.naru.cli.Main;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.memory.SharedMemory;
import dev.naru.queues.SystemVQueue;
import dev.naru.rpc.RpcServer;
import dev.naru.topics.Store;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ffm.FfmTerminalProvider;
import picocli.CommandLine;
import tools.jackson.core.json.JsonFactory;

/** A naru command to be run in a process of its own, or a line of the shell in which {@code naru} is one. */
public final class Naru {
    private static final File NOTHING = new File("/dev/null");

    private final List<String> command;
    private final Map<String, String> environment = new HashMap<>();
    private File input = NOTHING;
    private File directory = new File(".");

    private Naru(List<String> command) {
        this.command = new ArrayList<>(command);
        environment.put("LC_ALL", "C.UTF-8");
    }

    /** With those arguments. */
    public static Naru naru(String... arguments) {
        return new Naru(java().command(arguments));
    }

    /** A line of bash; in it, naru is the command. */
    public static Naru shell(String line) {
        return new Naru(List.of("bash", "-c", "naru() { " + words(java().command()) + " \"$@\"; }\n" + line));
    }

    /** With those arguments and a JVM that is started otherwise. */
    public static Naru naru(JavaProgram java, String... arguments) {
        return new Naru(java.command(arguments));
    }

    /** With those arguments, by the user 65534, who reads our classes from copies below that folder. */
    public static Naru asNobody(Path folder, String... arguments) throws IOException {
        return new Naru(JavaProgram.asNobody(java().packedInto(folder).command(arguments)));
    }

    /** How its JVM is started, for those who want other options. */
    public static JavaProgram java() {
        return java(Main.class);
    }

    /** The same with another main class of the tests. */
    public static JavaProgram java(Class<?> main) {
        return JavaProgram.of(main)
                .needing(Main.class)
                .needing(Address.class)
                .needing(SharedMemory.class)
                .needing(SystemVQueue.class)
                .needing(Store.class)
                .needing(RpcServer.class)
                .needing(Channel.class)
                .needing(ClientCalls.class)
                .needing(Preconditions.class)
                .needing(InternalFutureFailureAccess.class)
                .needing(CommandLine.class)
                .needing(Terminal.class)
                .needing(FfmTerminalProvider.class)
                .needing(JsonFactory.class)
                .needing(Histogram.class)
                .option("-XX:+UseSerialGC")
                .option("-XX:TieredStopAtLevel=1"); // hundreds of short lives
    }

    /** As words of the shell. */
    private static String words(List<String> command) {
        return command.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }

    /** The command as words of the shell. */
    public String inWords() {
        return words(command);
    }

    /** Started by that program, which executes what follows its own arguments. */
    public Naru under(String... program) {
        command.addAll(0, List.of(program));
        return this;
    }

    /** As from a terminal: signals end it, even when these tests run in the background, where some are ignored. */
    public Naru interruptible() {
        return under("env", "--default-signal=INT,TERM,HUP");
    }

    /** With that variable. */
    public Naru environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Started in that directory. */
    public Naru in(Path folder) {
        directory = folder.toFile();
        return this;
    }

    /** With that file as standard input; it is empty otherwise. */
    public Naru input(Path file) {
        input = file.toFile();
        return this;
    }

    /** Starts it. */
    public Program start() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory).redirectInput(input);
        builder.environment()
                .keySet()
                .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "NARU_TRACE", "NARU_LC_ALL", "NARU_STORE"));
        builder.environment().putAll(environment);
        return Program.start(builder);
    }

    /** Runs it to its end. */
    public Program.Result run() throws IOException, InterruptedException {
        try (Program program = start()) {
            return program.end();
        }
    }
}
