package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.PosixSemaphore;
import dev.naru.linux.SocketTable;
import dev.naru.linux.SystemVQueues;
import dev.naru.linux.SystemVSemaphores;
import dev.naru.memory.BarrierStat;
import dev.naru.memory.EventStat;
import dev.naru.memory.Identity;
import dev.naru.memory.LockStat;
import dev.naru.memory.ReadWriteLockStat;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What every IPC object of this machine shows at one moment, for {@code naru top}. */
final class TopSample {
    private final Map<String, Reading> readings = new LinkedHashMap<>();

    /**
     * Of one object.
     *
     * @param messages how many went through it since it was made, where it counts them
     * @param bytes likewise
     * @param backlog bytes that wait in it; for a socket that listens, connections
     * @param waiting how many wait for it, or whether anybody may
     * @param dead who had it and died
     */
    record Reading(
            OptionalLong messages, OptionalLong bytes, OptionalLong backlog, OptionalLong waiting, List<String> dead) {
        private static Reading of(long backlog, long waiting) {
            return new Reading(OptionalLong.empty(), OptionalLong.empty(), some(backlog), some(waiting), List.of());
        }

        private static Reading held(boolean waitedFor, List<Identity> holders) {
            return new Reading(
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    some(waitedFor ? 1 : 0),
                    dead(holders));
        }

        private static OptionalLong some(long number) {
            return number < 0 ? OptionalLong.empty() : OptionalLong.of(number);
        }

        static List<String> dead(List<Identity> members) {
            return members.stream()
                    .filter(who -> who.id() != 0 && !who.alive())
                    .map(Members::words)
                    .toList();
        }
    }

    private TopSample() {}

    /** Takes one. What goes away meanwhile, or may not be read, is passed over. */
    static TopSample take(Context context) throws IOException {
        TopSample sample = new TopSample();
        sample.rings();
        sample.locks();
        sample.kernels();
        sample.topics(context);
        sample.sockets();
        return sample;
    }

    Map<String, Reading> readings() {
        return readings;
    }

    /** Reads an object. */
    @FunctionalInterface
    private interface Read {
        Reading read() throws IOException;
    }

    private void add(Address address, Read read) throws IOException {
        try {
            readings.put(address.toString(), read.read());
        } catch (ErrnoException refused) {
            switch (refused.problem()) {
                case DENIED, WRONG_KIND, NO_RING, NO_LOCK, NO_SHARED_OBJECT, NO_TOPIC, FILE_TOO_SHORT, NOT_FOUND -> {}
                default -> throw refused;
            }
        }
    }

    private void rings() throws IOException {
        for (FoundShared<Address.Ring> ring : FoundShared.rings()) {
            add(ring.address(), () -> RingView.of(ring.address()).reading());
        }
    }

    private void locks() throws IOException {
        for (FoundShared<Address.Lock> lock : FoundShared.locks()) {
            add(lock.address(), () -> {
                try (LockStat stat = LockStat.open(lock.address())) {
                    LockStat.Snapshot shown = stat.read();
                    return Reading.held(shown.waitedFor(), List.of(shown.holder()));
                }
            });
        }
        for (FoundShared<Address.ReadWriteLock> lock : FoundShared.readWriteLocks()) {
            add(lock.address(), () -> {
                try (ReadWriteLockStat stat = ReadWriteLockStat.open(lock.address())) {
                    ReadWriteLockStat.Snapshot shown = stat.read();
                    List<Identity> holders = new ArrayList<>(shown.readers());
                    holders.add(shown.writer());
                    return Reading.held(shown.waitedFor(), holders);
                }
            });
        }
        for (FoundShared<Address.Event> event : FoundShared.events()) {
            add(event.address(), () -> {
                try (EventStat stat = EventStat.open(event.address())) {
                    return Reading.held(stat.read().waitedFor(), List.of());
                }
            });
        }
        for (FoundShared<Address.Barrier> barrier : FoundShared.barriers()) {
            add(barrier.address(), () -> {
                try (BarrierStat stat = BarrierStat.open(barrier.address())) {
                    BarrierStat.Snapshot shown = stat.read();
                    List<Identity> parties =
                            shown.places().stream().map(BarrierStat.Place::who).toList();
                    return Reading.held(shown.waitedFor(), parties);
                }
            });
        }
    }

    private void kernels() throws IOException {
        for (SystemVQueues.Status queue : SystemVQueues.list()) {
            readings.put(QueueTable.address(queue).toString(), Reading.of(queue.bytes(), -1));
        }
        if (PosixQueues.directory().isPresent()) {
            for (PosixQueues.Status queue : PosixQueues.list()) {
                readings.put(PosixQueues.address(queue.name()), Reading.of(queue.bytes(), -1));
            }
        }
        for (PosixSemaphore.Status each : PosixSemaphore.list()) {
            readings.put(PosixSemaphore.address(each.name()), Reading.of(-1, -1));
        }
        for (SystemVSemaphores.Status set : SystemVSemaphores.list()) {
            long waiting = SemaphoreTable.all(set).stream()
                    .mapToLong(one -> one.waiting() + one.waitingForZero())
                    .sum();
            readings.put(SemaphoreTable.address(set).toString(), Reading.of(-1, waiting));
        }
    }

    private void topics(Context context) throws IOException {
        try (Store store = Store.open(context.store())) {
            for (String name : store.topics()) {
                Address.Topic address = new Address.Topic(context.store(), name);
                add(address, () -> {
                    try (Topic topic = store.open(name)) {
                        long records = topic.describe().stream()
                                .mapToLong(PartitionStatus::next)
                                .sum();
                        return new Reading(
                                OptionalLong.of(records),
                                OptionalLong.empty(),
                                OptionalLong.empty(),
                                OptionalLong.empty(),
                                List.of());
                    }
                });
            }
        } catch (ErrnoException refused) {
            switch (refused.problem()) {
                case NO_STORE, NOT_A_DIRECTORY, DENIED, READ_ONLY -> {}
                default -> throw refused;
            }
        }
    }

    /** Those that listen: how many wait to be accepted. */
    private void sockets() throws IOException {
        for (SocketTable.Entry socket : SocketTable.read().sockets()) {
            if (socket.state() == SocketTable.State.LISTENING) {
                readings.put(SocketList.address(socket.name()), Reading.of(-1, socket.received()));
            }
        }
    }
}
