package dev.naru.rpc;

import io.grpc.Compressor;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages into pieces, and counts them for the tracers. Used by one thread at a time, as gRPC's calls say of
 * {@code sendMessage}.
 */
final class MessageSender {
    private final Outgoing outgoing;
    private final Tracers tracers;
    private final int mostBytes;
    private int number;

    /** {@code mostBytes}: a message that is longer, as it is sent, is refused. */
    MessageSender(Outgoing outgoing, Tracers tracers, int mostBytes) {
        this.outgoing = outgoing;
        this.tracers = tracers;
        this.mostBytes = mostBytes;
    }

    /**
     * The bytes of a message that is short, and known to be so; else null, and nothing of it was read.
     *
     * @param mostBytes a message that is longer is refused
     */
    static byte @Nullable [] shortBytes(InputStream message, int mostBytes) {
        try {
            if (message instanceof KnownLength && message.available() <= Outgoing.LEAST_PIECE) {
                byte[] bytes = new byte[message.available()];
                requireFits(bytes.length, mostBytes);
                int count = message.readNBytes(bytes, 0, bytes.length);
                if (count != bytes.length || message.read() >= 0) {
                    throw new IOException("a message of " + bytes.length + " B had " + count);
                }
                return bytes;
            }
            return null;
        } catch (IOException refused) {
            throw cannotSerialize(refused);
        }
    }

    private static void requireFits(long bytes, int mostBytes) {
        if (bytes > mostBytes) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("message too large " + bytes + " > " + mostBytes)
                    .asRuntimeException();
        }
    }

    private void count(byte[] bytes) {
        if (!tracers.isEmpty()) {
            tracers.sent(number, bytes.length, bytes.length);
        }
        number++;
    }

    /**
     * Sends a message.
     *
     * @param compressor null for none
     */
    void send(InputStream message, @Nullable Compressor compressor) {
        byte[] bytes = compressor == null ? shortBytes(message, mostBytes) : null;
        if (bytes != null) {
            outgoing.message(0, bytes, 0, bytes.length, true);
            count(bytes);
            return;
        }
        Pieces pieces = new Pieces(compressor == null ? 0 : FrameLayout.COMPRESSED, outgoing.maxPiece());
        try {
            long plain = compressor == null ? drain(message, pieces) : compress(message, compressor, pieces);
            pieces.finish();
            if (!tracers.isEmpty()) {
                tracers.sent(number, pieces.total, plain);
            }
            number++;
        } catch (IOException refused) {
            throw cannotSerialize(refused);
        }
    }

    private static long compress(InputStream message, Compressor compressor, Pieces pieces) throws IOException {
        try (OutputStream packed = compressor.compress(pieces)) {
            return drain(message, packed);
        }
    }

    private static long drain(InputStream message, OutputStream out) throws IOException {
        return message instanceof Drainable drainable ? drainable.drainTo(out) : message.transferTo(out);
    }

    private static RuntimeException cannotSerialize(IOException refused) {
        return Status.INTERNAL
                .withDescription("the message cannot be serialized")
                .withCause(refused)
                .asRuntimeException();
    }

    /** Cuts what is written into pieces; the last one is held back until it is known to be the last. */
    private final class Pieces extends OutputStream {
        private final byte[] held;
        private int flags;
        private int count;
        private long total;

        Pieces(int flags, int maxPiece) {
            this.flags = flags;
            this.held = new byte[maxPiece];
        }

        @Override
        public void write(int b) {
            if (count == held.length) {
                emit(held, 0, count, FrameLayout.MORE);
                count = 0;
            }
            held[count++] = (byte) b;
            total++;
            requireFits(total, mostBytes);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            int _ = Objects.checkFromIndexSize(offset, length, bytes.length);
            int from = offset;
            int left = length;
            total += length;
            requireFits(total, mostBytes);
            while (left > held.length - count) { // more than fits: so what is held is not the last
                if (count == 0) {
                    emit(bytes, from, held.length, FrameLayout.MORE);
                    from += held.length;
                    left -= held.length;
                } else {
                    int fits = held.length - count;
                    System.arraycopy(bytes, from, held, count, fits);
                    emit(held, 0, held.length, FrameLayout.MORE);
                    count = 0;
                    from += fits;
                    left -= fits;
                }
            }
            System.arraycopy(bytes, from, held, count, left);
            count += left;
        }

        private void emit(byte[] bytes, int from, int length, int more) {
            outgoing.message(flags | more, bytes, from, length, false);
            flags = 0; // they stand at the first piece
        }

        void finish() {
            outgoing.message(flags, held, 0, count, false);
        }
    }
}
