package dev.naru.cli;

import dev.naru.channels.Connection;
import dev.naru.channels.InputChannel;
import dev.naru.channels.MessageConnection;
import dev.naru.channels.OutputChannel;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One end of a relay: a stream of bytes or messages, to read from, to write to or both. */
sealed interface RelayEnd extends Closeable {
    /** Ends what we say, where the other way goes on. */
    void endOutput() throws IOException;

    /** Whether it is the standard streams. */
    default boolean isStandard() {
        return false;
    }

    /** Whether somebody types there: nobody waits for his end when the far side has ended. */
    default boolean isTerminal() {
        return false;
    }

    /** What stands behind a stream. */
    enum Kind {
        ORDINARY,
        STANDARD,
        TERMINAL
    }

    /**
     * A stream.
     *
     * @param in null when nothing can be read from it
     * @param out null when nothing can be written to it
     * @param kind what stands behind it
     */
    record Bytes(@Nullable InputChannel in, @Nullable OutputChannel out, Kind kind) implements RelayEnd {
        static Bytes reading(InputChannel in) {
            return new Bytes(in, null, Kind.ORDINARY);
        }

        static Bytes writing(OutputChannel out) {
            return new Bytes(null, out, Kind.ORDINARY);
        }

        /** Both ways. */
        static Bytes of(Connection connection) {
            return new Bytes(connection, connection, Kind.ORDINARY);
        }

        @Override
        public boolean isStandard() {
            return kind != Kind.ORDINARY;
        }

        @Override
        public boolean isTerminal() {
            return kind == Kind.TERMINAL;
        }

        @Override
        public void endOutput() throws IOException {
            if (out instanceof Connection connection) {
                connection.shutdownOutput();
            } else if (out != null) {
                out.close();
            }
        }

        @Override
        public void close() throws IOException {
            try (InputChannel _ = in;
                    OutputChannel _ = out) {
                // both
            }
        }
    }

    /**
     * Messages.
     *
     * @param in null when none come from it
     * @param out null when none go to it
     * @param whole what is closed
     */
    record Whole(@Nullable Inlet in, @Nullable Outlet out, Closeable whole) implements RelayEnd {
        @Override
        public void endOutput() throws IOException {
            if (whole instanceof MessageConnection connection) {
                connection.shutdownOutput();
            }
        }

        @Override
        public void close() throws IOException {
            whole.close();
        }
    }
}
