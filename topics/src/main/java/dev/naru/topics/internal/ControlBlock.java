package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SharedMapping;
import dev.naru.memory.Membership;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The control block of a partition as this process has it open: born whole, and put right after a boot or in a copy before
 * anybody believes it. {@code docs/protocol/README.md}, 7.
 *
 * <p>Thread-safe, but {@link #close} only when nobody uses it any more.
 */
final class ControlBlock implements Closeable {
    private static final String NAME = "partition.naru";

    private final Descriptor file;
    private final SharedMapping mapping;
    private final Path path;
    private final String target;

    private ControlBlock(Path path, Descriptor file, SharedMapping mapping, String target) {
        this.path = path;
        this.file = file;
        this.mapping = mapping;
        this.target = target;
    }

    /** Makes the block of a partition, unless there is one. */
    static void createUnlessThere(Path folder, StoreId store) throws IOException {
        Path path = folder.resolve(NAME);
        FileHead.createUnlessThere(
                folder, path, PartitionLayout.SIZE, (block, inode) -> PartitionLayout.fill(block, store, inode));
    }

    /** Opens the block in that folder, which must be there, and recovers the partition when its words are of another time. */
    static ControlBlock open(Path folder, StoreId store, Membership members) throws IOException {
        Path path = folder.resolve(NAME);
        String target = path.toString();
        Descriptor file = SharedFiles.open(path, true, target);
        try {
            SharedMapping mapping =
                    SharedMapping.map(file, PartitionLayout.SIZE, SharedMapping.Options.WRITABLE, target);
            try {
                String fault = PartitionLayout.fault(mapping.segment());
                if (!fault.isEmpty()) {
                    String wanted = "a partition of version " + PartitionLayout.VERSION;
                    throw ErrnoException.of(Problem.WRONG_KIND, Errno.EINVAL.number(), "open", target, wanted, fault);
                }
                ControlBlock opened = new ControlBlock(path, file, mapping, target);
                FileHead.recover(file, mapping.segment(), store, target, () -> {
                    Recovery.run(folder, opened);
                    if (PartitionLayout.isAppendedByLock(mapping.segment())) {
                        PublishedEnd end = new PublishedEnd();
                        end.loadOwned(mapping.segment());
                        CommittedAhead.lower(folder, store, members, end.next);
                    }
                });
                return opened;
            } catch (IOException | RuntimeException | Error failed) {
                mapping.close();
                throw failed;
            }
        } catch (IOException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    /** Whether there is one in that folder. */
    static boolean exists(Path folder) {
        return Files.exists(folder.resolve(NAME));
    }

    /** Takes it away, last of all that is in the folder. */
    static void remove(Path folder) throws IOException {
        boolean _ = Files.deleteIfExists(folder.resolve(NAME));
    }

    /** The page. */
    MemorySegment memory() {
        return mapping.segment();
    }

    /** Waits until the page is on the disk. */
    void sync() throws ErrnoException {
        Disk.syncPage(path, mapping);
    }

    /** Its file. */
    Descriptor file() {
        return file;
    }

    /** What errors call it. */
    String target() {
        return target;
    }

    @Override
    public void close() {
        Mappings.close(mapping);
        file.close();
    }
}
