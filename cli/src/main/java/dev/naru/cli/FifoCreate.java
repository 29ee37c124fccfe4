package dev.naru.cli;

import dev.naru.channels.Fifo;
import dev.naru.channels.FifoOptions;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code naru fifo create}. */
@Command(name = "create", description = "Make FIFOs.")
final class FifoCreate implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "PATH",
            description = "Where, as a path or fifo:PATH.",
            converter = FifoPath.class)
    private List<Path> paths = new ArrayList<>();

    @Option(
            names = {"-m", "--mode"},
            converter = OctalMode.class,
            paramLabel = "OCTAL",
            description = "Permissions, exactly (default: 600).")
    private FifoOptions options = FifoOptions.ownerOnly();

    @Option(names = "--exist-ok", description = "An existing FIFO is as good; its mode stays.")
    private boolean existOk;

    @Override
    public Integer call() throws ErrnoException {
        for (Path path : paths) {
            Fifo _ = existOk ? Fifo.openOrCreate(path, options) : create(path);
        }
        return 0;
    }

    /** What is in the way and is no FIFO is named so, since what helps with a FIFO does not help then. */
    private Fifo create(Path path) throws ErrnoException {
        try {
            return Fifo.create(path, options);
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.EXISTS && FileStatus.ofLink(path).type() != FileStatus.Type.FIFO) {
                throw ErrnoException.of(Problem.NOT_A_FIFO, refused.errno().number(), refused.call(), refused.target());
            }
            throw refused;
        }
    }

    /** {@code 660}, {@code 0660}. */
    static final class OctalMode implements ITypeConverter<FifoOptions> {
        @Override
        public FifoOptions convert(String text) {
            try {
                return FifoOptions.mode(Integer.parseInt(text, 8));
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException("'" + text + "' is no mode; use octal digits from 0 to 777");
            }
        }
    }
}
