package dev.naru.cli.tour;

import dev.naru.channels.Address;
import dev.naru.channels.MessageEnds;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Bytes through a message queue: what is written is cut into messages as long as it takes. */
final class QueueStream {
    private QueueStream() {}

    static WritableByteChannel writer(Address.Queue queue) throws IOException, InterruptedException {
        MessageSender sender = MessageEnds.sender(queue);
        return new PieceWriter(sender, sender);
    }

    static ReadableByteChannel reader(Address.Queue queue) throws IOException, InterruptedException {
        return new Reader(MessageEnds.receiver(queue));
    }

    private static final class Reader extends PieceReader {
        private final MessageReceiver receiver;

        Reader(MessageReceiver receiver) {
            this.receiver = receiver;
        }

        @Override
        void next(ByteBuffer into) throws IOException, InterruptedException {
            take(into, MemorySegment.ofArray(receiver.receive()));
        }

        @Override
        public boolean isOpen() {
            return receiver.isOpen();
        }

        @Override
        public void close() throws IOException {
            receiver.close();
        }
    }
}
