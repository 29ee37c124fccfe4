package dev.naru.cli;

import dev.naru.cli.tour.TourCommand;
import dev.naru.cli.tour.TourPeer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;

/** The entry of {@code naru}, and the only place that reads system properties and the environment. */
public final class Main {
    /** Made only when named: each one costs some milliseconds of start-up. */
    private static final Map<String, Function<Context, Object>> COMMANDS = commands();

    private static final String HELP = "help";

    private Main() {}

    private static Map<String, Function<Context, Object>> commands() {
        Map<String, Function<Context, Object>> commands = new LinkedHashMap<>();
        commands.put("tour", TourCommand::new);
        commands.put("fifo", FifoCommand::line);
        commands.put("shm", ShmCommand::line);
        commands.put("mq", MqCommand::line);
        commands.put("sem", SemCommand::line);
        commands.put("ring", RingCommand::line);
        commands.put("lock", LockCommand::line);
        commands.put("topic", TopicCommand::line);
        commands.put("group", GroupCommand::line);
        commands.put("socket", SocketCommand::line);
        commands.put("rpc", RpcCommand::line);
        commands.put("relay", RelayCommand::new);
        commands.put("record", RecordCommand::new);
        commands.put("replay", ReplayCommand::new);
        commands.put("ping", PingCommand::new);
        commands.put("ls", LsCommand::new);
        commands.put("rm", RmCommand::new);
        commands.put("top", TopCommand::new);
        commands.put("doctor", DoctorCommand::new);
        commands.put("explain", ExplainCommand::new);
        commands.put("completion", CompletionCommand::new);
        for (LauncherCommand launcher : LauncherCommand.values()) {
            commands.put(launcher.name(), launcher::line);
        }
        commands.put(HELP, HelpCommand::new);
        return commands;
    }

    /** Runs the command and exits with its status. */
    public static void main(String[] arguments) {
        Context context = context();
        int status = arguments.length > 0 && arguments[0].equals(TourPeer.NAME)
                ? TourPeer.run(context, List.of(arguments).subList(1, arguments.length))
                : run(context, arguments);
        context.err().flush();
        System.exit(Failures.ended(context, status));
    }

    /** What this process was started with. */
    public static Context context() {
        return new Context(
                StandardOutput.open(),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.getenv("NARU_TRACE") != null,
                new Context.Jvm(
                        Path.of(System.getProperty("java.home")),
                        System.getProperty("java.version"),
                        System.getProperty("java.class.path")),
                Optional.ofNullable(System.getenv("NARU_LC_ALL")),
                Optional.ofNullable(System.getenv("NARU_STORE"))
                        .filter(named -> !named.isEmpty())
                        .map(Path::of)
                        .orElse(Context.USUAL_STORE));
    }

    private static int run(Context context, String[] arguments) {
        try {
            return commandLine(context, arguments.length == 0 ? "" : arguments[0])
                    .execute(arguments);
        } catch (Error refused) { // picocli passes on what is no Exception
            return Failures.report(context, refused);
        }
    }

    /** The command line with the named subcommand, or with all when none is named. */
    static CommandLine commandLine(Context context, String named) {
        CommandLine line = new CommandLine(new NaruCommand(context));
        boolean all =
                named.equals(HELP) || !(COMMANDS.containsKey(named) || named.equals("--version") || named.equals("-V"));
        COMMANDS.forEach((name, made) -> {
            if (all || name.equals(named)) {
                line.addSubcommand(name, made.apply(context));
            }
        });
        StandardOptions.addHelp(line);
        StandardOptions.addVersion(line);
        return Failures.handledBy(context, line);
    }

    /** The commands, in the order of the help. */
    static Set<String> names() {
        return COMMANDS.keySet();
    }

    /** The version in the jar's manifest. */
    static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("(not from a jar)");
    }
}
