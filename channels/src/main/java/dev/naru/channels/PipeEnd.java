package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Pipes;
import dev.naru.linux.Poller.Interest;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/** What both ends of a pipe have: its capacity, what waits in it, and bytes that move without a copy. */
abstract class PipeEnd extends DescriptorChannel {
    private static final int EPIPE = Errno.EPIPE.number();

    PipeEnd(Descriptor descriptor, Mode mode, String address) {
        super(descriptor, mode, address);
    }

    /** How many bytes the pipe holds before a writer has to wait. */
    public final int capacity() throws IOException {
        return using(descriptor -> Pipes.capacity(descriptor, toString()));
    }

    /**
     * Asks for another capacity; the kernel rounds it up to a power of two of pages.
     *
     * @return what the pipe has now, in bytes
     * @throws ErrnoException beyond {@code fs.pipe-max-size}, or when more bytes wait in it
     */
    public final int capacity(int bytes) throws IOException {
        return using(descriptor -> Pipes.setCapacity(descriptor, bytes, toString()));
    }

    /** How many bytes wait in the pipe (FIONREAD). */
    public final int queued() throws IOException {
        return using(descriptor -> {
            int queued = descriptor.queued();
            if (queued < 0) {
                throw refused(-queued, "ioctl(FIONREAD)");
            }
            return queued;
        });
    }

    /** What the kernel knows of the pipe: its inode and, for a FIFO, owner and mode. */
    public final FileStatus status() throws IOException {
        return using(Descriptor::status);
    }

    /** What is asked of a descriptor without waiting for a turn. */
    interface Question<T> {
        T ask(Descriptor descriptor) throws IOException;
    }

    final <T> T using(Question<T> question) throws IOException {
        if (!descriptor().enter()) {
            throw new ClosedChannelException();
        }
        try {
            return question.ask(descriptor());
        } finally {
            descriptor().leave();
        }
    }

    /** A call that moves bytes in the kernel: a count, 0 at the end, or a negated errno. */
    interface Transfer {
        long move(Descriptor from, Descriptor to, long most);
    }

    /**
     * Moves bytes between this end and another descriptor, waiting until some can move. EAGAIN does not tell which of the
     * two made it wait, so both are waited for.
     *
     * @return how many moved, -1 at the end, or 0 when the deadline passed
     */
    final long transfer(Descriptor from, Descriptor to, long most, long deadline, Transfer transfer, String call)
            throws IOException {
        if (most < 0) {
            throw new IllegalArgumentException("bytes to move: " + most);
        }
        if (!enter(deadline)) {
            return 0;
        }
        try {
            Descriptor other = from == descriptor() ? to : from;
            if (!other.enter()) {
                throw new ClosedChannelException();
            }
            try {
                return most == 0 ? 0 : transferEntered(from, to, most, deadline, transfer, call);
            } finally {
                other.leave();
            }
        } finally {
            exit();
        }
    }

    private long transferEntered(
            Descriptor from, Descriptor to, long most, long deadline, Transfer transfer, String call)
            throws IOException {
        while (true) {
            long moved = transfer.move(from, to, most);
            if (moved > 0) {
                return moved;
            }
            if (moved == 0) {
                return -1;
            }
            if (moved == -EAGAIN) {
                if (!await(from, Interest.READABLE, deadline, to) || !await(to, Interest.WRITABLE, deadline, from)) {
                    return 0;
                }
            } else if (moved == -EPIPE) {
                throw ErrnoException.of(EPIPE, call, to == descriptor() ? toString() : to.toString());
            } else if (moved != -EINTR) {
                throw refused((int) -moved, call);
            }
        }
    }
}
