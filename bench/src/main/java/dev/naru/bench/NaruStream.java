package dev.naru.bench;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.channels.Fifo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** What lies between our two JVMs, and how each gets its end. */
sealed interface NaruStream extends Closeable {
    /** A new one. */
    static NaruStream create(Work.Carrier carrier, Path path) throws IOException {
        return switch (carrier) {
            case PIPE -> new OfPipe(AnonymousPipe.create());
            case FIFO -> new OfFifo(Fifo.create(path));
            case UNIX, TCP -> throw new IllegalArgumentException(carrier + " has no ends that are handed over");
        };
    }

    /** How the child names an end that it gets at that descriptor number. */
    String address(int number);

    /** The child is the one that writes. */
    Command giveWriter(Command command, int number);

    /** The child is the one that reads. */
    Command giveReader(Command command, int number);

    /** Children inherit its ends. */
    record OfPipe(AnonymousPipe pipe) implements NaruStream {
        @Override
        public String address(int number) {
            return "fd:" + number;
        }

        @Override
        public Command giveWriter(Command command, int number) {
            return command.descriptor(number, pipe.writer());
        }

        @Override
        public Command giveReader(Command command, int number) {
            return command.descriptor(number, pipe.reader());
        }

        @Override
        public void close() throws IOException {
            pipe.close();
        }
    }

    /** Children open it by its path. */
    record OfFifo(Fifo fifo) implements NaruStream {
        @Override
        public String address(int number) {
            return fifo.toString();
        }

        @Override
        public Command giveWriter(Command command, int number) {
            return command;
        }

        @Override
        public Command giveReader(Command command, int number) {
            return command;
        }

        @Override
        public void close() throws IOException {
            fifo.remove();
        }
    }
}
