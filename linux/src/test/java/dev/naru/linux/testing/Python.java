package dev.naru.linux.testing;

import java.io.IOException;
import java.util.List;

/** A python3 that does a line at a time, with {@code socket}, {@code os}, {@code array} and {@code struct} at hand. */
public final class Python extends LineProgram {
    private static final String LOOP = """
            import sys, os, socket, array, struct
            names = globals()
            for line in sys.stdin:
                try:
                    try:
                        answer = eval(line, names)
                    except SyntaxError:
                        exec(line, names)
                        answer = 'ok'
                except OSError as refused:
                    answer = 'error ' + (refused.strerror or str(refused))
                print(answer, flush=True)
            """;

    private Python() throws IOException {
        super(List.of("python3", "-c", LOOP));
    }

    /** Starts one. */
    public static Python start() throws IOException {
        return new Python();
    }
}
