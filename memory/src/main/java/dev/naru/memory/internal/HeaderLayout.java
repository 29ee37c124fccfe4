package dev.naru.memory.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The first page of every shared file of Naru: {@code docs/layouts/lock.md}, "The header page".
 *
 * <pre>
 *     0  magic, 8 bytes "NaruFile"        1024  64 rows of 48 bytes, for people only:
 *     8  version, int32                            0  id, int64
 *    12  kind, int32                               8  pid, int32
 *    16  ids given out, int64                     16  name, 32 bytes of UTF-8, zeros after it
 *    24  inode of the file, int64
 *    32  boot, int64: stored last        128…1023  what the kind puts there
 *    40  size of the file, int64
 * </pre>
 */
public final class HeaderLayout {
    /** The bytes of the page. */
    public static final long SIZE = 4096;

    /** "NaruFile", the N first. */
    public static final long MAGIC = littleEndian("NaruFile");

    /** The version that this class describes. */
    public static final int VERSION = 1;

    public static final long MAGIC_AT = 0;
    public static final long VERSION_AT = 8;
    public static final long KIND_AT = 12;
    public static final long IDS_AT = 16;
    public static final long INODE_AT = 24;
    public static final long BOOT_AT = 32;
    public static final long SIZE_AT = 40;

    /** Where the fields of the kind begin. */
    public static final long OWN_AT = 128;

    private static final long ROWS_AT = 1024;
    private static final int ROWS = 64;
    private static final long ROW_SIZE = 48;
    private static final long ROW_PID = 8;
    private static final long ROW_NAME = 16;
    private static final int NAME_BYTES = 32;

    private HeaderLayout() {}

    /** What a file is. The numbers stand in files. */
    public enum Kind {
        LOCK(1, "a lock"),
        RING(2, "a ring"),
        BROADCAST(3, "a broadcast ring"),
        STORE(4, "a store"),
        READ_WRITE_LOCK(5, "a read-write lock"),
        EVENT(6, "an event"),
        BARRIER(7, "a barrier");

        final int number;
        final String words;

        Kind(int number, String words) {
            this.number = number;
            this.words = words;
        }

        /** Whether what a file of that kind says of its size fits that size. */
        boolean isSound(MemorySegment memory, long size) {
            return switch (this) {
                case LOCK, STORE, EVENT -> true;
                case RING -> RingGeometry.of(memory).fits(size);
                case BROADCAST -> BroadcastLayout.isSound(memory, size);
                case READ_WRITE_LOCK -> size >= ReadWriteLockLayout.SIZE;
                case BARRIER -> BarrierLayout.isSound(memory, size);
            };
        }

        static String words(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind.words;
                }
            }
            return "a kind " + number;
        }
    }

    private static long littleEndian(String eight) {
        byte[] bytes = eight.getBytes(StandardCharsets.US_ASCII);
        long word = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            word = word << 8 | bytes[i];
        }
        return word;
    }

    static int getInt(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_INT, offset);
    }

    static void setInt(MemorySegment memory, long offset, int value) {
        memory.set(ValueLayout.JAVA_INT, offset, value);
    }

    /** Writes a member into the table, if there is a free row or one of a member for whom {@code dead} answers true. */
    static void register(MemorySegment memory, long id, int pid, String name, LivenessTest dead) {
        for (long row = ROWS_AT; row < ROWS_AT + ROWS * ROW_SIZE; row += ROW_SIZE) {
            long seen = Words.getAcquire(memory, row);
            if ((seen == 0 || dead.test(seen)) && Words.compareAndSet(memory, row, seen, id)) {
                setInt(memory, row + ROW_PID, pid);
                byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
                for (int i = 0; i < NAME_BYTES; i++) {
                    byte next = i < bytes.length && i < NAME_BYTES - 1 ? bytes[i] : 0;
                    memory.set(ValueLayout.JAVA_BYTE, row + ROW_NAME + i, next);
                }
                return;
            }
        }
    }

    /** Takes a member out of the table. */
    static void deregister(MemorySegment memory, long id) {
        long row = row(memory, id);
        if (row >= 0) {
            boolean _ = Words.compareAndSet(memory, row, id, 0);
        }
    }

    /** The pid that a member told; 0 when it is not in the table. */
    static int pid(MemorySegment memory, long id) {
        long row = row(memory, id);
        return row < 0 ? 0 : getInt(memory, row + ROW_PID);
    }

    /** The name that a member told; empty when it is not in the table. */
    static String name(MemorySegment memory, long id) {
        long row = row(memory, id);
        if (row < 0) {
            return "";
        }
        byte[] bytes = memory.asSlice(row + ROW_NAME, NAME_BYTES).toArray(ValueLayout.JAVA_BYTE);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static long row(MemorySegment memory, long id) {
        for (long row = ROWS_AT; row < ROWS_AT + ROWS * ROW_SIZE; row += ROW_SIZE) {
            if (Words.getAcquire(memory, row) == id) {
                return row;
            }
        }
        return -1;
    }

    /** Whether a member is known to be dead. */
    interface LivenessTest {
        boolean test(long id);
    }
}
