package dev.naru.rpc;

import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.Status;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The plain bytes of a message, of which there may be no more than are allowed, however small it came. */
final class Unpacking {
    private Unpacking() {}

    static InputStream open(MessageInput message, boolean compressed, Decompressor decompressor, int limit)
            throws IOException {
        if (!compressed) {
            return message;
        }
        if (isIdentity(decompressor.getMessageEncoding())) {
            throw Status.INTERNAL
                    .withDescription("a compressed message in a call that names no encoding")
                    .asRuntimeException();
        }
        return new Limited(decompressor.decompress(message), limit);
    }

    /** Whether that encoding leaves a message as it is. */
    static boolean isIdentity(String encoding) {
        return encoding.equals(Codec.Identity.NONE.getMessageEncoding());
    }

    /** How many bytes were read of it, of so many in the ring. */
    static long count(InputStream plain, int wire) {
        return plain instanceof Limited limited ? limited.count : wire;
    }

    private static final class Limited extends FilterInputStream {
        private final int limit;
        private long count;

        Limited(InputStream in, int limit) {
            super(in);
            this.limit = limit;
        }

        private int counted(int bytes) {
            count += Math.max(0, bytes);
            if (count > limit) {
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription("a message is longer than " + limit
                                + " B when it is decompressed: raise maxInboundMessageSize where it is received")
                        .asRuntimeException();
            }
            return bytes;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            int _ = counted(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return counted(super.read(into, offset, length));
        }

        /** By reading: what is skipped counts too. */
        @Override
        public long skip(long wanted) throws IOException {
            long skipped = 0;
            byte[] scratch = new byte[(int) Math.min(8192, Math.max(0, wanted))];
            while (skipped < wanted) {
                int got = read(scratch, 0, (int) Math.min(scratch.length, wanted - skipped));
                if (got < 0) {
                    break;
                }
                skipped += got;
            }
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
