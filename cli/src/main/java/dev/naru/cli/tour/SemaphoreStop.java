package dev.naru.cli.tour;

import dev.naru.channels.Command;
import dev.naru.cli.ShutdownHook;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.PosixSemaphore;
import dev.naru.memory.MemorySpec;
import dev.naru.memory.NamedSemaphore;
import dev.naru.memory.SharedMemory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Shared memory with semaphores for turn, as in the textbook: one counts the free places of a slot, one the filled. */
final class SemaphoreStop implements Stop {
    private static final int MEMORY = 3;

    @Override
    public String mechanism() {
        return "sem";
    }

    @Override
    public String description() {
        return "shared memory, semaphores for turn";
    }

    /**
     * Memory without a name, and the semaphores of two slots, which closing removes, and also a signal that ends the tour.
     *
     * @param name what their names begin with
     */
    record Objects(SharedMemory memory, String name, ShutdownHook hook) implements Closeable {
        static Objects create(String name) throws IOException {
            SharedMemory memory = SharedMemory.anonymous("naru-tour", MemorySpec.bytes(2L * SemaphoreSlot.BYTES));
            try {
                Objects made = new Objects(memory, name, ShutdownHook.register(() -> remove(name)));
                made.createSemaphores();
                return made;
            } catch (InterruptedException ended) {
                memory.close();
                throw PieceReader.interrupted();
            } catch (IOException refused) {
                memory.close();
                remove(name);
                throw refused;
            }
        }

        private void createSemaphores() throws IOException {
            for (int slot = 0; slot < 2; slot++) {
                NamedSemaphore.create(SemaphoreSlot.free(name, slot), 1).close();
                NamedSemaphore.create(SemaphoreSlot.filled(name, slot), 0).close();
            }
        }

        private static void remove(String name) {
            List<String> names = new ArrayList<>();
            for (int slot = 0; slot < 2; slot++) {
                names.add(SemaphoreSlot.free(name, slot));
                names.add(SemaphoreSlot.filled(name, slot));
            }
            for (String each : names) {
                try {
                    boolean _ = PosixSemaphore.remove(each);
                } catch (ErrnoException refused) {
                    // somebody else has removed it and made another
                }
            }
        }

        @Override
        public void close() {
            hook.close();
            memory.close();
            remove(name);
        }
    }

    @Override
    public Crossing open(Path scratch) throws IOException {
        String name = scratch.getFileName().toString();
        Objects objects = Objects.create(name);
        String there = new Way.InSemaphoreSlot(MEMORY, name, 0).toString();
        String back = new Way.InSemaphoreSlot(MEMORY, name, 1).toString();
        Consumer<Command> give = child -> child.descriptor(MEMORY, objects.memory.descriptor());
        try {
            String object = "memfd inode %d, sem:%s"
                    .formatted(objects.memory.descriptor().status().inode(), SemaphoreSlot.filled(name, 0));
            return new Crossing(object, new Ends(there, back, give), new Ends(back, there, give), objects);
        } catch (IOException refused) {
            objects.close();
            throw refused;
        }
    }
}
