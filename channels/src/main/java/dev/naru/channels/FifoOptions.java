package dev.naru.channels;

/**
 * How a FIFO is made.
 *
 * @param mode permission bits, exactly as they shall be: the umask does not thin them
 */
public record FifoOptions(int mode) {
    private static final int PERMISSIONS = 0777;

    /** Refuses bits that are no permissions. */
    public FifoOptions {
        if ((mode & ~PERMISSIONS) != 0) {
            throw new IllegalArgumentException("mode %o: permission bits are 0 to 777".formatted(mode));
        }
    }

    /** For its owner alone: 0600. */
    public static FifoOptions ownerOnly() {
        return new FifoOptions(0600);
    }

    /** With those permission bits, such as 0660. */
    public static FifoOptions mode(int mode) {
        return new FifoOptions(mode);
    }
}
