package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileSpace;
import dev.naru.linux.SharedMapping;
import java.nio.file.Path;

/** Waiting for the disk. All that is on it for certain went through here. */
public final class Disk {
    private Disk() {}

    /** Waits until the bytes of a file are there. */
    static void sync(Path path, Descriptor file) throws ErrnoException {
        FileSpace.syncData(file, path.toString());
    }

    /** Waits until the names in a folder are there. */
    public static void syncNames(Path folder) throws ErrnoException {
        FileSpace.syncNames(folder, folder.toString());
    }

    /** Waits until a mapped page is there. */
    static void syncPage(Path path, SharedMapping page) throws ErrnoException {
        page.sync(0, PartitionLayout.SIZE);
    }
}
