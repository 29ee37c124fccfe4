package dev.naru.channels;

import dev.naru.linux.ErrnoException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.InterruptibleChannel;

/**
 * Two pipes as one object, for both ways: what {@link #near} writes, {@link #far} reads, and the other way round. A child
 * gets the far side.
 *
 * {@snippet file="PipeSnippets.java" region="duplex"}
 *
 * <p>Both sides can wait for each other for ever, each with a full pipe: read as you write, or keep questions below the
 * capacity.
 *
 * <p>Thread-safe.
 */
public final class DuplexPipe implements Closeable {
    private final Side near;
    private final Side far;

    private DuplexPipe(AnonymousPipe outward, AnonymousPipe homeward) {
        this.near = new Side(homeward.reader(), outward.writer());
        this.far = new Side(outward.reader(), homeward.writer());
    }

    /** Two new pipes. */
    public static DuplexPipe create() throws ErrnoException {
        AnonymousPipe outward = AnonymousPipe.create();
        try {
            return new DuplexPipe(outward, AnonymousPipe.create());
        } catch (ErrnoException refused) {
            try {
                outward.close();
            } catch (IOException second) {
                refused.addSuppressed(second);
            }
            throw refused;
        }
    }

    /** Our side. */
    public Side near() {
        return near;
    }

    /** The other side. */
    public Side far() {
        return far;
    }

    /** Closes both sides. */
    @Override
    public void close() throws IOException {
        try (near) {
            far.close();
        }
    }

    /** One side: reads from one pipe and writes into the other. */
    public static final class Side implements ByteChannel, InterruptibleChannel {
        private final PipeReader reader;
        private final PipeWriter writer;

        private Side(PipeReader reader, PipeWriter writer) {
            this.reader = reader;
            this.writer = writer;
        }

        /** The end that reads, with its timed and try forms. */
        public PipeReader reader() {
            return reader;
        }

        /** The end that writes, with its timed and try forms. */
        public PipeWriter writer() {
            return writer;
        }

        @Override
        public int read(ByteBuffer dst) throws IOException {
            try {
                return reader.read(dst);
            } catch (ClosedByInterruptException interrupted) {
                close(); // the channel is both directions
                throw interrupted;
            }
        }

        @Override
        public int write(ByteBuffer src) throws IOException {
            try {
                return writer.write(src);
            } catch (ClosedByInterruptException interrupted) {
                close(); // the channel is both directions
                throw interrupted;
            }
        }

        /** Ends what we say; what the other side says can still be read. */
        public void shutdownOutput() throws IOException {
            writer.close();
        }

        /** Whether either direction is open. */
        @Override
        public boolean isOpen() {
            return reader.isOpen() || writer.isOpen();
        }

        /** Closes both directions. */
        @Override
        public void close() throws IOException {
            try (writer) {
                reader.close();
            }
        }
    }
}
