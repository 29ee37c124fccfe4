package dev.naru.linux.testing;

import java.io.IOException;
import java.util.List;

/** A perl that does a line at a time, with the constants of System V at hand. */
public final class Perl extends LineProgram {
    private static final String LOOP = """
            use constant { IPC_RMID => 0, IPC_CREAT => 01000, IPC_EXCL => 02000, GETVAL => 12 };
            sub ftok { # as glibc has it; IPC::SysV is not in every perl
                my ($path, $project) = @_;
                my ($device, $inode) = stat $path;
                unpack 'l', pack 'L', ($project & 0xff) << 24 | ($device & 0xff) << 16 | $inode & 0xffff;
            }
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
