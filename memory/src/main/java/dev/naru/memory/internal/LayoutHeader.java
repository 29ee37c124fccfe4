package dev.naru.memory.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What stands in front of shared memory that has a layout: {@code docs/shared-memory.md}, "The header".
 *
 * <pre>
 *     0  magic, 8 bytes "NaruData"
 *     8  claim, int64: the hash of the description, stored first
 *    16  ready, int64: 1, stored last with release
 *    24  version of this header, int32
 *    28  where the data begin, int32, a multiple of 128
 *    32  bytes of the description, int32
 *    40  bytes of the data, int64
 *    64  the description, UTF-8: "quote v1 {long price @0, int size @8}"
 * </pre>
 *
 * <p>A file is filled before it has a name. System V memory has its key before it can be filled, and its maker may be
 * killed in between; so <b>whoever has the same layout may fill it</b>. The claim is taken by a compare-and-set from 0: with
 * the hash in it, all who may write there write the same bytes to the same places, any number of times, and nobody waits
 * for a maker that may be dead.
 */
public final class LayoutHeader {
    private static final long MAGIC = 0x61_74_61_44_75_72_61_4eL; // "NaruData", the N first
    private static final int VERSION = 1;

    private static final long MAGIC_AT = 0;
    private static final long CLAIM_AT = 8;
    private static final long READY_AT = 16;
    private static final long VERSION_AT = 24;
    private static final long DATA_AT = 28;
    private static final long LENGTH_AT = 32;
    private static final long SIZE_AT = 40;
    private static final long TEXT_AT = 64;
    private static final int ALIGNMENT = 128;
    private static final int MOST_TEXT = 1 << 20;

    private LayoutHeader() {}

    /** How far a compare-and-set of {@link #claim} got. */
    public enum Claim {
        /** It is ours to fill, or filled already as we would. */
        OURS,
        /** It has another layout. */
        ANOTHER,
        /** Nobody has claimed it. */
        NONE
    }

    /** The bytes of the header, for that description. */
    public static long size(String description) {
        long end = TEXT_AT + utf8(description).length;
        return (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** FNV-1a, and never 0. */
    static long hash(String description) {
        long hash = 0xcbf29ce484222325L;
        for (byte next : utf8(description)) {
            hash = (hash ^ (next & 0xff)) * 0x100000001b3L;
        }
        return hash == 0 ? 1 : hash;
    }

    /** Takes the claim, if nobody has it. */
    public static Claim claim(MemorySegment memory, String description) {
        long hash = hash(description);
        boolean taken = Words.compareAndSet(memory, CLAIM_AT, 0, hash);
        return taken ? Claim.OURS : claimed(memory, description);
    }

    /** Whether nothing stands where the header would: nobody has claimed it, and nobody uses the memory without one. */
    public static boolean isBlank(MemorySegment memory) {
        for (long at = 0; at < TEXT_AT; at += Long.BYTES) {
            if (Words.getAcquire(memory, at) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Who has the claim. */
    public static Claim claimed(MemorySegment memory, String description) {
        long seen = Words.getAcquire(memory, CLAIM_AT);
        if (seen == 0) {
            return Claim.NONE;
        }
        return seen == hash(description) ? Claim.OURS : Claim.ANOTHER;
    }

    /** Fills the header of whoever has the claim. May be done again, and by several at once. */
    public static void fill(MemorySegment memory, String description, long dataSize) {
        byte[] text = utf8(description);
        memory.set(ValueLayout.JAVA_INT, VERSION_AT, VERSION);
        memory.set(ValueLayout.JAVA_INT, DATA_AT, (int) size(description));
        memory.set(ValueLayout.JAVA_INT, LENGTH_AT, text.length);
        memory.set(ValueLayout.JAVA_LONG, SIZE_AT, dataSize);
        MemorySegment.copy(text, 0, memory, ValueLayout.JAVA_BYTE, TEXT_AT, text.length);
        Words.set(memory, MAGIC_AT, MAGIC);
        Words.setRelease(memory, READY_AT, 1); // pairs with isReady
    }

    private static boolean isReady(MemorySegment memory) {
        return memory.byteSize() >= TEXT_AT
                && Words.getAcquire(memory, READY_AT) == 1 // pairs with fill
                && Words.get(memory, MAGIC_AT) == MAGIC;
    }

    /** The description that stands there; empty when it is memory without a layout, or of a later version of Naru. */
    public static Optional<String> description(MemorySegment memory) {
        if (!isReady(memory) || memory.get(ValueLayout.JAVA_INT, VERSION_AT) != VERSION) {
            return Optional.empty();
        }
        int length = memory.get(ValueLayout.JAVA_INT, LENGTH_AT);
        if (length < 0 || length > MOST_TEXT || TEXT_AT + length > memory.byteSize()) {
            return Optional.empty();
        }
        byte[] text = memory.asSlice(TEXT_AT, length).toArray(ValueLayout.JAVA_BYTE);
        return Optional.of(new String(text, StandardCharsets.UTF_8));
    }

    /** Where the data begin. */
    public static long dataOffset(MemorySegment memory) {
        return memory.get(ValueLayout.JAVA_INT, DATA_AT);
    }

    /**
     * The data behind the header.
     *
     * @throws ErrnoException {@link Problem#OTHER_LAYOUT} when that is not the description, {@link Problem#FILE_TOO_SHORT}
     *     when somebody has cut the memory
     */
    public static MemorySegment data(MemorySegment memory, String description, String target) throws ErrnoException {
        Optional<String> found = description(memory);
        if (found.isEmpty() || !found.get().equals(description)) {
            throw otherLayout(description, found.orElse("no layout that we know"), target);
        }
        long size = memory.get(ValueLayout.JAVA_LONG, SIZE_AT);
        long start = dataOffset(memory);
        if (start + size > memory.byteSize()) {
            throw ErrnoException.of(
                    Problem.FILE_TOO_SHORT,
                    Errno.EINVAL.number(),
                    "open",
                    target,
                    memory.byteSize() + " B",
                    start + size + " B");
        }
        return memory.asSlice(start, size);
    }

    /** The error that shows both layouts. */
    public static ErrnoException otherLayout(String wanted, String found, String target) {
        return ErrnoException.of(Problem.OTHER_LAYOUT, Errno.EINVAL.number(), "open", target, wanted, found);
    }
}
