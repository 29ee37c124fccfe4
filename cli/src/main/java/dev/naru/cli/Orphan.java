package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.PosixSemaphore;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SocketName;
import dev.naru.linux.Sockets;
import dev.naru.linux.SystemVMemory;
import dev.naru.memory.Membership;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether an object is an orphan beyond doubt. What Naru makes has a sign of life that the kernel keeps, which also those outside our
 * pid namespace have. Of the kernel's own objects one has to see every process.
 *
 * @param address what it is
 * @param isProved whether all its users are dead, and it is ours
 * @param why what was seen
 */
record Orphan(Address address, boolean isProved, String why) {
    /** The link of the pid namespace of the machine itself (PROC_PID_INIT_INO of the kernel): from there all is seen. */
    private static final String WHOLE_MACHINE = "pid:[4026531836]";

    /** What has a sign of life and a name. */
    static List<Address> candidates() throws IOException {
        List<Address> all = new ArrayList<>();
        FoundShared.rings().forEach(each -> all.add(each.address()));
        FoundShared.locks().forEach(each -> all.add(each.address()));
        FoundShared.readWriteLocks().forEach(each -> all.add(each.address()));
        FoundShared.events().forEach(each -> all.add(each.address()));
        FoundShared.barriers().forEach(each -> all.add(each.address()));
        FoundServer.all().forEach(each -> all.add(each.address()));
        return all;
    }

    /** Looks at it. */
    static Orphan judge(Address address) throws IOException {
        return switch (address) {
            case Address.Ring ring -> ring(ring);
            case Address.Lock lock -> member(lock, SharedFiles.place("lock", lock.place()));
            case Address.ReadWriteLock lock -> member(lock, SharedFiles.place("rwlock", lock.place()));
            case Address.Event event -> member(event, SharedFiles.place("event", event.place()));
            case Address.Barrier barrier -> member(barrier, SharedFiles.place("barrier", barrier.place()));
            case Address.MemoryName memory -> mapped(memory, SharedFiles.posix(memory.name()));
            case Address.MemoryFile memory -> mapped(memory, memory.path());
            case Address.PosixSemaphore semaphore -> mapped(semaphore, PosixSemaphore.file(semaphore.name()));
            case Address.FifoPath fifo ->
                new Orphan(
                        fifo, false, "who waits to open it is not to be seen; 'naru rm' without --orphans removes it");
            case Address.UnixFile socket -> socket(socket, socket.path());
            case Address.Rpc server -> socket(server, FoundServer.file(server));
            case Address.PosixQueue queue -> queue(queue);
            case Address.MemoryKey memory -> segment(memory);
            case Address.SystemVQueue _, Address.SystemVSemaphores _ ->
                new Orphan(
                        address, false, "the kernel does not tell who uses it; 'naru rm' without --orphans removes it");
            case Address.Pipe _, Address.Standard _, Address.Fd _, Address.UnixAbstract _, Address.Tcp _ ->
                new Orphan(address, false, "it goes with the process that has it");
            case Address.Topic _ -> new Orphan(address, false, "a topic is kept for those who come");
        };
    }

    private Orphan keptSince(String reason) {
        return new Orphan(address, false, reason);
    }

    private static Orphan proved(Address address, int owner, String why) throws IOException {
        int me = FileStatus.of(Path.of("/proc/self")).owner();
        return owner == me
                ? new Orphan(address, true, why)
                : new Orphan(address, false, "it is another user's, " + FoundMemory.owner(owner));
    }

    /** Messages that wait in a ring outlive both sides, as is promised. */
    private static Orphan ring(Address.Ring ring) throws IOException {
        Orphan judged = member(ring, SharedFiles.place("ring", ring.place()));
        if (!judged.isProved) {
            return judged;
        }
        long backlog = RingView.of(ring).backlog();
        return backlog == 0 ? judged : judged.keptSince("nobody lives in it, but " + backlog + " B wait in it");
    }

