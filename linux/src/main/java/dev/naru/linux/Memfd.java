package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.MemoryCalls;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.Set;

/**
 * memfd_create(2): a file of memory without a name, gone when its last descriptor and mapping are. Other processes get it
 * as a descriptor. Seals forbid changes of it for ever, so that whoever gets it need not trust its maker.
 *
 * <p>Thread-safe.
 */
public final class Memfd {
    private static final int MOST_NAME_BYTES = 249;

    private Memfd() {}

    /** What nobody may do any more, by whatever descriptor (F_ADD_SEALS, fcntl(2)). */
    public enum Seal {
        /** Add a seal. */
        SEAL(Constants.F_SEAL_SEAL),
        /** Make the file shorter: whoever maps it gets no SIGBUS. */
        SHRINK(Constants.F_SEAL_SHRINK),
        /** Make the file longer. */
        GROW(Constants.F_SEAL_GROW),
        /** Change its content. Refused as long as a writable mapping exists. */
        WRITE(Constants.F_SEAL_WRITE),
        /** Change its content but by the writable mappings that exist already (Linux 5.1). */
        FUTURE_WRITE(Constants.F_SEAL_FUTURE_WRITE);

        private final int bit;

        Seal(int bit) {
            this.bit = bit;
        }
    }

    /**
     * A new, empty one, open for reading and writing, that can be sealed.
     *
     * @param name what {@code /proc} calls it, {@code /memfd:NAME}; at most 249 bytes, and it need not be the only one
     * @param hugePages of pages that the machine has set aside for that (MFD_HUGETLB); its size is a multiple of theirs
     */
    public static Descriptor create(String name, boolean hugePages) throws ErrnoException {
        int flags = Constants.MFD_CLOEXEC | Constants.MFD_ALLOW_SEALING | (hugePages ? Constants.MFD_HUGETLB : 0);
        try (Arena arena = Arena.ofConfined()) {
            int number = MemoryCalls.memfdCreate(arena.allocateFrom(name), flags);
            if (number == -Constants.EINVAL && name.length() > MOST_NAME_BYTES / 4) {
                throw ErrnoException.of(Problem.NAME_TOO_LONG, -number, "memfd_create", name);
            }
            if (number < 0) {
                throw ErrnoException.of(-number, "memfd_create", name);
            }
            return Descriptor.adopt(number);
        }
    }

    /**
     * Adds seals; none can be taken away.
     *
     * @param target what errors call the file
     * @throws ErrnoException {@link Problem#SEALED} when it may not get more seals, {@link Problem#MAPPED_WRITABLE} when it
     *     is to be sealed against writing and somebody maps it to write
     */
    public static void seal(Descriptor memfd, Set<Seal> seals, String target) throws ErrnoException {
        int bits = 0;
        for (Seal seal : seals) {
            bits |= seal.bit;
        }
        int answer = FileCalls.fcntl(memfd.number(), Constants.F_ADD_SEALS, bits);
        if (answer < 0) {
            Problem problem = switch (-answer) {
                case Constants.EPERM -> Problem.SEALED;
                case Constants.EBUSY -> Problem.MAPPED_WRITABLE;
                case Constants.EINVAL -> Problem.NOT_SEALABLE;
                default -> throw ErrnoException.of(-answer, "fcntl(F_ADD_SEALS)", target);
            };
            throw ErrnoException.of(problem, -answer, "fcntl(F_ADD_SEALS)", target);
        }
    }

    /**
     * The seals that it has.
     *
     * @param target what errors call the file
     * @throws ErrnoException {@link Problem#NOT_SEALABLE} for a file on a disk, say
     */
    public static Set<Seal> seals(Descriptor memfd, String target) throws ErrnoException {
        int bits = FileCalls.fcntl(memfd.number(), Constants.F_GET_SEALS, 0);
        if (bits == -Constants.EINVAL) {
            throw ErrnoException.of(Problem.NOT_SEALABLE, Constants.EINVAL, "fcntl(F_GET_SEALS)", target);
        }
        if (bits < 0) {
            throw ErrnoException.of(-bits, "fcntl(F_GET_SEALS)", target);
        }
        Set<Seal> seals = EnumSet.noneOf(Seal.class);
        for (Seal seal : Seal.values()) {
            if ((bits & seal.bit) != 0) {
                seals.add(seal);
            }
        }
        return seals;
    }
}
