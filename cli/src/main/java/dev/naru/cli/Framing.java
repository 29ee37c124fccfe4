package dev.naru.cli;

import dev.naru.channels.FrameReceiver;
import dev.naru.channels.FrameSender;
import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How messages lie in a stream of bytes. */
enum Framing {
    /** As they come: what is read at once is one. */
    BYTES,
    /** Each is a line. */
    LINES,
    /** Each has its length in front. */
    FRAMES;

    private static final int PIECE = 64 * 1024;
    private static final byte[] NEWLINE = {'\n'};

    /** The messages of that stream. */
    Inlet inlet(InputChannel in, int maxMessage) {
        return switch (this) {
            case BYTES -> pieces(in, Math.min(maxMessage, PIECE));
            case LINES -> new Lines(in, maxMessage);
            case FRAMES -> Inlet.of(FrameReceiver.over(in, maxMessage));
        };
    }

    private static Inlet pieces(InputChannel in, int most) {
        ByteBuffer piece = ByteBuffer.allocateDirect(Math.max(1, most));
        return () -> {
            if (in.read(piece.clear()) < 0) {
                return null;
            }
            byte[] bytes = new byte[piece.flip().remaining()];
            piece.get(bytes);
            return Message.of(bytes);
        };
    }

    /** The last line need not end. */
    private static final class Lines implements Inlet {
        private final InputChannel in;
        private final int maxMessage;
        private final Splitter lines = new Splitter(NEWLINE);
        private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        private boolean ended;

        Lines(InputChannel in, int maxMessage) {
            this.in = in;
            this.maxMessage = maxMessage;
        }

        @Override
        public @Nullable Message next() throws IOException {
            byte[] line = lines.next();
            while (line == null && !ended) {
                requireFits(lines.pending(), maxMessage, in);
                ended = in.read(piece.clear()) < 0;
                lines.add(piece.flip());
                line = lines.next();
            }
            if (line == null && lines.pending() > 0) {
                line = lines.rest();
                lines.clear();
            }
            if (line == null) {
                return null;
            }
            requireFits(line.length, maxMessage, in);
            return Message.of(line);
        }
    }

    private static void requireFits(int length, int maxMessage, InputChannel in) throws ErrnoException {
        if (length > maxMessage) {
            throw ErrnoException.of(
                    Problem.FRAME_TOO_LONG,
                    Errno.UNKNOWN.number(),
                    "",
                    in.toString(),
                    maxMessage + " bytes",
                    length + " bytes or more");
        }
    }

    /** Puts messages into that stream. */
    Outlet outlet(OutputChannel out, int maxMessage) {
        return switch (this) {
            case BYTES -> message -> write(out, message.bytes());
            case LINES ->
                message -> {
                    byte[] line = Arrays.copyOf(message.bytes(), message.bytes().length + 1);
                    line[line.length - 1] = '\n';
                    write(out, line);
                };
            case FRAMES -> {
                FrameSender frames = FrameSender.over(out, maxMessage);
                yield message -> {
                    requireFits(message.bytes().length, maxMessage, out);
                    frames.send(message.bytes());
                };
            }
        };
    }

    private static void requireFits(int length, int maxMessage, OutputChannel out) throws ErrnoException {
        if (length > maxMessage) {
            throw ErrnoException.of(
                    Problem.MESSAGE_TOO_LONG,
                    Errno.UNKNOWN.number(),
                    "",
                    out.toString(),
                    maxMessage + " bytes",
                    length + " bytes");
        }
    }

    private static void write(OutputChannel out, byte[] bytes) throws IOException {
        int _ = out.write(ByteBuffer.wrap(bytes));
    }
}
