package dev.naru.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a command has around it.
 *
 * @param out for data
 * @param err for people
 * @param trace whether a defect of ours shows its stack
 * @param jvm how to start ourselves again
 * @param locale what LC_ALL was, or empty, where the launcher has set another for us; otherwise nothing
 * @param store the store of topics that name none
 */
public record Context(PrintStream out, PrintStream err, boolean trace, Jvm jvm, Optional<String> locale, Path store) {
    /** Where a store is that nobody has named. */
    static final Path USUAL_STORE = Path.of("data");

    /** With a locale that nobody has changed, and the usual store. */
    public Context(PrintStream out, PrintStream err, boolean trace, Jvm jvm) {
        this(out, err, trace, jvm, Optional.empty(), USUAL_STORE);
    }

    /**
     * The running JDK and our jars.
     *
     * @param home the JDK's directory
     * @param version its version
     * @param classPath our jars
     */
    public record Jvm(Path home, String version, String classPath) {
        /** Whether the file is the JDK's or one of our jars. */
        boolean owns(Path file) {
            return file.startsWith(home) || List.of(classPath.split(":", -1)).contains(file.toString());
        }

        /** The command line of another process of ours, for measuring: with the optimizing compiler. */
        public List<String> command(List<String> arguments) {
            List<String> command = new ArrayList<>(List.of(
                    home.resolve("bin/java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:+UseSerialGC",
                    "-Xshare:auto",
                    "-XX:-UsePerfData",
                    "-cp",
                    classPath,
                    Main.class.getName()));
            command.addAll(arguments);
            return command;
        }
    }

    /** Sends on what was printed; throws when standard output does not take it. */
    public void requireOutput() throws CliException {
        if (out.checkError()) { // a print stream keeps what went wrong to itself until it is asked
            throw StandardOutput.failure(out);
        }
    }

    /** That what was shown may not be all. */
    void sayHidden() {
        say("? is shown where processes of other users may be; root sees them");
    }

    /** Words for people, from this command. */
    public void say(String words) {
        err.println("naru: " + words);
    }
}
