package dev.naru.cli.tour;

import dev.naru.channels.MessageSender;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Bytes that go as messages: what is written is cut into pieces as long as a message may be.
 *
 * @param sender of the messages
 * @param owner what closing closes
 */
record PieceWriter(MessageSender sender, Closeable owner) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int before = bytes.remaining();
        int end = bytes.limit();
        try {
            while (bytes.position() < end) {
                bytes.limit((int) Math.min(end, bytes.position() + sender.maxMessage()));
                sender.send(bytes);
            }
        } catch (InterruptedException _) {
            throw PieceReader.interrupted();
        } finally {
            bytes.limit(end);
        }
        return before;
    }

    @Override
    public boolean isOpen() {
        return sender.isOpen();
    }

    @Override
    public void close() throws IOException {
        owner.close();
    }
}
