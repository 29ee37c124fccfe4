package dev.naru.bench;

import dev.naru.channels.PipeReader;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Lines that a process sends us. One that keeps silent for two minutes is an error, not a hang. */
final class Lines implements Closeable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final PipeReader in;
    private final String sender;
    private final ByteBuffer buffer = ByteBuffer.allocate(1024).limit(0);

    Lines(PipeReader in, String sender) {
        this.in = in;
        this.sender = sender;
    }

    String next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            while (buffer.hasRemaining()) {
                byte b = buffer.get();
                if (b == '\n') {
                    return line.toString(StandardCharsets.UTF_8);
                }
                line.write(b);
            }
            int read = in.read(buffer.clear(), PATIENCE);
            buffer.flip();
            if (read < 0) {
                throw new EOFException(sender + " ended before its work was done; its own words stand above");
            }
            if (read == 0) {
                throw new IOException(sender + " has not answered for " + PATIENCE.toMinutes() + " minutes");
            }
        }
    }

    long nextNumber() throws IOException {
        String line = next();
        try {
            return Long.parseLong(line);
        } catch (NumberFormatException wrong) {
            throw new IOException(sender + " answered '" + line + "' where a number was due", wrong);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
