package dev.naru.channels;

import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** How an end reads bytes, whatever stands behind its descriptor. */
final class Reading {
    private final DescriptorChannel end;
    private final DescriptorChannel.Call read;

    Reading(DescriptorChannel end) {
        this.end = end;
        this.read = end::readOnce;
    }

    int read(ByteBuffer dst, long deadline) throws IOException {
        requireWritable(dst);
        if (!end.enter(deadline)) {
            return 0;
        }
        try {
            return dst.hasRemaining() ? readEntered(dst, deadline) : 0;
        } finally {
            end.exit();
        }
    }

    static void requireWritable(ByteBuffer dst) {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("read-only buffer");
        }
    }

    private int readEntered(ByteBuffer dst, long deadline) throws IOException {
        while (end.mayProceed(Interest.READABLE, deadline)) {
            int read = fill(dst, this.read);
            if (read > 0) {
                return read;
            }
            if (read == 0) {
                return -1;
            }
            if (!end.goesOn(-read, Interest.READABLE, deadline, "read")) {
                break;
            }
        }
        return 0;
    }

    /** One read(2), or what stands in its place: the count, or a negated errno. */
    int fill(ByteBuffer dst, DescriptorChannel.Call call) throws IOException {
        int read;
        if (dst.isDirect()) {
            read = call.move(end.memoryOf(dst), dst.position(), dst.remaining());
        } else {
            DescriptorChannel.Staging staging = end.staging(dst.remaining());
            read = call.move(staging.memory, 0, Math.min(dst.remaining(), staging.capacity()));
            if (read > 0) {
                dst.put(dst.position(), staging.buffer, 0, read);
            }
        }
        if (read > 0) {
            dst.position(dst.position() + read);
        }
        return read;
    }

    /** One read(2) of at most 64 KiB, through native memory. */
    long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, dsts.length);
        for (int i = offset; i < offset + length; i++) {
            requireWritable(dsts[i]); // before anything is taken from the pipe
        }
        DescriptorChannel.requireDistinct(dsts, offset, length);
        boolean _ = end.enter(Poller.NEVER);
        try {
            ByteBuffer all = end.staging(DescriptorChannel.remaining(dsts, offset, length)).buffer;
            try {
                all.limit((int) Math.min(DescriptorChannel.remaining(dsts, offset, length), all.capacity()));
                int read = read(all, Poller.NEVER);
                scatter(all.flip(), dsts, offset);
                return read;
            } finally {
                all.clear();
            }
        } finally {
            end.exit();
        }
    }

    private static void scatter(ByteBuffer all, ByteBuffer[] dsts, int offset) {
        for (int i = offset; all.hasRemaining(); i++) {
            ByteBuffer dst = dsts[i];
            int part = Math.min(dst.remaining(), all.remaining());
            dst.put(dst.position(), all, all.position(), part);
            dst.position(dst.position() + part);
            all.position(all.position() + part);
        }
    }
}
