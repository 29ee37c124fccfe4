package dev.naru.memory.snippets;

import dev.naru.linux.ChildProcess;
import dev.naru.linux.Memfd.Seal;
import dev.naru.linux.Spawn;
import dev.naru.memory.LongField;
import dev.naru.memory.MemorySpec;
import dev.naru.memory.SharedLayout;
import dev.naru.memory.SharedMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/** The snippets of README and docs: compiled here, and run by {@link MemorySnippetsTest}. */
final class MemorySnippets {
    // @start region="layout"
    static final SharedLayout QUOTE = SharedLayout.of(
            "quote",
            1,
            SharedLayout.longField("price"),
            SharedLayout.longField("updates").onItsOwn(), // on cache lines that no other field has
            SharedLayout.bytesField("symbol", 16));
    // @end

    private MemorySnippets() {}

    static void writer(String name, long newPrice) throws IOException {
        // @start region="writer"
        try (SharedMemory memory = SharedMemory.openOrCreate(name, MemorySpec.of(QUOTE))) {
            LongField price = memory.longField("price"); // found once, by its name
            price.setRelease(newPrice); // a store: no system call, no garbage
            memory.longField("updates").getAndAdd(1);
        }
        // @end
    }

    static long reader(String name) throws IOException {
        // @start region="reader"
        try (SharedMemory memory = SharedMemory.open(name, QUOTE)) { // another layout is an error that shows both
            return memory.longField("price").getAcquire();
        }
        // @end
    }

    static void raw(Path file) throws IOException {
        // @start region="raw"
        try (SharedMemory memory =
                SharedMemory.create(file, MemorySpec.bytes(1 << 20).withMode(0660))) {
            MemorySegment bytes = memory.segment();
            bytes.set(ValueLayout.JAVA_INT, 4096, 42);
            memory.sync(); // on the disk from here on
        }
        // @end
    }

    static boolean anonymous(List<String> program) throws IOException, InterruptedException {
        // @start region="anonymous"
        try (SharedMemory memory = SharedMemory.anonymous("frame", MemorySpec.bytes(1 << 20))) {
            memory.seal(EnumSet.of(Seal.SHRINK, Seal.GROW)); // its size stays, whatever the child does
            ChildProcess child =
                    new Spawn(program, System.getenv(), null, Map.of(3, memory.descriptor())).start(); // its fd 3
            return child.waitFor().isSuccess();
        }
        // @end
    }
}
