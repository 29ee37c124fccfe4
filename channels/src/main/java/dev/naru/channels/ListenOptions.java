package dev.naru.channels;

/**
 * How a server listens.
 *
 * @param backlog how many connections may wait to be accepted; the kernel's bound is {@code net.core.somaxconn}
 * @param mode permission bits of the file of a Unix socket: who may write it may connect
 * @param reuse of TCP: listens at once, though connections of the address's last owner linger
 * @param connections how those behave that it accepts
 */
public record ListenOptions(int backlog, int mode, boolean reuse, ConnectionOptions connections) {
    private static final int USUAL_BACKLOG = 4_096;
    private static final int OWNER_ONLY = 0600;

    /** Refuses what is no number of connections, and no permission bits. */
    public ListenOptions {
        if (backlog < 0) {
            throw new IllegalArgumentException("backlog " + backlog);
        }
        if ((mode & ~0777) != 0) {
            throw new IllegalArgumentException("mode 0" + Integer.toOctalString(mode));
        }
    }

    /** As many as the kernel allows, at most 4,096, processes of this user alone, and reuse. */
    public static ListenOptions usual() {
        return new ListenOptions(USUAL_BACKLOG, OWNER_ONLY, true, ConnectionOptions.usual());
    }

    /** The same with another backlog. */
    public ListenOptions withBacklog(int number) {
        return new ListenOptions(number, mode, reuse, connections);
    }

    /** The same with other permission bits. */
    public ListenOptions withMode(int bits) {
        return new ListenOptions(backlog, bits, reuse, connections);
    }

    /** The same, with reuse or without. */
    public ListenOptions withReuse(boolean on) {
        return new ListenOptions(backlog, mode, on, connections);
    }

    /** The same, with connections that behave so. */
    public ListenOptions withConnections(ConnectionOptions options) {
        return new ListenOptions(backlog, mode, reuse, options);
    }
}
