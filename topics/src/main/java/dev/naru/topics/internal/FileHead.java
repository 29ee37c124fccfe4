package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.FileSpace;
import dev.naru.linux.OpenFileLock;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.UnnamedFile;
import dev.naru.memory.Membership;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * How the files begin that processes share beside {@code store.naru}: the control block of a partition, and a group. Each is born
 * whole, and put right after a boot or in a copy before anybody believes it. {@code docs/protocol/README.md}, 7.
 *
 * <pre>
 *    0  magic, 8    8  version, int32    16  store id, 16 bytes    32  inode of this file    40  boot: last
 * </pre>
 */
final class FileHead {
    static final long STORE_AT = 16;
    static final long INODE_AT = 32;
    static final long BOOT_AT = 40;

    private static final long MAGIC_AT = 0;
    private static final long VERSION_AT = 8;
    private static final int MODE = 0600;

    /** The byte that is locked during a recovery: that of an id which is never given out. */
    private static final long RECOVERY_BYTE = 1L << 62;

    private FileHead() {}

    /** What a new file has, all zeros, but for the boot. */
    @FunctionalInterface
    interface Filling {
        /** Fills it. */
        void fill(MemorySegment memory, long inode);
    }

    /** What makes the words of another time right. */
    @FunctionalInterface
    interface Recovering {
        /** Does it; again, if it was killed. */
        void run() throws IOException;
    }

    /** Eight letters as a word. */
    static long magic(String eight) {
        byte[] bytes = eight.getBytes(StandardCharsets.US_ASCII);
        long word = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            word = (word << 8) | bytes[i];
        }
        return word;
    }

    /** Fills the head, but for the boot. */
    static void fill(MemorySegment memory, long magic, int version, StoreId store, long inode) {
        Words.set(memory, MAGIC_AT, magic);
        Words.setInt(memory, VERSION_AT, version);
        store.write(memory, STORE_AT);
        Words.set(memory, INODE_AT, inode);
    }

    /** What is wrong with it; empty when nothing is. */
    static String fault(MemorySegment memory, long magic, int newest, String kind) {
        if (Words.get(memory, MAGIC_AT) != magic) {
            return "no " + kind + " of Naru";
        }
        int version = Words.getInt(memory, VERSION_AT);
        return version > newest || version < 1 ? "a " + kind + " of version " + version : "";
    }

    /** Makes the file, of that size, unless there is one: whole from the first moment. */
    static void createUnlessThere(Path folder, Path path, long size, Filling filling) throws IOException {
        try (UnnamedFile born = UnnamedFile.create(folder, MODE, path.toString())) {
            FileSpace.reserve(born.descriptor(), 0, size, path.toString());
            try (SharedMapping mapping =
                    SharedMapping.map(born.descriptor(), size, SharedMapping.Options.WRITABLE, path.toString())) {
                filling.fill(mapping.segment(), born.descriptor().status().inode());
                Words.setRelease(mapping.segment(), BOOT_AT, Membership.boot());
            }
            FileSpace.sync(born.descriptor(), path.toString());
            boolean _ = born.link(path); // somebody was faster: his is the one
            Disk.syncNames(folder);
        }
    }

    /**
     * Has the words made right when they are of another boot, file or store: one at a time, under a lock of the kernel that ends with
     * its holder; the boot is stored last.
     */
    static void recover(Descriptor file, MemorySegment memory, StoreId store, String target, Recovering recovering)
            throws IOException {
        long boot = Membership.boot();
        long inode = file.status().inode();
        if (isCurrent(memory, boot, store, inode)) {
            return;
        }
        OpenFileLock locks = OpenFileLock.of(file, target);
        Turn.await(locks, RECOVERY_BYTE);
        try {
            if (!isCurrent(memory, boot, store, inode)) {
                Words.setRelease(memory, BOOT_AT, 0);
                recovering.run();
                store.write(memory, STORE_AT);
                Words.set(memory, INODE_AT, inode);
                Words.setRelease(memory, BOOT_AT, boot);
            }
        } finally {
            locks.unlock(RECOVERY_BYTE);
        }
    }

    /** Whether its words were stored since the machine booted, in this very file of this very store. */
    private static boolean isCurrent(MemorySegment memory, long boot, StoreId store, long inode) {
        // acquire: pairs with the release of whoever made or recovered it
        return Words.getAcquire(memory, BOOT_AT) == boot
                && Words.get(memory, INODE_AT) == inode
                && store.equals(StoreId.read(memory, STORE_AT));
    }
}
