package dev.naru.cli.tour;

import dev.naru.channels.Command;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Memfd;
import dev.naru.memory.MemorySpec;
import dev.naru.memory.SharedLock;
import dev.naru.memory.SharedMemory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Shared memory with a lock for turn: two slots, one each way, which only the owner of the lock touches. */
final class ShmStop implements Stop {
    private static final int MEMORY = 3;
    private static final int LOCK = 4;

    @Override
    public String mechanism() {
        return "shm";
    }

    @Override
    public String description() {
        return "shared memory, a lock for turn";
    }

    /**
     * Memory and lock, both without a name: nothing stays behind, however the tour ends.
     *
     * @param lock where it lies
     */
    record Objects(SharedMemory memory, Descriptor lock) implements Closeable {
        static Objects create() throws IOException {
            SharedMemory memory = SharedMemory.anonymous("naru-tour", MemorySpec.bytes(2L * Slot.BYTES));
            try {
                return new Objects(memory, lockFile());
            } catch (IOException refused) {
                memory.close();
                throw refused;
            }
        }

        private static Descriptor lockFile() throws IOException {
            Descriptor file = Memfd.create("naru-tour-lock", false);
            try {
                SharedLock.createIn(file).close();
                return file;
            } catch (IOException refused) {
                file.close();
                throw refused;
            }
        }

        @Override
        public void close() {
            memory.close();
            lock.close();
        }
    }

    @Override
    public Crossing open(Path scratch) throws IOException {
        Objects objects = Objects.create();
        try {
            String object = "memfd inode %d, lock in memfd inode %d"
                    .formatted(
                            objects.memory.descriptor().status().inode(),
                            objects.lock.status().inode());
            return crossing(objects, object);
        } catch (IOException refused) {
            objects.close();
            throw refused;
        }
    }

    private static Crossing crossing(Objects objects, String object) {
        String there = new Way.InSlot(MEMORY, LOCK, 0).toString();
        String back = new Way.InSlot(MEMORY, LOCK, 1).toString();
        Consumer<Command> give =
                child -> child.descriptor(MEMORY, objects.memory.descriptor()).descriptor(LOCK, objects.lock);
        return new Crossing(object, new Ends(there, back, give), new Ends(back, there, give), objects);
    }
}
