package dev.naru.memory;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.SystemVMemory;
import java.io.Closeable;
import java.lang.foreign.MemorySegment;

/** What the kernel gave us of shared memory. */
sealed interface Backing extends Closeable {
    /** All bytes. */
    MemorySegment segment();

    /** Waits until they are on the disk, if there is one. */
    default void sync() throws ErrnoException {}

    /** The descriptor to pass on. */
    default Descriptor descriptor() {
        throw new UnsupportedOperationException("memory with a name is opened by its name");
    }

    @Override
    void close();

    /** A file, whose descriptor is not needed once it is mapped. */
    record OfFile(SharedMapping mapping) implements Backing {
        @Override
        public MemorySegment segment() {
            return mapping.segment();
        }

        @Override
        public void sync() throws ErrnoException {
            mapping.sync(0, mapping.segment().byteSize());
        }

        @Override
        public void close() {
            mapping.close();
        }
    }

    /** A file without a name, which its descriptor stands for. */
    record OfDescriptor(SharedMapping mapping, Descriptor descriptor) implements Backing {
        @Override
        public MemorySegment segment() {
            return mapping.segment();
        }

        @Override
        public void close() {
            mapping.close();
            descriptor.close();
        }
    }

    /** A System V segment. */
    record OfSystemV(SystemVMemory attached) implements Backing {
        @Override
        public MemorySegment segment() {
            return attached.segment();
        }

        @Override
        public void close() {
            attached.close();
        }
    }
}
