package dev.naru.memory;

import org.jspecify.annotations.Nullable;

/**
 * How new {@link SharedMemory} is made.
 *
 * @param size how many bytes {@link SharedMemory#segment} has, at least 1 and those of the layout
 * @param mode permission bits, exactly: the umask does not thin them
 * @param layout what lies where; null for bytes that only their users know
 * @param hugePages larger pages, of 2 MiB as a rule. POSIX memory and files ask the kernel for them, and it may have none;
 *     System V memory and a memfd take those that the machine has set aside, or fail
 * @param prefault every page present from the start, also when it is opened by {@link SharedMemory#openOrCreate}: no page
 *     fault later
 */
public record MemorySpec(long size, int mode, @Nullable SharedLayout layout, boolean hugePages, boolean prefault) {
    private static final int OWNER_ONLY = 0600;

    /** Checks the bounds. */
    public MemorySpec {
        if (size < 1 || (layout != null && size < layout.size())) {
            throw new IllegalArgumentException(
                    "size " + size + " B for " + (layout == null ? "anything" : layout.toString()));
        }
    }

    /** So many bytes, for processes of this user. */
    public static MemorySpec bytes(long size) {
        return new MemorySpec(size, OWNER_ONLY, null, false, false);
    }

    /** The fields of that layout, for processes of this user. */
    public static MemorySpec of(SharedLayout layout) {
        return new MemorySpec(layout.size(), OWNER_ONLY, layout, false, false);
    }

    /** The same with so many bytes: those of the layout, and room behind them. */
    public MemorySpec withSize(long bytes) {
        return new MemorySpec(bytes, mode, layout, hugePages, prefault);
    }

    /** The same with who may open it. */
    public MemorySpec withMode(int permissions) {
        return new MemorySpec(size, permissions, layout, hugePages, prefault);
    }

    /** The same on huge pages. */
    public MemorySpec withHugePages() {
        return new MemorySpec(size, mode, layout, true, prefault);
    }

    /** The same with every page present from the start. */
    public MemorySpec withPrefault() {
        return new MemorySpec(size, mode, layout, hugePages, true);
    }
}
