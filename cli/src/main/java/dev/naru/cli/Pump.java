package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Endpoints;
import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import dev.naru.channels.PipeReader;
import dev.naru.channels.PipeWriter;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Moves bytes between a pipe and a standard stream: by splice(2), which copies nothing, and where the stream does not take
 * part in that (a terminal, a file opened for appending) by reading and writing.
 */
final class Pump {
    static final int STANDARD_INPUT = 0;
    static final int STANDARD_OUTPUT = 1;
    private static final int PIECE = 64 * 1024;

    private final Context context;

    Pump(Context context) {
        this.context = context;
    }

    /**
     * When we are started with a standard stream closed, the JVM's first file gets its number: nobody wants that file's
     * bytes, or ours in it.
     */
    void requireStandardStream(int number) throws CliException {
        try {
            Path file = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(number)));
            if (context.jvm().owns(file)) {
                throw number == STANDARD_INPUT
                        ? new CliException(Problem.BAD_DESCRIPTOR, "standard input")
                        : new CliException(Problem.OUTPUT_LOST, "standard output", Errno.EBADF.text());
            }
        } catch (IOException notThere) {
            // the call itself will say so
        }
    }

    /** What is named is what this process was started with, and not what the JVM has opened since. */
    void requireInherited(Address.Fd fd) throws CliException {
        try {
            if (context.jvm().owns(Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd.number()))))) {
                throw new CliException(Problem.BAD_DESCRIPTOR, fd.toString());
            }
        } catch (IOException notThere) {
            // the call itself will say so
        }
    }

    /**
     * Until the end or so many bytes; false when a piece did not come in time. What was taken has to go
     * somewhere, so who does not wait for bytes still waits for output.
     */
    boolean toStandardOutput(PipeReader reader, long bytes, Duration time, Duration outTime)
            throws IOException, InterruptedException, CliException {
        context.out().flush();
        requireStandardStream(STANDARD_OUTPUT);
        Descriptor out = Descriptor.borrow(STANDARD_OUTPUT);
        long left = bytes;
        try {
            while (left > 0) {
                long most = Math.min(left, Integer.MAX_VALUE);
                long moved = reader.moveTo(out, most, time);
                while (moved == 0 && reader.queued() > 0) { // the output has no room, or bytes came just now
                    if (!awaitRoom(out, time.equals(outTime) ? Duration.ZERO : outTime)) {
                        throw new CliException(Problem.TIMED_OUT, "standard output");
                    }
                    moved = reader.moveTo(out, most, Duration.ZERO);
                }
                if (moved <= 0) {
                    return moved < 0;
                }
                left -= moved;
            }
            return true;
        } catch (ErrnoException refused) {
            requireReader(refused);
            requireSpliceRefused(refused);
            try (OutputChannel written = Endpoints.openWriter(new Address.Standard())) {
                return copy(reader, written, left, time, outTime);
            } catch (ErrnoException unwritten) {
                requireReader(unwritten);
                throw unwritten;
            }
        }
    }

    /** Waits for the output alone: another reader may take the bytes meanwhile, and no others need come. */
    private static boolean awaitRoom(Descriptor out, Duration time) throws ErrnoException, InterruptedException {
        if (!out.enter()) {
            throw new IllegalStateException(out + " is ours, and was closed");
        }
        try {
            return switch (Poller.await(out, Poller.Interest.WRITABLE, Poller.deadlineIn(time))) {
                case READY -> true;
                case TIMED_OUT -> false;
                case INTERRUPTED -> throw new InterruptedException();
                case CLOSED -> throw new IllegalStateException(out + " is ours, and was closed");
            };
        } finally {
            out.leave();
        }
    }

    /** While bytes go to standard output, it can only be that one's reader who has gone. */
    static void requireReader(ErrnoException refused) throws CliException {
        if (refused.problem() == Problem.READER_GONE) {
            throw new CliException(Problem.OUTPUT_CLOSED, "standard output");
        }
    }

    /** Until the end of standard input; false when a piece did not come in time, or did not go. */
    boolean fromStandardInput(PipeWriter writer, Duration time) throws IOException, InterruptedException, CliException {
        requireStandardStream(STANDARD_INPUT);
        Descriptor in = Descriptor.borrow(STANDARD_INPUT);
        try {
            long moved;
            do {
                moved = writer.moveFrom(in, Integer.MAX_VALUE, time);
            } while (moved > 0);
            return moved < 0;
        } catch (ErrnoException refused) {
            requireSpliceRefused(refused);
            try (InputChannel read = Endpoints.openReader(new Address.Standard())) {
                return copy(read, writer, Long.MAX_VALUE, time, time);
            }
        }
    }

    private static void requireSpliceRefused(ErrnoException refused) throws ErrnoException {
        if (refused.problem() != Problem.NOT_MOVABLE) {
            throw refused;
        }
    }

    private static boolean copy(InputChannel in, OutputChannel out, long bytes, Duration time, Duration outTime)
            throws IOException, CliException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        for (long left = bytes; left > 0; ) {
            piece.clear().limit((int) Math.min(left, PIECE));
            int read = in.read(piece, time);
            if (read <= 0) {
                return read < 0;
            }
            left -= read;
            piece.flip();
            while (piece.hasRemaining()) {
                if (out.write(piece, outTime) == 0) {
                    throw new CliException(Problem.TIMED_OUT, out.toString());
                }
            }
        }
        return true;
    }
}
