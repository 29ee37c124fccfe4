package dev.naru.linux.testing;

import java.io.IOException;
import java.util.List;

/** A perl that does a line at a time, with the constants of {@code IPC::SysV} at hand. */
public final class Perl extends LineProgram {
    private static final String LOOP = """
            use IPC::SysV qw(:all);
            $| = 1;
            our ($id, $r, $s, $buffer);
            while (my $line = <STDIN>) {
                $! = 0;
                my $answer = eval $line;
                print $@ ? "error $@" : defined $answer ? "$answer\\n" : "error $!\\n";
            }
            """;

    private Perl(List<String> command) throws IOException {
        super(command);
    }

    private static List<String> command() {
        return List.of("perl", "-e", LOOP);
    }

    /** Starts one. */
    public static Perl start() throws IOException {
        return new Perl(command());
    }

    /** The same as the user 65534, who may nothing. */
    public static Perl startAsNobody() throws IOException {
        return new Perl(JavaProgram.asNobody(command()));
    }
}