    private static Orphan member(Address address, Path file) throws IOException {
        FileStatus status = FileStatus.ofLink(file);
        if (status.type() != FileStatus.Type.REGULAR) {
            throw ErrnoException.of(Problem.NOT_A_FILE, address.toString());
        }
        try {
            if (Membership.isAnybodyAlive(file, address.toString())) {
                return new Orphan(address, false, "somebody lives in it");
            }
            // One that is just being made, or opened, has it open before it has its sign of life.
            return OpenFiles.of(List.of(status)).holders(status).isEmpty()
                    ? proved(address, status.owner(), "nobody lives in it")
                    : new Orphan(address, false, "some process has it open");
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.DENIED) {
                return new Orphan(address, false, "it is another user's, " + FoundMemory.owner(status.owner()));
            }
            throw refused;
        }
    }

    private static boolean seesAll(boolean hidden) throws IOException {
        return !hidden
                && Files.readSymbolicLink(Path.of("/proc/self/ns/pid"))
                        .toString()
                        .equals(WHOLE_MACHINE);
    }

    private static Orphan unseen(Address address) {
        return new Orphan(
                address,
                false,
                "there may be users that cannot be seen from here: look as root, and outside of containers");
    }

    private static Orphan mapped(Address address, Path file) throws IOException {
        FileStatus status = FileStatus.ofLink(file);
        MappedMemory.Key key = MappedMemory.Key.of(status);
        MappedMemory mapped = MappedMemory.of(List.of(key));
        OpenFiles open = OpenFiles.of(List.of(status));
        if (mapped.orphaned(key) == Orphaned.NO || !open.holders(status).isEmpty()) {
            return new Orphan(address, false, "some process has it");
        }
        return seesAll(open.hidden() || mapped.orphaned(key) == Orphaned.UNKNOWN)
                ? proved(address, status.owner(), "no process has it")
                : unseen(address);
    }

    private static Orphan opened(Address address, FileStatus status) throws IOException {
        OpenFiles open = OpenFiles.of(List.of(status));
        if (!open.holders(status).isEmpty()) {
            return new Orphan(address, false, "open in " + open.words(status));
        }
        return seesAll(open.hidden()) ? proved(address, status.owner(), "no process has it open") : unseen(address);
    }

    /** A file that a server left. */
    private static Orphan socket(Address address, Path file) throws IOException {
        FileStatus status = FileStatus.ofLink(file);
        if (status.type() != FileStatus.Type.SOCKET) {
            return new Orphan(address, false, "it is no socket");
        }
        try {
            return Sockets.isLeft(new SocketName.UnixFile(file))
                    ? proved(address, status.owner(), "nobody is bound to it")
                    : new Orphan(address, false, "somebody is bound to it");
        } catch (ErrnoException refused) {
            return new Orphan(address, false, "it cannot be known: " + refused.summary());
        }
    }

    private static Orphan queue(Address.PosixQueue queue) throws IOException {
        PosixQueues.Status found = PosixQueues.list().stream()
                .filter(each -> each.name().equals(queue.name()))
                .findFirst()
                .orElseThrow(() -> ErrnoException.of(Problem.NO_QUEUE, queue.toString()));
        Orphan judged = opened(queue, found.file());
        return judged.isProved && found.bytes() > 0
                ? judged.keptSince("no process has it open, but " + found.bytes() + " B wait in it")
                : judged;
    }

    private static Orphan segment(Address.MemoryKey memory) throws IOException {
        SystemVMemory.Status segment = SystemVMemory.list().stream()
                .filter(each -> each.key() == memory.key())
                .findFirst()
                .orElseThrow(() -> ErrnoException.of(Problem.NO_SHARED_MEMORY, memory.toString()));
        if (segment.attached() > 0) {
            return new Orphan(memory, false, segment.attached() + " attached");
        }
        return users(memory, segment.owner(), "nobody is attached", segment.creator(), segment.lastUser());
    }

    private static Orphan users(Address address, int owner, String seen, long... pids) throws IOException {
        return switch (Orphaned.ofUsers(pids)) {
            case NO -> new Orphan(address, false, "who used it last lives");
            case UNKNOWN -> new Orphan(address, false, "the kernel notes nobody who has used it");
            case YES ->
                seesAll(false) ? proved(address, owner, seen + ", and who used it last is dead") : unseen(address);
        };
    }
}
