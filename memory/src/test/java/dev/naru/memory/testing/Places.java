package dev.naru.memory.testing;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.memory.SharedMemory;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Places for shared memory that no other test uses, and that are empty again afterwards, also when the test failed. */
public final class Places implements Closeable {
    private final List<Address.Memory> used = new ArrayList<>();
    private final Path folder;

    /** With files in that folder. */
    public Places(Path folder) {
        this.folder = folder;
    }

    /** The kinds that have a place. */
    public enum Kind {
        /** shm_open. */
        POSIX,
        /** A mapped file. */
        FILE,
        /** shmget. */
        SYSTEM_V
    }

    /** A new place of that kind. */
    public Address.Memory of(Kind kind) {
        int number = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        Address.Memory place = switch (kind) {
            case POSIX -> new Address.MemoryName("/test-" + number);
            case FILE -> new Address.MemoryFile(folder.resolve("memory-" + number));
            case SYSTEM_V -> new Address.MemoryKey(number);
        };
        used.add(place);
        return place;
    }

    /** A POSIX name. */
    public String name() {
        return ((Address.MemoryName) of(Kind.POSIX)).name();
    }

    @Override
    public void close() {
        for (Address.Memory place : used) {
            try {
                SharedMemory.remove(place);
            } catch (ErrnoException gone) {
                // as it should be
            }
        }
    }
}
