package dev.naru.cli.tour;

import dev.naru.channels.Address;
import dev.naru.channels.SystemV;
import dev.naru.cli.ShutdownHook;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Limits;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.SystemVQueues;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.PosixQueueSpec;
import dev.naru.queues.SystemVQueue;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;

/** Message queues of the kernel: the bytes as messages as long as the queue takes. */
final class QueueStop implements Stop {
    private static final int OWNER_ONLY = 0600;

    private final Kind kind;

    private QueueStop(Kind kind) {
        this.kind = kind;
    }

    /** Of which kind. */
    private enum Kind {
        SYSTEM_V,
        POSIX
    }

    static Stop systemV() {
        return new QueueStop(Kind.SYSTEM_V);
    }

    static Stop posix() {
        return new QueueStop(Kind.POSIX);
    }

    @Override
    public String mechanism() {
        return kind == Kind.SYSTEM_V ? "sysv" : "mq";
    }

    @Override
    public String description() {
        return kind == Kind.SYSTEM_V ? "System V message queue" : "POSIX message queue";
    }

    /**
     * A queue that its closing removes, and also a signal that ends the tour.
     *
     * @param object how the table names it
     */
    record Made(Address.Queue address, String object, ShutdownHook hook) implements Closeable {
        static Made systemV() throws IOException {
            try (SystemVQueue queue = SystemVQueue.createPrivate(OWNER_ONLY)) {
                Address.Queue address = new Address.SystemVQueue(new SystemV.Id(queue.id()));
                return made(address, "msqid " + queue.id());
            }
        }

        static Made posix(String name) throws IOException {
            PosixQueueSpec usual = PosixQueueSpec.usual();
            PosixQueueSpec allowed = PosixQueueSpec.of(
                    Math.min(usual.mostMessages(), Limits.kernelNumber("fs/mqueue/msg_max")),
                    Math.min(usual.longest(), Limits.kernelNumber("fs/mqueue/msgsize_max")));
            try (PosixQueue queue = PosixQueue.create(name, allowed)) {
                Address.Queue address = new Address.PosixQueue(name);
                return made(
                        address,
                        address + " inode " + queue.descriptor().status().inode());
            }
        }

        private static Made made(Address.Queue address, String object) throws InterruptedIOException {
            try {
                return new Made(address, object, ShutdownHook.register(() -> remove(address)));
            } catch (InterruptedException ended) {
                throw PieceReader.interrupted();
            }
        }

        private static void remove(Address.Queue address) {
            try {
                boolean _ = switch (address) {
                    case Address.PosixQueue named -> PosixQueues.remove(named.name());
                    case Address.SystemVQueue(SystemV.Id(int id)) -> SystemVQueues.remove(id, address.toString());
                    case Address.SystemVQueue keyed -> throw new IllegalStateException("made as " + keyed);
                };
            } catch (ErrnoException gone) {
                // somebody else has removed it and made another
            }
        }

        @Override
        public void close() {
            hook.close();
            remove(address);
        }
    }

    @Override
    public Crossing open(Path scratch) throws IOException {
        String name = "/" + scratch.getFileName();
        Made there = kind == Kind.SYSTEM_V ? Made.systemV() : Made.posix(name + ".there");
        try {
            Made back = kind == Kind.SYSTEM_V ? Made.systemV() : Made.posix(name + ".back");
            String out = there.address.toString();
            String in = back.address.toString();
            return new Crossing(there.object, new Ends(out, in, child -> {}), new Ends(in, out, child -> {}), () -> {
                there.close();
                back.close();
            });
        } catch (IOException refused) {
            there.close();
            throw refused;
        }
    }
}
