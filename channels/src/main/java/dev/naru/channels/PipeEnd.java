package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Pipes;
import dev.naru.linux.Poller.Interest;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** What both ends of a pipe have: its capacity, what waits in it, and bytes that move without a copy. */
public abstract sealed class PipeEnd extends DescriptorChannel implements Passable permits PipeReader, PipeWriter {
    private static final int EPIPE = Errno.EPIPE.number();
    private static final int EINVAL = Errno.EINVAL.number();

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

    /** The same end, opened anew: a process that is not ours finds a descriptor that waits, as it expects. */
    @Override
    public final Descriptor toPass() throws IOException {
        return using(descriptor -> {
            Descriptor again = descriptor.reopen(this instanceof PipeWriter);
            again.setNonBlocking(false);
            return again;
        });
    }

    /** What the kernel knows of the pipe: its inode and, for a FIFO, owner and mode. */
    public final FileStatus status() throws IOException {
        return using(Descriptor::status);
    }

    /** Without waiting for a turn. */
    final <T> T using(DescriptorUse.Question<T> question) throws IOException {
        return DescriptorUse.ask(descriptor(), question);
    }

    /** A call that moves bytes in the kernel. */
    enum Mover {
        SPLICE("splice"),
        TEE("tee");

        private final String call;

        Mover(String call) {
            this.call = call;
        }

        /** A count, 0 at the end, or a negated errno. */
        private long move(Descriptor from, Descriptor to, long most) {
            return switch (this) {
                case SPLICE -> Pipes.splice(from, to, most);
                case TEE -> Pipes.tee(from, to, most);
            };
        }
    }

    /**
     * Bytes that are to go from one descriptor to another, one of them this end's.
     *
     * @param target the second, when it is an end that others may be using
     * @param toName what errors call the second
     */
    record Transfer(
            Mover mover,
            Descriptor from,
            Descriptor to,
            @Nullable PipeEnd target,
            String toName) {
        private long move(long most) {
            return mover.move(from, to, most);
        }
    }

    /**
     * Moves bytes, waiting until some can move.
     *
     * @return how many moved, -1 at the end, or 0 when the deadline passed
     */
    final long transfer(Transfer transfer, long most, long deadline) throws IOException {
        if (most < 0) {
            throw new IllegalArgumentException("bytes to move: " + most);
        }
        if (!enter(deadline)) {
            return 0;
        }
        try {
            return transfer.target == null
                    ? transferWith(transfer, most, deadline)
                    : transferInTurn(transfer, transfer.target, most, deadline);
        } finally {
            exit();
        }
    }

    /** Turns are taken from the reading end to the writing one, so two transfers never wait for each other. */
    private long transferInTurn(Transfer transfer, PipeEnd target, long most, long deadline) throws IOException {
        if (!target.enter(deadline, this)) {
            return 0;
        }
        try {
            return transferWith(transfer, most, deadline);
        } finally {
            target.exit();
        }
    }

    private long transferWith(Transfer transfer, long most, long deadline) throws IOException {
        Descriptor other = transfer.from == descriptor() ? transfer.to : transfer.from;
        if (!other.enter()) {
            throw new ClosedChannelException();
        }
        try {
            requirePipeOrFile(descriptor());
            requirePipeOrFile(other);
            return most == 0 ? 0 : transferEntered(transfer, most, deadline);
        } finally {
            other.leave();
        }
    }

    /** SPLICE_F_NONBLOCK holds for pipes only: on a socket or terminal the call itself could wait, past any deadline. */
    private static void requirePipeOrFile(Descriptor other) throws IOException {
        FileStatus.Type type = other.type();
        if (type != FileStatus.Type.FIFO && type != FileStatus.Type.REGULAR) {
            throw ErrnoException.of(Problem.NOT_MOVABLE, other.toString());
        }
    }

    private long transferEntered(Transfer transfer, long most, long deadline) throws IOException {
        boolean empty = false;
        while (true) {
            long moved = transfer.move(most);
            if (moved > 0) {
                return moved;
            }
            if (moved == 0 && (transfer.mover == Mover.SPLICE || (empty && transfer.from.queued() == 0))) {
                return -1;
            }
            if (moved == 0) {
                // tee(2) says 0 also when others were faster: the target's room is taken, or the bytes are gone.
                // An empty source that says it twice has no writer. (In C: 2 of 5 million calls beside a busy writer.)
                empty = transfer.from.queued() == 0;
                if (!empty && !awaitBoth(transfer, deadline)) {
                    return 0;
                }
            } else if (moved == -EAGAIN) {
                empty = false;
                if (!awaitBoth(transfer, deadline)) {
                    return 0;
                }
            } else if (moved == -EPIPE) {
                throw ErrnoException.of(EPIPE, transfer.mover.call, transfer.toName);
            } else if (moved == -EINVAL) {
                throw ErrnoException.of(Problem.NOT_MOVABLE, EINVAL, transfer.mover.call, transfer.toName);
            } else if (moved != -EINTR) {
                throw refused((int) -moved, transfer.mover.call);
            }
        }
    }

    /** EAGAIN does not tell which of the two made it wait, so both are waited for. */
    private boolean awaitBoth(Transfer transfer, long deadline) throws IOException {
        return await(transfer.from, Interest.READABLE, deadline, transfer.to)
                && await(transfer.to, Interest.WRITABLE, deadline, transfer.from);
    }
}
