package dev.naru.cli;

import dev.naru.linux.Problem;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Standard output that remembers why it took no more: a print stream alone only says that it did not. */
final class StandardOutput extends PrintStream {
    private final Remembering bytes;

    private StandardOutput(Remembering bytes) {
        super(bytes, false, StandardCharsets.UTF_8);
        this.bytes = bytes;
    }

    static StandardOutput open() {
        return new StandardOutput(new Remembering());
    }

    /** What went wrong with a stream that has failed: its reader has gone, or anything else. */
    static CliException failure(PrintStream failed) {
        String reason = failed instanceof StandardOutput out ? out.bytes.reason() : "";
        return !reason.isEmpty() && reason.equals(brokenPipe())
                ? new CliException(Problem.OUTPUT_CLOSED, "standard output")
                : new CliException(Problem.OUTPUT_LOST, "standard output", reason);
    }

    /**
     * What the JDK says of EPIPE here and now: it passes on the C library's words, in the language of the user, and not the
     * errno.
     */
    private static String brokenPipe() {
        try {
            Pipe pipe = Pipe.open();
            try (Pipe.SinkChannel sink = pipe.sink()) {
                pipe.source().close();
                int _ = sink.write(ByteBuffer.wrap(new byte[1]));
            }
            return "";
        } catch (IOException broken) {
            return Objects.requireNonNullElse(broken.getMessage(), "");
        }
    }

    private static final class Remembering extends OutputStream {
        private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        private @Nullable IOException lost;

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int from, int count) throws IOException {
            try {
                out.write(octets, from, count);
            } catch (IOException refused) {
                lost = refused;
                throw refused;
            }
        }

        String reason() {
            return lost == null ? "" : Objects.requireNonNullElse(lost.getMessage(), "");
        }
    }
}
