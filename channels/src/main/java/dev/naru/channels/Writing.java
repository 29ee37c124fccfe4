package dev.naru.channels;

import dev.naru.linux.Pipes;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** How an end writes bytes, whatever stands behind its descriptor. */
final class Writing {
    private final DescriptorChannel end;
    private final DescriptorChannel.Call write;

    Writing(DescriptorChannel end) {
        this.end = end;
        this.write = end::writeOnce;
    }

    int write(ByteBuffer src, long deadline) throws IOException {
        if (!end.enter(deadline)) {
            return 0;
        }
        try {
            return writeEntered(src, deadline);
        } finally {
            end.exit();
        }
    }

    private int writeEntered(ByteBuffer src, long deadline) throws IOException {
        int start = src.position();
        while (src.hasRemaining() && end.mayProceed(Interest.WRITABLE, deadline)) {
            int written = drain(src, write);
            if (written < 0 && !end.goesOn(-written, Interest.WRITABLE, deadline, "write")) {
                break;
            }
        }
        return src.position() - start;
    }

    /** One write(2), or what stands in its place: the count, or a negated errno. */
    int drain(ByteBuffer src, DescriptorChannel.Call call) throws IOException {
        int most = end.mode() == DescriptorChannel.Mode.SHARED
                ? Math.min(src.remaining(), Pipes.ATOMIC_BYTES)
                : src.remaining();
        int written;
        if (src.isDirect()) {
            written = call.move(end.memoryOf(src), src.position(), most);
        } else {
            DescriptorChannel.Staging staging = end.staging(most);
            most = Math.min(most, staging.capacity());
            staging.buffer.put(0, src, src.position(), most);
            written = call.move(staging.memory, 0, most);
        }
        if (written > 0) {
            src.position(src.position() + written);
        }
        return written;
    }

    /** Waits until all is written, as one stream, through native memory. */
    long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, srcs.length);
        DescriptorChannel.requireDistinct(srcs, offset, length);
        boolean _ = end.enter(Poller.NEVER);
        try {
            long total = DescriptorChannel.remaining(srcs, offset, length);
            ByteBuffer all = end.staging(total).buffer;
            for (long left = total; left > 0; ) {
                try {
                    gather(srcs, offset, length, all);
                    left -= write(all.flip(), Poller.NEVER);
                } finally {
                    consume(srcs, offset, all.position());
                    all.clear();
                }
            }
            return total;
        } finally {
            end.exit();
        }
    }

    /** Copies what fits; the sources keep their positions, for the write may fail. */
    private static void gather(ByteBuffer[] srcs, int offset, int length, ByteBuffer all) {
        for (int i = offset; i < offset + length && all.hasRemaining(); i++) {
            int part = Math.min(srcs[i].remaining(), all.remaining());
            all.put(all.position(), srcs[i], srcs[i].position(), part);
            all.position(all.position() + part);
        }
    }

    private static void consume(ByteBuffer[] srcs, int offset, int written) {
        int left = written;
        for (int i = offset; left > 0; i++) {
            int part = Math.min(srcs[i].remaining(), left);
            srcs[i].position(srcs[i].position() + part);
            left -= part;
        }
    }
}
