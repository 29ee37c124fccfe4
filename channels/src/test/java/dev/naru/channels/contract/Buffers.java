package dev.naru.channels.contract;

import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import dev.naru.linux.testing.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** The kinds of buffer, and what is done with whole streams. */
public enum Buffers {
    /** An array. */
    HEAP {
        @Override
        public ByteBuffer allocate(int capacity) {
            return ByteBuffer.allocate(capacity);
        }
    },
    /** Native memory. */
    DIRECT {
        @Override
        public ByteBuffer allocate(int capacity) {
            return ByteBuffer.allocateDirect(capacity);
        }
    };

    /** A new buffer of this kind. */
    public abstract ByteBuffer allocate(int capacity);

    /** A new one of this kind with those bytes, to be read from. */
    public ByteBuffer of(byte[] bytes) {
        return allocate(bytes.length).put(bytes).flip();
    }

    /** Reads until the buffer has no room or the end comes. */
    public static int readFully(InputChannel channel, ByteBuffer buffer) throws IOException {
        int start = buffer.position();
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            // further
        }
        return buffer.position() - start;
    }

    /** Reads so many bytes, fewer only at the end. */
    public static byte[] read(InputChannel channel, int most) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(most);
        byte[] bytes = new byte[readFully(channel, buffer)];
        buffer.flip().get(bytes);
        return bytes;
    }

    /** Reads to the end with buffers of this kind: how many bytes and their digest, in the words of the peer. */
    public String readToEnd(InputChannel channel) throws IOException {
        MessageDigest digest = Payload.newDigest();
        ByteBuffer buffer = allocate(1 << 18);
        long count = 0;
        for (int read; (read = channel.read(buffer)) >= 0; buffer.clear()) {
            count += read;
            digest.update(buffer.flip());
        }
        return "end " + count + " " + Payload.hex(digest.digest());
    }

    /** Writes without waiting until nothing goes any more: how many bytes went, all of them zero. */
    public static int fill(OutputChannel channel) throws IOException {
        int written = 0;
        for (int piece = 1 << 16; piece > 0; piece /= 16) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(piece);
            for (int went; (went = channel.tryWrite(zeros.clear())) > 0; ) {
                written += went;
            }
        }
        return written;
    }
}
