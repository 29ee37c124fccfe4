package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FifoNode;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A pipe with a name in the file system, for any processes that know the path.
 *
 * {@snippet file="FifoSnippets.java" region="reader"}
 *
 * <table>
 * <caption>Opening an end, as fifo(7) has it</caption>
 * <tr><th>call</th><th>with a peer</th><th>without</th></tr>
 * <tr><td>{@link #openReader()}, {@link #openWriter()}</td><td>at once</td><td>waits for one; an interrupt ends the wait</td></tr>
 * <tr><td>with a time</td><td>at once</td><td>waits so long, then empty</td></tr>
 * <tr><td>{@link #tryOpenReader()}</td><td>at once</td><td>at once: reads say -1, the end, until a writer comes</td></tr>
 * <tr><td>{@link #tryOpenWriter()}</td><td>at once</td><td>empty</td></tr>
 * </table>
 *
 * <p>This object is the name, nothing open: there is nothing to close. Any number of readers and writers may open it; the
 * end of file comes when the last writer closes. It outlives all processes until {@link #remove}; bytes in it do not
 * outlive the last that has it open.
 *
 * <p>Immutable and thread-safe. After mkfifo(3) and fifo(7).
 */
public final class Fifo {
    private final Path path;

    private Fifo(Path path) {
        this.path = path;
    }

    /** Makes it, for its owner alone; it must not exist. */
    public static Fifo create(Path path) throws ErrnoException {
        return create(path, FifoOptions.ownerOnly());
    }

    /**
     * Makes it; it must not exist.
     *
     * @throws ErrnoException it exists, its directory does not, or permission is denied: each its own {@link Problem}
     */
    public static Fifo create(Path path, FifoOptions options) throws ErrnoException {
        FifoNode.make(path, options.mode());
        return new Fifo(path);
    }

    /**
     * Names one that is there.
     *
     * @throws ErrnoException it is not there, or is something else
     */
    public static Fifo open(Path path) throws ErrnoException {
        FileStatus _ = FifoNode.requireFifo(path);
        return new Fifo(path);
    }

    /** Makes it, for its owner alone, unless it is there. */
    public static Fifo openOrCreate(Path path) throws ErrnoException {
        return openOrCreate(path, FifoOptions.ownerOnly());
    }

    /**
     * Makes it unless it is there; the options then change nothing. Two processes may do so at once.
     *
     * @throws ErrnoException what is there is no FIFO, its directory does not exist, or permission is denied
     */
    public static Fifo openOrCreate(Path path, FifoOptions options) throws ErrnoException {
        while (true) {
            try {
                return create(path, options);
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.EXISTS) {
                    throw refused;
                }
            }
            try {
                return open(path);
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.NO_FIFO) {
                    throw refused;
                }
                FifoNode.refuseDanglingLink(path); // otherwise it was removed in between: once more
            }
        }
    }

    /**
     * Removes the name. Who has it open keeps it; who opens it from now on finds nothing.
     *
     * @throws ErrnoException it is not there, is something else, or permission is denied
     */
    public void remove() throws ErrnoException {
        remove(path);
    }

    /** The same by its path. */
    public static void remove(Path path) throws ErrnoException {
        FifoNode.remove(path);
    }

    /** Opens the end that reads; waits until somebody writes. */
    public PipeReader openReader() throws ErrnoException, InterruptedException {
        return FifoNode.awaitWriter(path, Poller.NEVER).map(this::reader).orElseThrow();
    }

    /** Opens the end that reads if somebody writes in time. */
    public Optional<PipeReader> openReader(Duration timeout) throws ErrnoException, InterruptedException {
        return FifoNode.awaitWriter(path, Poller.deadlineIn(timeout)).map(this::reader);
    }

    /** Opens the end that reads, whether anybody writes or not. */
    public PipeReader tryOpenReader() throws ErrnoException {
        return reader(FifoNode.openReader(path));
    }

    /** Opens the end that writes; waits until somebody reads. */
    public PipeWriter openWriter() throws ErrnoException, InterruptedException {
        return FifoNode.awaitReader(path, Poller.NEVER).map(this::writer).orElseThrow();
    }

    /** Opens the end that writes if somebody reads in time. */
    public Optional<PipeWriter> openWriter(Duration timeout) throws ErrnoException, InterruptedException {
        return FifoNode.awaitReader(path, Poller.deadlineIn(timeout)).map(this::writer);
    }

    /** Opens the end that writes if somebody reads now. */
    public Optional<PipeWriter> tryOpenWriter() throws ErrnoException {
        return FifoNode.openWriter(path).map(this::writer);
    }

    private PipeReader reader(Descriptor opened) {
        return new PipeReader(opened, DescriptorChannel.Mode.OWN, toString());
    }

    private PipeWriter writer(Descriptor opened) {
        return new PipeWriter(opened, DescriptorChannel.Mode.OWN, toString());
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** The address: {@code fifo:run/orders}. */
    @Override
    public String toString() {
        return new Address.FifoPath(path).toString();
    }
}
